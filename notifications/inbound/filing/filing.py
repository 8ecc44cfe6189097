"""What one mail becomes: a report, an automatic one, a comment, an answer, or a new case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, THE_CLOCK, Actor
from cases.case import LONGEST_TITLE, Case, case_to_change
from cases.correcting import relate
from cases.database.clock import present
from cases.database.texts import visible
from cases.files.attaching import StoredFile, attach
from cases.handing_in import Reporter, Request, receive
from cases.history.events import CaseAnswered
from cases.history.journal import Event
from cases.history.writers import EntryWriter
from cases.incoming.filing import file_automatic
from cases.incoming.mail_comments import BY_MAIL, MailDoubt, comment_by_mail, shortened
from cases.mail_addresses import is_public_address, owner_of
from cases.organisation.automatic_replies import note_automatic_reply
from cases.refusals import TooManyFiles
from cases.states import Kind
from notifications.deliveries import Address, Delivery
from notifications.inbound.blanking import without_own_codes
from notifications.inbound.filing.belonging import Belonging, belonging_of
from notifications.inbound.filing.bounces import note_report, revive
from notifications.inbound.filing.filed_mail import FiledMail
from notifications.inbound.filing.junk import is_flood
from notifications.inbound.filing.senders import sender_as_actor
from notifications.inbound.reading.what_a_mail_says import MailKind, ReadMail, SenderVerdict
from notifications.inbound_mail import InboundMail, InboundOutcome
from notifications.letters.reply_addresses import ReplyAddresses

REPORTS = frozenset({MailKind.BOUNCE, MailKind.DELAY})
BY_MACHINES = frozenset({MailKind.AUTO, MailKind.LOOP})
LOCALES = ("sv", "en")
JUNK = "junk"
FIRST = 1  # the seq of the event with which a case begins
LONGEST_ID = 300  # characters of a Message-ID
NO_SUBJECT = {"sv": "Mejl utan ämne", "en": "E-mail without a subject"}


@dataclass(frozen=True)
class FilingTerms:
    """What filing has to know of the installation and of the moment.

    `addresses` reads the tokens of our addresses; None when letters are not answered by mail. `knows_senders` says that
    our mail server tells whether a sender is genuine, `locale` the language of those who say none. `at` is domain time,
    `day` its local day.
    """

    addresses: ReplyAddresses | None
    knows_senders: bool
    locale: str
    at: datetime
    day: date


def file_mail(session: Session, row: InboundMail, mail: ReadMail, files: Sequence[StoredFile], to: FilingTerms) -> None:
    """File the mail of this row, which the caller has claimed, and note in the row what it became.

    A mail that was delivered before becomes nothing. What machines wrote is never answered and never counts as
    somebody's act. `files` are what came along, rewritten and stored.
    """
    where = belonging_of(session, mail, row.envelope_recipient, to.addresses)
    first = _first_delivery(session, mail, where)
    if first is not None:
        filed = FiledMail(InboundOutcome.DOUBLE, first.case_id, first.seq)
    else:
        filed = _filed(session, row, mail, files, (where, to))
        row.message_id, row.content_sha256 = mail.message_id[:LONGEST_ID], mail.content_hash
        row.own_address = where.own_address
    row.sender, row.subject = mail.sender or None, _title(mail, to) if mail.subject else None
    row.delivery_id = where.delivery.id if where.delivery else None
    row.outcome, row.case_id, row.seq, row.trouble = filed
    row.finished_at, row.last_error = present(session), None
    row.end_lease()


def _filed(
    session: Session, row: InboundMail, mail: ReadMail, files: Sequence[StoredFile], how: tuple[Belonging, FilingTerms]
) -> FiledMail:
    where, to = how
    if mail.kind in REPORTS:
        return note_report(session, row, mail, where, at=to.at)
    if mail.kind in BY_MACHINES:
        _note_absence(session, row, mail, how)
        if where.ref is None:
            return FiledMail(InboundOutcome.AUTOMATIC)
        case = case_to_change(session, where.ref)
        file_automatic(session, case, without_own_codes(mail.words), at=to.at)
        return FiledMail(InboundOutcome.AUTOMATIC, case.id, case.version)
    revive(session, mail.sender)
    former = case_to_change(session, where.ref) if where.ref is not None else None
    if former is None or where.delivery is None:
        return _new_case(session, mail, files, to)
    if not former.is_open:
        filed = _new_case(session, mail, files, to, former=former)
        case = session.get_one(Case, filed.case_id)
        relate(session, case, former, by=THE_CLOCK, at=to.at)
        return filed
    return _comment(session, former, mail, files, (where.delivery, to))


def _note_absence(session: Session, row: InboundMail, mail: ReadMail, how: tuple[Belonging, FilingTerms]) -> None:
    """Note what a person's mail program answered to a letter that went to them, from the address of that letter."""
    where, to = how
    delivery = where.delivery
    if mail.kind is not MailKind.AUTO or delivery is None or delivery.person_id is None or not mail.sender:
        return
    address = session.get(Address, delivery.address_id or 0)
    if address is not None and owner_of(mail.sender) == owner_of(address.email_normalised):
        note_automatic_reply(session, delivery.person_id, row.id, at=to.at)


