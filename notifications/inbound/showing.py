"""A whole mail that came in, as text: for staff who read what its event shows cut."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cases.case import Case
from cases.refusals import NotFound
from cases.settings import Settings
from notifications.inbound.blanking import without_own_codes
from notifications.inbound.reading.headers import head_and_body, read_headers
from notifications.inbound.reading.reading import read_mail
from notifications.inbound.reading.what_a_mail_says import OurAddresses, ReadMail
from notifications.inbound_mail import InboundMail


@dataclass(frozen=True)
class ShownMail:
    """A mail as a page shows it: its headers and all of its text, without codes of ours. `written_at` is as it says.

    `files` are the names of what came along.
    """

    sender: str
    to: str
    subject: str
    written_at: datetime | None
    text: str
    files: tuple[str, ...]


def mail_of_case(session: Session, case: Case, number: int) -> InboundMail:
    """Return the mail with this number. Raises `NotFound` when it is not filed on this case."""
    mail = session.get(InboundMail, number)
    if mail is None or mail.case_id != case.id:
        raise NotFound(ref=str(number))
    return mail


def shown_mail(mail: InboundMail, settings: Settings) -> ShownMail | None:
    """Return what the mail says; None when it was erased. A process is started to open it (0.1 to 0.2 s)."""
    if mail.raw is None:
        return None
    headers = read_headers(head_and_body(mail.raw)[0])
    read = _read(mail, mail.raw, settings)
    sender, to, subject = (without_own_codes(headers.first(name)) for name in ("From", "To", "Subject"))
    files = tuple(file.name for file in read.attachments)
    return ShownMail(sender, to, subject, headers.date, without_own_codes(read.whole), files)


def shown_words(mail: InboundMail, settings: Settings) -> str | None:
    """Return what the mail's writer says in it, without what is quoted; None when it was erased. As slow as a mail."""
    return None if mail.raw is None else without_own_codes(_read(mail, mail.raw, settings).words)


def _read(mail: InboundMail, raw: bytes, settings: Settings) -> ReadMail:
    ours = OurAddresses(settings.mail_from, settings.incoming.authserv or "")
    return read_mail(raw, ours=ours, envelope_sender=mail.envelope_sender)
