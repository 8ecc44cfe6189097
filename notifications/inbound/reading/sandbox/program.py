"""The program: reads a mail from stdin, and writes what it holds to stdout.

First comes a line of JSON with the text, the files' names and sizes and what is reported, then the files' bytes: these
may cost 20 seconds. Then come the words without quotes, as another line of JSON, for which one second is left: whoever
started the program takes the whole text when they are missing. Its argument is JSON, too: the `OpeningTask`.
"""

import json
import signal
import sys
from dataclasses import asdict
from typing import Any

from cases.files.sandbox.limits import limit_resources
from notifications.inbound.reading.sandbox.charsets import clean, decode
from notifications.inbound.reading.sandbox.gathering import Gathered, gather
from notifications.inbound.reading.sandbox.mime import OpenedMime, open_mime
from notifications.inbound.reading.sandbox.reports import recipients_told_of
from notifications.inbound.reading.sandbox.task import OpeningTask
from notifications.inbound.reading.sandbox.words import words_of

SECONDS_FOR_WORDS = 1.0  # of the processor
LONGEST_TEXT = 1_000_000  # characters


def main() -> int:
    """Read the mail on stdin as the argument says; return the exit code."""
    task = OpeningTask(**json.loads(sys.argv[1]))
    limit_resources()
    raw = sys.stdin.buffer.read()
    opened = open_mime(raw)
    found = gather(opened.root)
    text = found.text or _left_unread(opened)
    _write(_facts(found, opened, text, task))
    for file in found.files:
        sys.stdout.buffer.write(file.content)
    sys.stdout.buffer.flush()
    signal.setitimer(signal.ITIMER_PROF, SECONDS_FOR_WORDS)  # its signal ends the process
    _write(words_of(text[:LONGEST_TEXT], is_forwarded=task.is_forwarded))
    return 0


def _facts(found: Gathered, opened: OpenedMime, text: str, task: OpeningTask) -> dict[str, Any]:
    if task.may_be_odd_bounce and not found.recipients:
        found.recipients = recipients_told_of(opened.root, text)
    whole = text
    if found.texts and found.invitations:
        whole = "\n\n".join([text, *found.invitations]).strip()
    return {
        "whole": whole[:LONGEST_TEXT],
        "is_cut_off": len(whole) > LONGEST_TEXT,
        "methods": found.methods,
        "recipients": found.recipients,
        "returned": found.returned,
        "too_many_parts": opened.too_many_parts,
        "files": [{**asdict(file), "content": len(file.content)} for file in found.files],
    }


def _left_unread(opened: OpenedMime) -> str:
    """Return what stands in a mail of too many or too deep parts in which no text was found, as it stands there."""
    if not opened.too_many_parts:
        return ""
    return clean(decode(opened.deepest.content()[:LONGEST_TEXT])).strip()


def _write(found: Any) -> None:
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n")
    sys.stdout.buffer.flush()
