"""A trial of weeks after the end: cases are closed, and the clock asks how it went; and how that is broken."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from sqlalchemy import false
from sqlalchemy.orm import Session

from cases.database.writing.upsert import insert_missing
from cases.handing_in import Reporter
from cases.satisfaction import asking_once
from cases.states import State
from proof.checker import InvariantBreach
from proof.crashes.acting import changed, handed_in
from proof.mutants.stage import StagePlace, at_work, stage

LAMP, HIDDEN = "Lampan är trasig", "Grannen som inte får hittas"
DAYS_AT_A_TIME, TIMES = timedelta(days=4), 13  # fifty-two days: two weeks to object, four until it is asked, and more


def is_asked_how_it_went(place: StagePlace) -> list[InvariantBreach]:
    """Close a case, and one of protected identity, and let weeks go by."""
    protected = Reporter("Siv", "siv@hemma.example", protected=True)
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            for step in (
                partial(handed_in, title=LAMP),
                partial(handed_in, title=HIDDEN, reporter=protected),
                partial(changed, title=LAMP, to=State.DONE, note="Den lyser igen."),
                partial(changed, title=HIDDEN, to=State.DONE, note="Det är ordnat."),
            ):
                step(process)
                process.settle()
            for _ in range(TIMES):
                process.wait(DAYS_AT_A_TIME)
            process.come_to_rest()
        return scene.judged()


def asked_too_soon() -> AbstractContextManager[object]:
    """Ask how it went when a case has been closed for a day."""
    return patch.object(asking_once, "AFTER", timedelta(days=1))


def the_protected_are_asked() -> AbstractContextManager[object]:
    """Do not look whether whoever asked lives under protection."""
    return patch.object(asking_once, "PROTECTED", false())


@contextmanager
def asked_every_morning() -> Iterator[None]:
    """Do not keep what was asked already."""

    def insert(session: Session, model: type[Any], rows: list[dict[str, Any]], returned: tuple[str, ...]) -> Any:
        insert_missing(session, model, rows, returned)
        return [(row["case_id"],) for row in rows]

    with patch.object(asking_once, "IS_ASKED", false()), patch.object(asking_once, "insert_missing", insert):
        yield
