"""A letter as MIME: the bytes that go to the mail server."""

import binascii
import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol

import flask_mail

from cases.mail_addresses import in_mail

MOST_LINES_KEPT = 1000
LONGEST_PART = 39  # bytes of an encoded word: base64 makes 52 signs of them, and a line holds 76
LONGEST_LINE, LONGEST_ALLOWED = 76, 990  # signs: kept for readers; what RFC 5322 lets a line hold


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
        # The library's own __init__ asks the DNS for this machine's name, each time: nothing of it is called.
        self.sender = self.envelope_from = sender
        self.recipient = recipient
        self.recipients, self.cc, self.bcc = [recipient], [], []
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
        "From": rendered.sender,
        "To": in_mail(rendered.to_email),
        "Date": format_datetime(rendered.date),
        "Message-ID": f"<{message_id}>",
        **rendered.headers,
        "MIME-Version": "1.0",
    }
    head = _subject(rendered.subject) + b"".join(_header(name, value) for name, value in headers.items())
    kind = f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode()
    parts = (_part("plain", rendered.text), _part("html", rendered.html))
    edge = f"--{boundary}".encode()
    return b"".join((head, kind, b"\r\n", *(edge + b"\r\n" + part + b"\r\n" for part in parts), edge, b"--\r\n"))


def _part(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + (b"".join(map(_quoted, text.splitlines())) or b"\r\n")


@lru_cache(MOST_LINES_KEPT)
def _quoted(line: str) -> bytes:
    """Give one line in quoted-printable. Most lines of a letter are those of all letters; the others leave soon."""
    return binascii.b2a_qp(f"{line}\n".encode()).replace(b"\n", b"\r\n")


def _subject(text: str) -> bytes:
    """Give the subject, encoded as RFC 2047 has it unless it is plain: in words of whole signs, one on each line."""
    text = _one_line(text)
    if _is_plain(text, LONGEST_LINE - len("Subject")):
        return f"Subject: {text}\r\n".encode()
    words = (binascii.b2a_base64(part.encode(), newline=False).decode() for part in _in_parts(text))
    return ("Subject: " + "\r\n ".join(f"=?utf-8?b?{word}?=" for word in words) + "\r\n").encode()


def _in_parts(text: str) -> Iterator[str]:
    """Part the text into pieces that each make one encoded word."""
    part, size = "", 0
    for sign in text:
        wide = len(sign.encode())
        if size + wide > LONGEST_PART:
            yield part
            part, size = "", 0
        part, size = part + sign, size + wide
    yield part


def _header(name: str, value: str) -> bytes:
    """Give one header. Plain ones are as they are when short or one word: an address that is encoded opens nothing.

    The library folds and encodes the others.
    """
    name, value = _one_line(name), _one_line(value)
    if _is_plain(value, (LONGEST_LINE if " " in value else LONGEST_ALLOWED) - len(name)):
        return f"{name}: {value}\r\n".encode()
    return _folded(name, value)


def _is_plain(value: str, room: int) -> bool:
    return value.isascii() and value.isprintable() and len(value) < room and "=?" not in value


@lru_cache(maxsize=256)
def _folded(name: str, value: str) -> bytes:
    named, header = SMTP.header_store_parse(name, value)
    return SMTP.fold_binary(named, header)


def _one_line(value: str) -> str:
    return " ".join(value.split())
