"""An import with history, in batches so small that crashes fall between them; and an export of all cases."""

from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from cases.access.actors import A_COMMAND
from cases.imports.exporting import export_cases
from cases.imports.importing import ImportOrder, examine, report_bad, write
from proof.crashes.house import Process
from proof.crashes.journeys.journey import Journey, Step, until

A_FEW = 2  # rows to a transaction
ROWS = """source,external_id,state,title,received_at,changed_at,responsible,note,due_on,merged_into,reporter_email
gammalt,1,received,Lampan är trasig,2026-02-27T09:00,,,,,,rut@hemma.example
gammalt,2,assigned,Gropar i vägen,2026-02-01T09:00,2026-02-03T10:00,gata,,,,rut@hemma.example
gammalt,3,closed,Papperskorg,2026-01-08T09:00,2026-01-12T12:00,gata,Tömd,,,rut@hemma.example
gammalt,4,merged,Samma lampa,2026-02-02T09:00,2026-02-03T12:00,,Samma sak,,5,rut@hemma.example
gammalt,5,closed,Lampan på torget,2026-02-01T09:00,2026-02-09T12:00,gata,Bytt,,,rut@hemma.example
gammalt,6,planned,Fiber,2026-01-02T09:00,2026-02-02T09:00,gata,Pågår,2026-03-12,,rut@hemma.example
gammalt,,received,Ingen vet vad,2026-01-02T09:00,,,,,,
gammalt,7,parked,Badplats,2026-02-02T09:00,2026-02-05T09:00,gata,Till våren,2026-03-12,,rut@hemma.example
"""


def imported(process: Process) -> None:
    """Import the file as the command does, leaving out and reporting its one bad row."""
    file = process.world.settings.var / "cases.csv"
    file.write_text(ROWS, encoding="utf-8")
    order = ImportOrder(file, process.world.clock.now)
    examined = examine(process.database, order, lambda *_: None)
    report_bad(order, examined, _beside(file))
    with patch("cases.imports.importing.BATCH", A_FEW):
        write(process.database, order, examined, lambda _: None)


def exported(process: Process) -> None:
    """Export every case to a file."""
    with process.database.reading() as session:
        export_cases(session, process.world.settings.var / "export.csv", by=A_COMMAND)


def _beside(file: Path) -> Path:
    return file.with_name("bad.csv")


STEPS: tuple[Step, ...] = (imported, until(datetime(2026, 3, 13, 6, 5, tzinfo=UTC)), exported)
IMPORTED = Journey("imported, with history", STEPS)