def _first_delivery(session: Session, mail: ReadMail, where: Belonging) -> InboundMail | None:
    same = select(InboundMail).where(
        InboundMail.message_id == mail.message_id[:LONGEST_ID],
        InboundMail.content_sha256 == mail.content_hash,
        InboundMail.own_address == where.own_address,
    )
    return session.scalars(same).one_or_none()


def _comment(
    session: Session, case: Case, mail: ReadMail, files: Sequence[StoredFile], how: tuple[Delivery, FilingTerms]
) -> FiledMail:
    """Write the reply to this letter in the case: as its reader, or as somebody else who has it."""
    delivery, to = how
    actor = sender_as_actor(session, delivery, case, mail.sender, on=to.day)
    doubt, by = _doubt(mail, actor, to), actor or A_VISITOR
    ids = comment_by_mail(session, case, without_own_codes(mail.words), by=by, doubt=doubt, at=to.at)
    event = session.get_one(Event, ids[0])
    _attach_all(session, case, files, by if doubt is None else A_VISITOR, to)
    outcome = InboundOutcome.ANSWER if event.type == CaseAnswered.type else InboundOutcome.COMMENT
    return FiledMail(outcome, case.id, event.seq, doubt.value if doubt else None)


def _doubt(mail: ReadMail, actor: Actor | None, to: FilingTerms) -> MailDoubt | None:
    if actor is None:
        return MailDoubt.OTHER_SENDER
    is_genuine = not to.knows_senders or mail.verdict is SenderVerdict.PASSED
    return None if is_genuine else MailDoubt.UNCONFIRMED


def _new_case(
    session: Session, mail: ReadMail, files: Sequence[StoredFile], to: FilingTerms, former: Case | None = None
) -> FiledMail:
    """Hand in a case for what belongs to none that is open, in the name of its sender, or as junk.

    A reply about a case that has ended is no junk: its sender has a letter of ours.
    """
    junk = former is None and (mail.is_junk or is_flood(session, mail.sender))
    request = Request(
        Kind.ISSUE,
        _title(mail, to),
        description=shortened(visible(without_own_codes(mail.whole))),
        reporter=_reporter(mail, to),
        channel=BY_MAIL,
        junk=junk,
    )
    case = receive(EntryWriter(session), request, by=A_VISITOR, at=to.at)
    _attach_all(session, case, files, A_VISITOR, to)
    return FiledMail(InboundOutcome.CASE, case.id, FIRST, JUNK if junk else None)


def _reporter(mail: ReadMail, to: FilingTerms) -> Reporter | None:
    email = mail.sender if mail.sender and is_public_address(mail.sender) else None
    if email is None and not mail.sender_name:
        return None
    locale = mail.language if mail.language in LOCALES else to.locale
    return Reporter(name=visible(mail.sender_name)[:LONGEST_TITLE] or None, email=email, locale=locale)


def _title(mail: ReadMail, to: FilingTerms) -> str:
    return visible(" ".join(without_own_codes(mail.subject).split()))[:LONGEST_TITLE].strip() or NO_SUBJECT[to.locale]


def _attach_all(session: Session, case: Case, files: Sequence[StoredFile], by: Actor, to: FilingTerms) -> None:
    """Attach the files; those beyond the most that a case may have are left out: they stand in the whole mail."""
    for file in files:
        try:
            attach(session, case, file, by=by, at=to.at, channel=BY_MAIL)
        except TooManyFiles:
            return
