"""What a mail says, as the rest of Ventil reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MailKind(StrEnum):
    """What kind of mail it is. Whether a person's mail is a reply is found out by the case: here it is REPLY."""

    REPLY = "reply"
    INVITE = "invite"
    BOUNCE = "bounce"
    DELAY = "delay"
    AUTO = "auto"
    LOOP = "loop"


class SenderVerdict(StrEnum):
    """What our own mail server says about the domain in From: UNKNOWN when it says nothing, or is not named."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OurAddresses:
    """By what our own letters and our own mail server are known.

    `mail_from` is the address that our letters come from. `authserv_id` is the name by which our mail server signs its
    verdicts (RFC 8601); "" when nobody said.
    """

    mail_from: str
    authserv_id: str = ""


@dataclass(frozen=True)
class BounceReport:
    """What a mail server says of one recipient of ours; "" where it says nothing.

    `status` is an enhanced status code such as "5.1.1" (RFC 3463). Addresses are written as they are compared.
    """

    status: str
    action: str
    final_recipient: str
    original_recipient: str
    diagnostic: str

    @property
    def is_permanent(self) -> bool:
        """Whether the letter will never arrive: the server says "failed", and no code of a passing trouble."""
        return self.status.startswith("5") or (self.action == "failed" and not self.status.startswith("4"))

    @property
    def is_trouble(self) -> bool:
        """Whether the letter has not arrived, or not yet; the others are confirmations that it has."""
        return self.is_permanent or self.status.startswith("4") or self.action == "delayed"


@dataclass(frozen=True)
class MailFile:
    """A file that came along: its safe name, the media type that the mail declares, and its bytes, not yet looked at.

    `stands_in_text` is whether the mail's HTML shows it, as it shows a picture in a signature.
    """

    name: str
    media_type: str
    content: bytes
    stands_in_text: bool


@dataclass(frozen=True)
class ReadMail:
    """What a mail says. Strings are "" where it says nothing; Message-IDs stand without angle brackets.

    `recipients` are in the order in which an address of ours is looked for. `words` is what is shown: without quotes of
    older mails, "" for what no person wrote now (bounces, our own letters). `whole` is all of its text.
    `returned_message_id` is that of the letter that a bounce sends back. The last three fields say that not everything
    was read: more than 25 MB or a million characters, more than 50 parts or 10 levels, or a mail over which the reading
    process ended.
    """

    kind: MailKind
    message_id: str
    content_hash: str
    subject: str
    sender: str
    sender_name: str
    recipients: Sequence[str]
    in_reply_to: Sequence[str]
    references: Sequence[str]
    date: datetime | None
    language: str
    words: str
    whole: str
    attachments: Sequence[MailFile]
    bounces: Sequence[BounceReport]
    returned_message_id: str
    verdict: SenderVerdict
    is_junk: bool
    too_big: bool
    too_many_parts: bool
    gave_up: bool
