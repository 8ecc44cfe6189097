"""Mail that comes in to the small house: written as mail programs write it, kept, and filed."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid

from sqlalchemy import select
from support.houses.small_web import Web
from support.letters.letter_answers import letters_to, send_all

from cases.case import Case
from cases.history.journal import Event
from cases.history.words import Words
from cases.settings.mail_in import MailInSettings
from cases.states import State
from cases.steps.transition import WaitingFor
from notifications.inbound.filing.queue import file_some
from notifications.inbound.keeping import ReceivedMail, keep
from notifications.inbound_mail import InboundMail

PATTERN = "arende+{token}@example.se"
NEW_MAIL = "arende@example.se"
REPORTER = WaitingFor("reporter")
INCOMING = MailInSettings(reply_to=PATTERN, lmtp=("127.0.0.1", 8024))


@dataclass
class MailHouse:
    """The small house with letters that can be answered by mail. `authserv` names its own mail server's verdicts."""

    web: Web
    authserv: str | None = None
    kept: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.web.settings = replace(self.web.settings, incoming=replace(INCOMING, authserv=self.authserv))

    def letter_to(self, who: str) -> EmailMessage:
        """Send all letters; return the last one to this address of the small house."""
        send_all(self.web)
        return letters_to(self.web, who)[-1]

    def count_letters_to(self, who: str) -> int:
        """Send all letters; return how many have gone to this address."""
        send_all(self.web)
        return len(letters_to(self.web, who))

    def receive(self, mail: EmailMessage | bytes, **envelope: str) -> InboundMail | None:
        """Let the mail come in and file it; return its row, None when the same bytes were there already."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        with self.web.database.transaction() as session:
            number = keep(session, ReceivedMail(raw, "a test", **envelope))
        while file_some(self.web.database, self.web.settings):
            pass
        return self.row(number) if number is not None else None

    def reply(self, letter: EmailMessage, text: str, *, sender: str, **more: str) -> InboundMail | None:
        """Answer a letter by mail; `more` are headers, with _ for -."""
        return self.receive(a_reply(letter, text, sender=sender, **more))

    def row(self, number: int) -> InboundMail:
        """Return the row of a mail that came in."""
        with self.web.database.reading() as session:
            return session.get_one(InboundMail, number)

    def events_of(self, row: InboundMail) -> list[Event]:
        """Return the events of the case on which the mail is filed, oldest first."""
        return self.web.house.events(self.ref_of(row))

    def ref_of(self, row: InboundMail) -> str:
        """Return the reference of the case on which the mail is filed."""
        with self.web.database.reading() as session:
            return session.get_one(Case, row.case_id).ref

    def case_of(self, row: InboundMail) -> Case:
        """Return the case on which the mail is filed."""
        return self.web.house.case(self.ref_of(row))

    def words_of(self, row: InboundMail) -> dict[str, str | None]:
        """Return the texts of the event under which the mail is filed, by field."""
        of_event = select(Words.field, Words.text).join(Event, Event.id == Words.event_id)
        with self.web.database.reading() as session:
            return dict(session.execute(of_event.where(Event.stream == row.case_id, Event.seq == row.seq)).all())


def a_mail(text: str, *, sender: str, to: str = NEW_MAIL, subject: str = "Lampan", **more: str) -> EmailMessage:
    """Return a mail as a person writes it; `more` are headers, with _ for -."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = datetime.now(UTC)
    mail["Message-ID"] = more.pop("Message_ID", make_msgid(domain="hemma.example"))
    for name, value in more.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def a_reply(letter: EmailMessage, text: str, *, sender: str, **more: str) -> EmailMessage:
    """Return the reply to a letter, with the letter quoted below as mail programs do."""
    quoted = "\n".join(f"> {line}" for line in str(letter.get_body(("plain",)).get_content()).splitlines())
    words = f"{text}\n\nDen 2 mars 2026 09:00 skrev Kommunen <ventil@localhost>:\n{quoted}\n"
    headers = {"In_Reply_To": str(letter["Message-ID"]), "References": str(letter["Message-ID"])} | more
    to = headers.pop("to", str(letter["Reply-To"]))
    return a_mail(words, sender=sender, to=to, subject=f"Sv: {letter['Subject']}", **headers)


def asked_by_mail(house: MailHouse, **more: object) -> str:
    """Return a case that waits for an answer of Rut, who asked."""
    ref = house.web.house.reach(State.ASSIGNED, at=datetime.now(UTC), **more)
    house.web.house.change(
        ref, State.WAITING, by="officer", at=datetime.now(UTC), note="Vilken lampa?", waiting_for=REPORTER
    )
    return ref
