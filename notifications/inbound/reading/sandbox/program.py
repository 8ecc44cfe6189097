"""The program: reads a mail from stdin, and writes what it holds to stdout.

First comes a line of JSON with the text, the files' names and sizes and what is reported, then the files' bytes: these
may cost 20 seconds, of which the text may take one: without that line, whoever started the program asks for the text
without layout. Then come the words without quotes, as another line of JSON, for which one second is left: when they are
missing, the whole text stands for them. The program's argument is JSON, too: the `OpeningTask`.
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

SECONDS_FOR_TEXT = SECONDS_FOR_WORDS = 1.0  # of the processor
LONGEST_TEXT = 1_000_000  # characters


def main() -> int:
    """Read the mail on stdin as the argument says; return the exit code."""
    task = OpeningTask(**json.loads(sys.argv[1]))
    limit_resources()
    raw = sys.stdin.buffer.read()
    opened = open_mime(raw)
    if not task.plainly:
        signal.setitimer(signal.ITIMER_PROF, SECONDS_FOR_TEXT)  # its signal ends the process
    found = gather(opened.root, plainly=task.plainly)
    text = found.text or _left_unread(opened)
    facts = _facts(found, opened, text, task)
    signal.setitimer(signal.ITIMER_PROF, 0)
    _write(facts)
    for file in found.files:
        sys.stdout.buffer.write(file.content)
    sys.stdout.buffer.flush()
    signal.setitimer(signal.ITIMER_PROF, SECONDS_FOR_WORDS)
    _write(words_of(text[:LONGEST_TEXT], is_forwarded=task.is_forwarded))
    return 0


def _facts(found: Gathered, opened: OpenedMime, text: str, task: OpeningTask) -> dict[str, Any]:
    if task.may_be_odd_bounce and not found.recipients and not task.plainly:
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
