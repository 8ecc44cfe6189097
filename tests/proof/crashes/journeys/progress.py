"""A case is handed in, assigned, planned, commented, done, contested, done once more, and closed by the clock."""

from datetime import date, timedelta
from functools import partial

from cases.states import State
from proof.crashes.acting import REPORTER, changed, commented, handed_in
from proof.crashes.house import Process
from proof.crashes.journeys.journey import Journey, Step

HOLE = "Hål i vägen"
OFFICER = "handlaggare"
OFFICER_ADDRESS = "handlaggare@prov.example"


def two_weeks_pass(process: Process) -> None:
    """Let the 14 days to contest go by."""
    process.wait(timedelta(days=15))


STEPS: tuple[Step, ...] = (
    partial(handed_in, title=HOLE),
    partial(changed, title=HOLE, to=State.ASSIGNED, note="Er väg?", responsible="gata", officer=OFFICER_ADDRESS),
    partial(changed, title=HOLE, to=State.PLANNED, by=OFFICER, note="Vi lagar.", due_on=date(2026, 3, 20)),
    partial(changed, title=HOLE, to=State.IN_PROGRESS, by=OFFICER, note="Vi gräver."),
    partial(commented, title=HOLE, text="Asfalten är beställd.", by=OFFICER),
    partial(changed, title=HOLE, to=State.DONE, by=OFFICER, note="Lagat."),
    partial(changed, title=HOLE, to=State.ASSIGNED, by=REPORTER, note="Hålet är kvar."),
    partial(changed, title=HOLE, to=State.DONE, by=OFFICER, note="Nu är det lagat."),
    two_weeks_pass,
)
TAKEN_ON = Journey("taken on and done", STEPS)
