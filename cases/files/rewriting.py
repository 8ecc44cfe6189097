"""Files are rewritten in a process of their own, few at once, and never while a transaction is open.

A request has a budget for all of its files: of pixels and of time. Whatever a file does, only its own process ends.
"""

import subprocess  # only our own interpreter is started  # nosec B404
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cases.files.file_names import extension_of, safe_name, with_extension
from cases.files.file_types import type_of
from cases.files.isolation import isolated_program
from cases.files.sandbox.limits import MOST_PIXELS
from cases.files.sandbox.program import DONE, LOCKED, TOO_HEAVY
from cases.refusals import FileLocked, FileRefused, FilesBusy, FileTooHeavy, FileUnreadable

PATIENCE = 30  # seconds for one file
PATIENCE_FOR_ALL = 45  # seconds for the files of one request
PIXELS_FOR_ALL = 200_000_000
AT_ONCE = 2  # requests of one process whose files are being rewritten
IN_LINE = 2  # requests that may wait for that, each with a thread of the web server
PATIENCE_IN_LINE = 20  # seconds
PROGRAM = isolated_program("cases.files.sandbox.program")
REFUSALS: dict[int, type[FileRefused]] = {TOO_HEAVY: FileTooHeavy, LOCKED: FileLocked}


@dataclass(frozen=True)
class RewrittenFile:
    """A file as it is kept: its safe name with the extension of its type, and the bytes that the sandbox made."""

    name: str
    media_type: str
    content: bytes


@dataclass
class Budget:
    """What the files of one request may still cost. `ends` is a moment of the monotonic clock, in seconds."""

    pixels: int = PIXELS_FOR_ALL
    ends: float = field(default_factory=lambda: time.monotonic() + PATIENCE_FOR_ALL)

    @property
    def seconds(self) -> float:
        """How long the next file may take."""
        return min(PATIENCE, max(0.1, self.ends - time.monotonic()))


class WaitingLine:
    """Lets few requests in at once, and few wait; the others are sent away."""

    def __init__(self, at_once: int, in_line: int) -> None:
        self._working = threading.BoundedSemaphore(at_once)
        self._inside = threading.BoundedSemaphore(at_once + in_line)

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Wait for a turn, and keep it while the block runs; whether there was one."""
        if not self._inside.acquire(blocking=False):
            yield False
            return
        try:
            got = self._working.acquire(timeout=PATIENCE_IN_LINE)
            try:
                yield got
            finally:
                if got:
                    self._working.release()
        finally:
            self._inside.release()


LINE = WaitingLine(AT_ONCE, IN_LINE)


def rewrite_all(files: list[tuple[str, bytes]]) -> list[RewrittenFile | FileRefused]:
    """Rewrite the files of one request, each a name as it was sent and its bytes.

    Return for each of them the rewritten file or, where it cannot be taken, the refusal that says why.
    """
    if not files:
        return []
    with LINE.turn() as got:
        if not got:
            return [FilesBusy(field="file", name=safe_name(name)) for name, _ in files]
        budget = Budget()
        return [_rewritten_or_refused(name, content, budget) for name, content in files]


def rewrite(name: str, content: bytes, budget: Budget) -> RewrittenFile:
    """Return the file as it is kept. Raises `FileRefused`, by the kind of refusal that says why."""
    safe = safe_name(name)
    kind = type_of(safe, content)
    if extension_of(safe) not in kind.extensions:
        safe = with_extension(safe, kind.extensions[0])
    made = _run_sandbox(safe, content, [kind.form, str(min(MOST_PIXELS, budget.pixels))], budget.seconds)
    pixels, _, rewritten = made.partition(b"\n")
    budget.pixels -= int(pixels)
    return RewrittenFile(safe, kind.media_type, rewritten)


def _rewritten_or_refused(name: str, content: bytes, budget: Budget) -> RewrittenFile | FileRefused:
    try:
        return rewrite(name, content, budget)
    except FileRefused as refused:
        return refused


def _run_sandbox(name: str, content: bytes, arguments: list[str], seconds: float) -> bytes:
    try:
        ended = subprocess.run([*PROGRAM, *arguments], input=content, capture_output=True, timeout=seconds, check=False)  # noqa: S603  # nosec B603
    except subprocess.TimeoutExpired:
        raise FileTooHeavy(field="file", name=name) from None
    if ended.returncode == DONE:
        return ended.stdout
    killed = ended.returncode < 0
    raise (FileTooHeavy if killed else REFUSALS.get(ended.returncode, FileUnreadable))(field="file", name=name)
