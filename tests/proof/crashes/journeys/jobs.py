"""The scheduler's jobs: the morning letter, the nightly cleaning, and the look for stuck work."""

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from proof.crashes.acting import attached, handed_in
from proof.crashes.house import Process
from proof.crashes.journeys.journey import Journey, Step, until

HOLE = "Hål i vägen"
A_FILE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
)
LEFT_BEHIND = "0" * 64


def a_file_is_left_behind(process: Process) -> None:
    """Leave what a crash between writing a file and the commit leaves: a file that no row names."""
    folder = process.world.settings.var / "attachments" / LEFT_BEHIND[:2]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LEFT_BEHIND).write_bytes(A_FILE)


def files_age(process: Process) -> None:
    """Set the modification time of the attachments to the moving clock's moment."""
    moment = process.world.clock.now.timestamp()
    for path in Path(process.world.settings.var).glob("attachments/??/*"):
        os.utime(path, (moment, moment))


BEFORE: tuple[Step, ...] = (partial(handed_in, title=HOLE), a_file_is_left_behind)
STEPS: tuple[Step, ...] = (
    partial(attached, title=HOLE, name="karta.pdf", content=A_FILE),
    files_age,
    until(datetime(2026, 3, 3, 2, 20, tzinfo=UTC)),  # 03:20: too young to be cleaned away
    until(datetime(2026, 3, 3, 6, 5, tzinfo=UTC)),  # the morning letter
    until(datetime(2026, 3, 4, 2, 20, tzinfo=UTC)),
)
THE_CLOCKS_JOBS = Journey("the clock's jobs, and files", STEPS, BEFORE)
