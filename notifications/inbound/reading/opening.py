"""A mail is opened in a process of its own, with little memory and time: whatever it does, only that process ends."""

import json
import subprocess  # only our own interpreter is started  # nosec B404
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from cases.files.file_names import safe_name
from cases.files.isolation import isolated_program
from cases.mail_addresses import as_compared
from notifications.inbound.reading.sandbox.charsets import clean, decode
from notifications.inbound.reading.sandbox.task import OpeningTask
from notifications.inbound.reading.what_a_mail_says import BounceReport, MailFile

PATIENCE = 60  # seconds, of which the process computes at most 21
LONGEST_UNREAD = 100_000  # bytes that are shown as they are when the process gave up
PROGRAM = isolated_program("notifications.inbound.reading.sandbox.program")


@dataclass(frozen=True)
class OpenedMail:
    """What a mail holds beneath its headers; see `ReadMail`. `methods` are what its invitations ask for."""

    words: str
    whole: str
    attachments: Sequence[MailFile]
    bounces: Sequence[BounceReport]
    methods: Sequence[str]
    returned_message_id: str
    is_cut_off: bool
    too_many_parts: bool
    gave_up: bool


def open_mail(head: bytes, body: bytes, task: OpeningTask) -> OpenedMail:
    """Return what the mail of these headers and this body holds.

    When the process ends over it, another one reads it without layout; when that ends, too, the body is returned as it
    is.
    """
    raw = b"%b\n%b" % (head, body)
    return _opened(raw, task) or _opened(raw, replace(task, plainly=True)) or _unread(body)


def _opened(raw: bytes, task: OpeningTask) -> OpenedMail | None:
    """Return what a process found in the mail; None when it ended before it had the whole text."""
    program = [*PROGRAM, json.dumps(asdict(task))]
    try:
        written = subprocess.run(program, input=raw, capture_output=True, timeout=PATIENCE, check=False).stdout  # noqa: S603  # nosec B603
    except subprocess.TimeoutExpired as too_long:
        written = too_long.stdout or b""
    facts, _, rest = written.partition(b"\n")
    if not rest and not written.endswith(b"\n"):
        return None
    told = json.loads(facts)
    whole, files = told["whole"], list[MailFile]()
    is_complete = sum(file["content"] for file in told["files"]) <= len(rest)
    for file in told["files"] if is_complete else ():
        content, rest = rest[: file["content"]], rest[file["content"] :]
        files.append(MailFile(safe_name(file["name"]), file["media_type"], content, file["stands_in_text"]))
    return OpenedMail(
        words=json.loads(rest) if is_complete and rest.endswith(b"\n") else whole,
        whole=whole,
        attachments=tuple(files),
        bounces=tuple(_bounce(one) for one in told["recipients"]),
        methods=tuple(told["methods"]),
        returned_message_id=told["returned"].strip("<>"),
        is_cut_off=told["is_cut_off"],
        too_many_parts=told["too_many_parts"],
        gave_up=not is_complete,
    )


def _unread(body: bytes) -> OpenedMail:
    text = clean(decode(body[:LONGEST_UNREAD])).strip()
    return OpenedMail(text, text, (), (), (), "", is_cut_off=False, too_many_parts=False, gave_up=True)


def _bounce(told: dict[str, Any]) -> BounceReport:
    addresses = {name: as_compared(told[name]) for name in ("final_recipient", "original_recipient")}
    return BounceReport(**{**told, **addresses})
