"""Mails that come in to the demonstration: a new case, replies of many people, one to "done" that waits, and junk."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cases.case import WAITING_FOR_REPORTER, Case
from cases.database.clock import present
from cases.database.transactions import Database
from cases.history.journal import Event
from cases.organisation.people import Person
from cases.parties import Party
from cases.public.protection import PROTECTED
from cases.settings import Settings
from cases.states import State
from notifications.deliveries import Delivery, DeliveryLine
from notifications.inbound.filing.queue import file_some
from notifications.inbound.keeping import ReceivedMail, keep

SOURCE = "the demonstration"
DESK = "arende@ekvinda.example"
NEW = (
    "Maja Lindell <maja.lindell@hemma.example>",
    "Gatlampan vid busshållplatsen är trasig",
    "Hej!\n\nGatlampan vid busshållplatsen utanför skolan har varit trasig i en vecka. Det är mörkt när barnen kommer"
    " med skolbussen. Kan ni laga den?\n\nVänliga hälsningar\nMaja Lindell\n",
)
JUNK = (
    "Bästa Räntan <erbjudande@snabba-lan.example>",
    "Låna upp till 600 000 kr utan säkerhet!!!",
    "Klicka här för att få ditt lån redan i dag. Erbjudandet gäller bara till midnatt.\n",
)
ANSWER = "Hej!\n\nDet är den andra lampan från bron räknat, på vänster sida när man kommer från byn.\n"
NOT_DONE = "Hej!\n\nTack för beskedet, men det är inte klart. Det är precis som förut.\n"
ON_ITS_WAY = "Hej!\n\nVi har varit ute och tittat, och har beställt det som behövs. Jag återkommer när det är klart.\n"
GLADLY = "Hej!\n\nTack för beskedet! Några av oss i gruppen hjälper gärna till om det behövs.\n"
TO_OFFICER = ("due_soon", "due_now", "assigned", "news")
TO_GROUP = ("taken_on", "news")
WORKED_ON = (State.ASSIGNED, State.PLANNED, State.IN_PROGRESS)
Answered = tuple[str, str, str]  # name and address of who got a letter, and its Message-ID


def let_mails_come_in(database: Database, settings: Settings) -> None:
    """Let the mails come in and file them; a reply only where the demonstration has a letter that it can answer."""
    with database.transaction() as session:
        at = present(session)
        mails = [_mail(*NEW, at, 1), _mail(*JUNK, at, 2)]
        mails[1]["X-Spam-Flag"] = "YES"
        waits = _letter_to_who_asked(session, "question", Case.waiting_for == WAITING_FOR_REPORTER)
        done = _letter_to_who_asked(session, "done", Case.state == State.DONE)
        officer = _letter_to_person(session, TO_OFFICER, Case.officer_id == Person.id)
        group = _letter_to_person(session, TO_GROUP, DeliveryLine.audience == "group")
        replies = ((waits, ANSWER), (done, NOT_DONE), (officer, ON_ITS_WAY), (group, GLADLY))
        for number, (answered, words) in enumerate(replies, start=3):
            if answered is not None:
                mails.append(_reply(answered, words, at, number))
        for mail in mails:
            keep(session, ReceivedMail(mail.as_bytes(), SOURCE))
    while file_some(database, settings):
        pass


def _letter_to_who_asked(session: Session, letter: str, is_so: ColumnElement[bool]) -> Answered | None:
    """Return the latest letter of this name to who asked in a case that is so; None when there is none."""
    found = (
        select(Party.name, Party.email, Delivery.message_id)
        .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
        .join(Event, Event.id == DeliveryLine.event_id)
        .join(Case, Case.id == Event.stream)
        .join(Party, Party.id == Case.reporter_id)
        .where(Delivery.party_id == Party.id, Delivery.letter == letter, Delivery.message_id.is_not(None), is_so)
        .where(Party.email.is_not(None), Party.protected.is_(False))
        .order_by(Delivery.id.desc())
        .limit(1)
    )  # fmt: skip
    row = session.execute(found).one_or_none()
    return (row.name or "", row.email or "", row.message_id or "") if row is not None else None


def _letter_to_person(session: Session, letters: Sequence[str], is_so: ColumnElement[bool]) -> Answered | None:
    """Return the latest of these letters to a person about a case that is worked on and is so; None for none."""
    found = (
        select(Person.name, Person.email, Delivery.message_id)
        .join(Delivery, Delivery.person_id == Person.id)
        .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
        .join(Event, Event.id == DeliveryLine.event_id)
        .join(Case, Case.id == Event.stream)
        .where(Delivery.letter.in_(letters), Delivery.message_id.is_not(None), Case.state.in_(WORKED_ON), is_so)
        .where(Person.active, Case.obligation.is_(None), ~PROTECTED)
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    row = session.execute(found).one_or_none()
    return (row.name, row.email, row.message_id or "") if row is not None else None


def _reply(answered: Answered, words: str, at: datetime, number: int) -> EmailMessage:
    name, email, message_id = answered
    mail = _mail(f"{name} <{email}>", "Sv: Ditt ärende", f"{words}\n{name}\n", at, number)
    mail["In-Reply-To"] = mail["References"] = f"<{message_id}>"
    return mail


def _mail(sender: str, subject: str, text: str, at: datetime, number: int) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, DESK, subject
    mail["Date"] = at - timedelta(minutes=number)
    mail["Message-ID"] = f"<demo-{number}@hemma.example>"
    mail.set_content(text)
    return mail
