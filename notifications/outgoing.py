"""A letter on its way out: its bytes, and what can become of it."""

import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol

import flask_mail

LONGEST_LINE, LONGEST_ALLOWED = 76, 990  # signs: kept for readers; what RFC 5322 lets a line hold
PLAIN = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x20]+@[^\s@<>()\[\],;:\\\"]+")


class Refused(Exception):
    """What received the letter did not take it. The message is what it said."""


class RefusedForNow(Refused):
    """Not now (4xx): try again later."""


class RefusedForGood(Refused):
    """Never (5xx): a person must look."""


class LineLost(Refused):
    """The line broke after the letter was given: it may have been accepted."""


class Unreachable(Refused):
    """The server cannot be had: no letter's fault."""


class Readable(Protocol):
    """A rendered letter, as `rendering.Rendered` is one."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def sender(self) -> str: ...
    @property
    def to_email(self) -> str: ...
    @property
    def date(self) -> datetime: ...


class Outgoing(flask_mail.Message):
    """One letter as it goes over the line: an envelope for one recipient, and bytes that are final."""

    def __init__(self, *, sender: str, recipient: str, content: bytes) -> None:
        super().__init__(sender=sender, recipients=[recipient])
        self.envelope_from = sender
        self.recipient = recipient
        self.content = content

    def as_bytes(self) -> bytes:
        """Give the letter as it was stored before its first attempt."""
        return self.content


def compose(rendered: Readable, message_id: str) -> bytes:
    """Give the letter's bytes: plain ASCII, short lines, the same every time.

    Whatever stands in a header stays in that header. `ValueError` when the address is none.
    """
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
    headers = {
        "Subject": rendered.subject,
        "From": rendered.sender,
        "To": plain_address(rendered.to_email),
        "Date": format_datetime(rendered.date),
        "Message-ID": f"<{message_id}>",
        **rendered.headers,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    head = b"".join(_header(name, value) for name, value in headers.items())
    parts = (_part("plain", rendered.text), _part("html", rendered.html))
    edge = f"--{boundary}".encode()
    return b"".join((head, b"\r\n", *(edge + b"\r\n" + part + b"\r\n" for part in parts), edge, b"--\r\n"))


def _part(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    lines = "\n".join(text.splitlines()) + "\n"
    return head.encode() + binascii.b2a_qp(lines.encode()).replace(b"\n", b"\r\n")


def _header(name: str, value: str) -> bytes:
    """Give one header. Plain ones are as they are when short or one word: an address that is encoded opens nothing.

    The library folds and encodes the others.
    """
    name, value = _one_line(name), _one_line(value)
    longest = LONGEST_LINE if " " in value else LONGEST_ALLOWED
    if value.isascii() and value.isprintable() and len(name) + len(value) < longest and "=?" not in value:
        return f"{name}: {value}\r\n".encode()
    return _folded(name, value)


@lru_cache(maxsize=256)
def _folded(name: str, value: str) -> bytes:
    named, header = SMTP.header_store_parse(name, value)
    return SMTP.fold_binary(named, header)


def plain_address(given: str) -> str:
    """Give the address as mail carries it, the domain in ASCII; `ValueError` when it is none."""
    local, _, domain = given.rpartition("@")
    if not PLAIN.fullmatch(given) or not local.isascii():
        raise ValueError("not an address that mail can carry")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _one_line(value: str) -> str:
    return " ".join(value.split())
