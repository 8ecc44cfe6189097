"""The parts of a mail are gathered: what is text, what is a file, what an invitation or a report says."""

import mimetypes
from dataclasses import dataclass, field
from functools import cache

from notifications.inbound.reading.sandbox.calendars import invitation_text
from notifications.inbound.reading.sandbox.charsets import clean, decode
from notifications.inbound.reading.sandbox.encoded_words import header_text
from notifications.inbound.reading.sandbox.flowed import unflowed
from notifications.inbound.reading.sandbox.html import text_of, without_tags
from notifications.inbound.reading.sandbox.mime import MailPart, open_mime, parts_beneath
from notifications.inbound.reading.sandbox.reports import ReportedRecipient, message_id_in, recipients_reported

PLAIN, HTML, CALENDAR = "text/plain", "text/html", "text/calendar"
ALTERNATIVE, RELATED, REPORT = "multipart/alternative", "multipart/related", "multipart/report"
STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
MAILS = frozenset({"message/rfc822", "message/global"})
RETURNED = MAILS | {"text/rfc822-headers", "message/global-headers"}
# Parts for programs alone, which hold nobody's words.
LEFT_OUT = frozenset({
    *("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"),
    *("message/disposition-notification", "message/feedback-report"),
})  # fmt: skip
LONGEST_NAME = 500
LONGEST_HEAD = 100_000  # bytes of a mail that is attached, within which its subject is looked for


@dataclass(frozen=True)
class FoundFile:
    """A file that came along. `stands_in_text` is whether HTML beside it shows it, such as a picture in a signature."""

    name: str
    media_type: str
    content: bytes
    stands_in_text: bool


@dataclass
class Gathered:
    """What was found in a part and beneath it, in the order in which it stands there; read `plainly`, or laid out."""

    plainly: bool = False
    texts: list[MailPart] = field(default_factory=list)
    invitations: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)  # of the invitations, in lower case; "" without one
    files: list[FoundFile] = field(default_factory=list)
    recipients: list[ReportedRecipient] = field(default_factory=list)
    returned: str = ""  # the Message-ID of a letter that came back

    @property
    def text(self) -> str:
        """The texts one after the other, else the invitations."""
        read = [clean(_text(part, self.plainly)).strip() for part in self.texts]
        return "\n\n".join(filter(None, read)) or "\n\n".join(self.invitations)

    def add(self, other: "Gathered") -> None:
        """Add what was found in a later part."""
        self.texts += other.texts
        self._add_all_but_texts(other)

    def add_one_of(self, others: list["Gathered"]) -> None:
        """Add what was found in parts of which each says the same: the words of one, plain text if there is any."""
        plain = [one for one in others if any(part.declared_type == PLAIN and self._says(part) for part in one.texts)]
        for one in (plain or [one for one in others if any(map(self._says, one.texts))])[:1]:
            self.texts += one.texts
        for one in others:
            self._add_all_but_texts(one)

    def _says(self, part: MailPart) -> bool:
        return bool(_text(part, self.plainly).strip())

    def _add_all_but_texts(self, other: "Gathered") -> None:
        self.invitations += other.invitations
        self.methods += other.methods
        self.files += other.files
        self.recipients += other.recipients
        self.returned = self.returned or other.returned


def gather(part: MailPart, *, plainly: bool, above: str = "") -> Gathered:
    """Return what was found in the part; `above` is the media type of the part that it stands in."""
    found, kind = Gathered(plainly), part.declared_type
    if part.is_multipart():
        beneath = [gather(child, plainly=plainly, above=kind) for child in parts_beneath(part)]
        if kind == ALTERNATIVE:
            found.add_one_of(beneath)
        else:
            for one in beneath:
                found.add(one)
    elif kind in STATUS:
        found.recipients = recipients_reported(part.content())
    elif kind in RETURNED and above == REPORT:
        found.returned = message_id_in(part.content())
    elif kind == CALENDAR:
        calendar = _decoded(part)
        found.invitations.append(clean(calendar if plainly else invitation_text(calendar)))
        found.methods.append(_method(part, calendar))
    elif _is_text(part):
        found.texts.append(part)
    elif kind not in LEFT_OUT and not part.lies_too_deep:
        found.files += _file(part, above)
    return found


def _is_text(part: MailPart) -> bool:
    """Return whether the part is text of the mail: also in a form that nobody knows, or in parts without a boundary."""
    is_apart = part.get_content_disposition() == "attachment" or bool(_written_name(part))
    return part.declared_type.startswith(("text/", "multipart/")) and not (is_apart or part.lies_too_deep)


@cache  # HTML is laid out once
def _text(part: MailPart, plainly: bool) -> str:
    text = _decoded(part)
    if part.declared_type == HTML:
        return without_tags(text) if plainly else text_of(text)
    if _parameter(part, "format").lower() == "flowed":
        return unflowed(text, blanks_go=_parameter(part, "delsp").lower() == "yes")
    return text


def _decoded(part: MailPart) -> str:
    return decode(part.content(), _parameter(part, "charset")).replace("\r\n", "\n").replace("\r", "\n")


def _method(part: MailPart, calendar: str) -> str:
    """Return what an invitation asks for, such as "request", as its header or its own line says."""
    written = [line.partition(":")[2] for line in calendar.split("\n") if line.upper().startswith("METHOD:")]
    return clean(_parameter(part, "method") or "".join(written[:1])).strip().lower()[:40]


def _parameter(part: MailPart, name: str) -> str:
    """Return a parameter of the part's Content-Type; "" without one, or when it cannot be read."""
    try:
        value = part.get_param(name, "")
    except (ValueError, LookupError):
        return ""
    return value if isinstance(value, str) else str(value[2])


def _written_name(part: MailPart) -> str:
    try:
        return header_text(part.get_filename("") or "")[:LONGEST_NAME]
    except (ValueError, LookupError):
        return ""


def _file(part: MailPart, above: str) -> list[FoundFile]:
    content, kind = part.content(), part.declared_type
    name = _written_name(part)
    if not content and not name:
        return []
    if kind in MAILS:
        subject = open_mime(content[:LONGEST_HEAD]).root.get("Subject", "")
        name = f"{name.removesuffix('.eml') or header_text(subject)[:LONGEST_NAME] or 'mail'}.eml"
    if not name:
        name = f"fil{mimetypes.guess_extension(kind) or ''}"
    return [FoundFile(name, clean(kind), content, above == RELATED and "Content-ID" in part)]
