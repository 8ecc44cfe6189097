"""Mails that come in: files of tests/data, and how they are read."""

import json
from pathlib import Path
from typing import Any

from notifications.inbound.reading.headers import MailHeaders, head_and_body, read_headers
from notifications.inbound.reading.reading import read_mail
from notifications.inbound.reading.what_a_mail_says import OurAddresses, ReadMail

DATA = Path(__file__).parents[2] / "data"
TOKEN = "arende+901.abcdefghijklmnopqrstuvwxyz@skogslunda.example"
BOUNCE = "studs-901.abcdefghijklmnopqrstuvwxyz@skogslunda.example"
OURS = OurAddresses(mail_from="ventil@skogslunda.example", authserv_id="mx.skogslunda.example")
HEAD = b"From: Britta Ek <britta@byn.example>\nTo: x@skogslunda.example\nSubject: Halka\nMessage-ID: <m@byn.example>\n"


def expected_mails(folder: str) -> dict[str, dict[str, Any]]:
    """Return what the mails of a folder of tests/data must become, by their names."""
    found: dict[str, dict[str, Any]] = json.loads((DATA / folder / "expected.json").read_text())
    return found


def raw_mail(folder: str, name: str) -> bytes:
    """Return the bytes of a mail, with our addresses where the file has "{token}" and "{bounce}"."""
    raw = (DATA / folder / f"{name}.eml").read_bytes()
    return raw.replace(b"{token}", TOKEN.encode()).replace(b"{bounce}", BOUNCE.encode())


def read(raw: bytes, *, ours: OurAddresses = OURS, envelope_sender: str | None = None) -> ReadMail:
    """Return what the mail says to the municipality Skogslunda."""
    return read_mail(raw, ours=ours, envelope_sender=envelope_sender)


def headers_of(raw: bytes) -> MailHeaders:
    """Return the headers of a mail."""
    return read_headers(head_and_body(raw)[0])


def a_mail(body: bytes = b"Hej\n", *, headers: bytes = b"") -> bytes:
    """Return a mail of Britta with these headers besides her own."""
    return HEAD + headers + b"\n" + body
