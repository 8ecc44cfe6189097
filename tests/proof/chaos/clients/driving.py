"""The load of a run: the processes of clients, and imports of cases that are long overdue, for the sweeps."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from proof.chaos.house.processes import IMPORTED_FROM, ROOT, ChaosHouse, NotUp
from proof.chaos.repeating import repeating

OLD = timedelta(days=40)
WAVE, EVERY = 6, 4.0  # cases, and seconds between two imports
COLUMNS = ("source", "external_id", "title", "state", "responsible", "received_at", "reporter_name", "reporter_email")
ENDS_WITHIN = 60.0  # seconds
IMPORT_TAKES = 40.0  # seconds at most: what hangs with the database is cut short


class Clients:
    """A process of clients, started at once: of those who call, or of those who write mails (`module`)."""

    def __init__(self, setup: dict[str, Any], module: str = "proof.chaos.clients") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(setup)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": IMPORTED_FROM},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def stop(self) -> list[str]:
        """Let them end what they have begun; return what they complain of, one sentence each."""
        try:
            said, _ = self._process.communicate(timeout=ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return ["the clients did not come to an end"]
        return list(json.loads(said)) if self._process.returncode == 0 else ["the clients broke down"]


@contextmanager
def importing(house: ChaosHouse) -> Iterator[None]:
    """Import a few overdue cases every four seconds while the block runs; an import that a fault ended is repeated."""
    wave = 0

    def import_some() -> None:
        nonlocal wave
        path = house.folder / f"old-{wave}.csv"
        write_old_cases(path, wave)
        wave += _imported(house, path)

    with repeating(import_some, "importing", EVERY):
        yield


def _imported(house: ChaosHouse, path: Path) -> bool:
    try:
        house.command("import", str(path), "--clocks", "history", patience=IMPORT_TAKES)
    except (NotUp, subprocess.TimeoutExpired):
        return False
    return True


def write_old_cases(path: Path, wave: int) -> None:
    """Write a CSV file of six cases that came in 40 days ago and are not answered; `wave` makes them unique."""
    received = (datetime.now(UTC) - OLD).isoformat(timespec="seconds")
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(WAVE):
            name = f"g{wave}-{number}"
            rows.writerow(
                ("old", name, f"Gammal fråga {name}", "assigned", "gata", received, "Rut", f"{name}@prov.example")
            )
