"""A letter on its way out: its bytes, and what can become of it."""

import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Protocol

import flask_mail

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

    Whatever stands in a header stays on that header's line. `ValueError` when the address is none.
    """
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = _one_line(rendered.subject)
    letter["From"] = _named_address(rendered.sender)
    letter["To"] = Address(addr_spec=plain_address(rendered.to_email))
    letter["Date"] = format_datetime(rendered.date)
    letter["Message-ID"] = f"<{message_id}>"
    for name, value in rendered.headers.items():
        letter[_one_line(name)] = _one_line(value)
    letter["MIME-Version"] = "1.0"
    letter["Content-Type"] = "multipart/alternative"
    letter.set_boundary(f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}")
    letter.set_payload([_part("plain", rendered.text), _part("html", rendered.html)])
    return letter.as_bytes()


def _part(subtype: str, text: str) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = "\n".join(text.splitlines()) + "\n"
    part.set_payload(binascii.b2a_qp(lines.encode()).decode("ascii"))
    return part


def plain_address(given: str) -> str:
    """Give the address as mail carries it, the domain in ASCII; `ValueError` when it is none."""
    local, _, domain = given.rpartition("@")
    if not PLAIN.fullmatch(given) or not local.isascii():
        raise ValueError("not an address that mail can carry")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _named_address(given: str) -> Address:
    name, address = parseaddr(_one_line(given))
    return Address(name, addr_spec=plain_address(address))


def _one_line(value: str) -> str:
    return " ".join(value.split())
