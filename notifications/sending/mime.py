"""Write a letter as MIME, the bytes that go to the mail server.

MIME is written by hand because the standard library's `email` takes 2.0 ms a letter, and this takes 0.03. Headers that
are not plain ASCII are still left to the library, except the subject, which differs from letter to letter.
"""

import binascii
import hashlib
import re
from base64 import encodebytes
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol

import flask_mail

from cases.mail_addresses import with_ascii_domain

MOST_LINES_CACHED = 1000
MOST_BYTES_IN_A_WORD = 39  # bytes in an encoded word: 52 characters in base64, and a line holds 76
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # no header holds one, and some would end it
LONGEST_LINE, LONGEST_ALLOWED = 76, 990  # characters: just within what RFC 5322 recommends, and what it allows


class Readable(Protocol):
    """The attributes of a letter that `compose` reads; `rendering.RenderedLetter` has them."""

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
    """One letter to one recipient as a message for Flask-Mail, which sends its bytes unchanged.

    `bounces_to` is the address to which mail servers report that it cannot be delivered; the sender when it is None.
    """

    def __init__(self, *, sender: str, recipient: str, content: bytes, bounces_to: str | None = None) -> None:
        # super().__init__ is not called: it looks up this machine's name in the DNS each time.
        self.sender, self.envelope_from = sender, bounces_to or sender
        self.recipient = recipient
        self.recipients, self.cc, self.bcc = [recipient], [], []
        self.content = content

    def as_bytes(self) -> bytes:
        """Return the bytes of the letter, as they were stored before the first attempt to send it."""
        return self.content


def compose(rendered: Readable, message_id: str) -> bytes:
    """Return the letter as MIME: ASCII in short lines, and always the same bytes for the same letter.

    A line end or another control character within a header's value becomes a space, so that nobody can inject a header.
    `ValueError` when the recipient's mail address is not valid.
    """
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
    headers = {
        "From": rendered.sender,
        "To": with_ascii_domain(rendered.to_email),
        "Date": format_datetime(rendered.date),
        "Message-ID": f"<{message_id}>",
        **rendered.headers,
        "MIME-Version": "1.0",
    }
    head = _subject(rendered.subject) + b"".join(_header(name, value) for name, value in headers.items())
    words = _multipart("alternative", boundary, _part("plain", rendered.text), _part("html", rendered.html))
    if calendar := getattr(rendered, "calendar", ""):
        return head + _multipart("mixed", f"{boundary}m", words, _calendar_part(calendar))
    return head + words


def _multipart(subtype: str, boundary: str, *parts: bytes) -> bytes:
    kind = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n'.encode()
    edge = f"--{boundary}".encode()
    return b"".join((kind, b"\r\n", *(edge + b"\r\n" + part + b"\r\n" for part in parts), edge, b"--\r\n"))


def _calendar_part(calendar: str) -> bytes:
    """Return a calendar file (RFC 5545) as a part of a letter, which programs offer to put into one's own calendar."""
    head = (
        'Content-Type: text/calendar; charset="utf-8"; method=PUBLISH\r\n'
        'Content-Disposition: attachment; filename="meeting.ics"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    return head.encode() + encodebytes(calendar.encode()).replace(b"\n", b"\r\n")


def _part(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + (b"".join(map(_quoted, text.splitlines())) or b"\r\n")


@lru_cache(MOST_LINES_CACHED)
def _quoted(line: str) -> bytes:
    """Return one line in quoted-printable. It is cached, since most lines of a letter stand in many letters."""
    return binascii.b2a_qp(f"{line}\n".encode()).replace(b"\n", b"\r\n")


def _subject(text: str) -> bytes:
    """Return the header Subject, unless plain ASCII as encoded words of whole characters (RFC 2047), one a line."""
    text = _one_line(text)
    if _is_plain(text, LONGEST_LINE - len("Subject")):
        return f"Subject: {text}\r\n".encode()
    words = (binascii.b2a_base64(part.encode(), newline=False).decode() for part in _in_parts(text))
    return ("Subject: " + "\r\n ".join(f"=?utf-8?b?{word}?=" for word in words) + "\r\n").encode()


def _in_parts(text: str) -> Iterator[str]:
    """Yield the text in parts that each fit into one encoded word."""
    part, size = "", 0
    for character in text:
        width = len(character.encode())
        if size + width > MOST_BYTES_IN_A_WORD:
            yield part
            part, size = "", 0
        part, size = part + character, size + width
    yield part


def _header(name: str, value: str) -> bytes:
    """Return one header. The library folds and encodes those that are not plain ASCII, or long.

    A long single word, such as a URL, stays whole: mail programs could not open it otherwise.
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
    return " ".join(CONTROLS.sub(" ", value).split())
