"""The headers of a mail, within bounds: who wrote to whom, when, and in answer to what."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property

from cases.mail_addresses import as_compared, is_mail_address
from notifications.inbound.reading.sandbox.charsets import decode
from notifications.inbound.reading.sandbox.encoded_words import header_text
from notifications.inbound.reading.sandbox.mime import POLICY

LONGEST_HEAD = 256_000  # bytes
MOST_HEADERS = 1000
MOST_ADDRESSES = 200
MOST_NESTED = 50  # "(" within one header: the standard library calls itself for each comment in a comment
BODY_BEGINS = re.compile(rb"\r?\n[ \t]*\r?\n")
MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,250})\s*>")
SENT_TO = ("Delivered-To", "X-Original-To", "To", "Cc")
LANGUAGE = re.compile(r"[a-z]{2,3}\b", re.IGNORECASE)


@dataclass(frozen=True)
class NamedAddress:
    """An address in the form in which it is compared, and the name that stands beside it."""

    address: str
    name: str


@dataclass(frozen=True)
class MailHeaders:
    """The first thousand headers, by their names in lower case."""

    by_name: dict[str, list[str]]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.by_name

    def all(self, name: str) -> list[str]:
        """Return the values of all headers of this name, the topmost first, each as one line that can be read."""
        return [header_text(value) for value in self.by_name.get(name.lower(), ())]

    def first(self, name: str) -> str:
        """Return the value of the topmost header of this name; "" without one."""
        return header_text(self.by_name.get(name.lower(), ("",))[0])

    def mailboxes(self, name: str) -> list[NamedAddress]:
        """Return the valid addresses in the headers of this name."""
        return [box for value in self.by_name.get(name.lower(), ()) for box in _mailboxes(value)]

    @cached_property
    def writers(self) -> list[NamedAddress]:
        """Who wrote the mail, as it says: one, where nobody plays a trick."""
        return self.mailboxes("From")

    @property
    def recipients(self) -> list[str]:
        """Return whom the mail was sent to, each once: first the addresses that servers noted."""
        found = [box.address for name in SENT_TO for box in self.mailboxes(name)]
        return list(dict.fromkeys(found))[:MOST_ADDRESSES]

    def message_ids(self, name: str) -> list[str]:
        """Return the Message-IDs in the headers of this name, without angle brackets, each once."""
        return list(dict.fromkeys(found for value in self.all(name) for found in MESSAGE_ID.findall(value)))

    @property
    def date(self) -> datetime | None:
        """When the mail was written, as it says, in UTC."""
        try:
            written = parsedate_to_datetime(self.first("Date"))
            return (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            return None

    @property
    def language(self) -> str:
        """The language that the mail says it is in, or that its writer reads, such as "sv"; "" when it says nothing."""
        for name in ("Content-Language", "Accept-Language"):
            if found := LANGUAGE.match(self.first(name)):
                return found[0].lower()
        return ""


def head_and_body(raw: bytes) -> tuple[bytes, bytes]:
    """Return the headers of a mail, at most 256,000 bytes with a line end, and what follows the blank line."""
    found = BODY_BEGINS.search(raw)
    head, body = (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")
    if len(head) > LONGEST_HEAD:
        head = head[:LONGEST_HEAD].rpartition(b"\n")[0]
    return head + b"\n", body


def read_headers(head: bytes) -> MailHeaders:
    """Return the headers of a mail, of which these are the bytes."""
    by_name: dict[str, list[str]] = {}
    parsed = BytesHeaderParser(policy=POLICY).parsebytes(head)
    for name, value in parsed.items()[:MOST_HEADERS]:
        by_name.setdefault(name.lower(), []).append(value)
    return MailHeaders(by_name)


def _mailboxes(value: str) -> list[NamedAddress]:
    """Return the valid addresses of one header. Their names are decoded after they were told apart."""
    if value.count("(") > MOST_NESTED:
        value = value.replace("(", " ").replace(")", " ")
    plain = " ".join(decode(value.encode("utf-8", "surrogateescape")).split())
    found = []
    for name, address in _split(plain)[:MOST_ADDRESSES]:
        compared = as_compared(address)
        if is_mail_address(compared):
            found.append(NamedAddress(compared, header_text(name)))
    return found


def _split(value: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([value])
    except (ValueError, IndexError, TypeError, RecursionError):  # it calls itself for each group in a group
        return []
