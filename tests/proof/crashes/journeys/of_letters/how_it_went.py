"""A case is closed, the clock asks weeks later how it went, and the one who asked answers by the link in the letter."""

from datetime import UTC, datetime
from functools import partial

from sqlalchemy import select
from support.letters.letters_used import rate_by_letter

from cases.case import Case
from cases.satisfaction.question import Satisfaction
from cases.states import State
from proof.crashes.acting import changed, handed_in, now_of
from proof.crashes.house import Process
from proof.crashes.journeys.journey import Journey, Step, until

LAMP = "Lampan är trasig"


def rated(process: Process) -> None:
    """Let all letters be sent, and answer by the last one with a low grade and words, unless that was answered."""
    process.settle()
    with process.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.title == LAMP)).one()
        if session.get_one(Satisfaction, case.id).grade is None:
            key = process.world.settings.secret_key
            rate_by_letter(session, case.ref, 1, "Den blinkar igen.", key=key, at=now_of(process))


BEFORE: tuple[Step, ...] = (
    partial(handed_in, title=LAMP),
    partial(changed, title=LAMP, to=State.DONE, note="Den lyser igen."),
    until(datetime(2026, 3, 18, 6, 5, tzinfo=UTC)),  # it is closed
    until(datetime(2026, 4, 1, 6, 5, tzinfo=UTC)),
)
STEPS: tuple[Step, ...] = (until(datetime(2026, 4, 15, 6, 5, tzinfo=UTC)), rated)
HOW_IT_WENT = Journey("asked how it went", STEPS, BEFORE)
