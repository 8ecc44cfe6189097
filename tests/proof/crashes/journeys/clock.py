"""Nothing happens but time: every rung of the ladder is climbed, promises break, parked cases and duties go on."""

from datetime import UTC, date, datetime
from functools import partial

from cases.states import Kind, State
from proof.crashes.acting import changed, handed_in
from proof.crashes.journeys.journey import Journey, Step, until

HOLE, PLAY, REPORT = "Hål i vägen", "Lekplats i Norrby", "Redovisa bidraget"
AN_OFFICER = "handlaggare@prov.example"


def morning(month: int, day: int) -> Step:
    """Return the step to 07:05 in Sweden on this day of 2026: rungs fire and promises break at 07:00."""
    return until(datetime(2026, month, day, 6 if month < 4 else 5, 5, tzinfo=UTC))


ASKED: tuple[Step, ...] = (
    partial(handed_in, title=HOLE),
    partial(changed, title=HOLE, to=State.ASSIGNED, note="Er väg?", responsible="gata", officer=AN_OFFICER),
)
SILENCE: tuple[Step, ...] = (
    morning(3, 10),  # rung 0: the officer, two working days before
    morning(3, 12),  # 1: the day itself
    morning(3, 19),  # 2: the head
    morning(3, 26),  # 3: those who asked, who had hoped
    morning(4, 13),  # 4: the forum's agenda
    morning(4, 20),  # 5, and every week from now on
)
DATED: tuple[Step, ...] = (
    partial(handed_in, title=HOLE),
    partial(handed_in, title=PLAY, by="ombud", kind=Kind.ACTION, group="norrby"),
    partial(
        handed_in, title=REPORT, by="kontakt", kind=Kind.DUTY, due_on=date(2026, 3, 16), every_months=12,
        responsible="gata", reporter=None,
    ),
    partial(changed, title=HOLE, to=State.PLANNED, note="Vi lagar.", due_on=date(2026, 3, 9), responsible="gata"),
    partial(changed, title=PLAY, to=State.PARKED, note="Till våren.", due_on=date(2026, 3, 10)),
    partial(changed, title=REPORT, to=State.DONE, by="handlaggare", note="Redovisat."),
)  # fmt: skip
RUNNING_OUT: tuple[Step, ...] = (
    morning(3, 10),  # the promise is broken, and what was parked is taken up
    morning(3, 17),  # nobody objected: the duty closes, and makes the next
)
SILENT = Journey("silence, and the ladder", SILENCE, ASKED)
CLOCKS_RUN_OUT = Journey("promises, parked cases and duties", RUNNING_OUT, DATED)
