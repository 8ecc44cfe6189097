"""Ventil crashes before and after each thing that it makes lasting, and nothing is lost, forgotten or told twice.

A short form on both databases; `make prove` tries every point.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from sqlalchemy import update

from cases.database.clock import now
from cases.database.transactions import Database
from cases.history.outbox import OutboxEntry
from notifications.planning.planning import plan_events
from proof.crashes.acting import handed_in
from proof.crashes.boundaries import Boundaries, BoundarySide, Crash, Point
from proof.crashes.grounds import CrashGround
from proof.crashes.hooks import watched_files
from proof.crashes.house import Process
from proof.crashes.journeys import JOURNEYS, SHORT_ON_POSTGRESQL
from proof.crashes.journeys.handing_in import HANDED_IN
from proof.crashes.journeys.journey import Journey
from proof.crashes.sweeping import Broken, Length, Sweep

LENGTH = Length(os.environ.get("VENTIL_PROOF", "short"))
Tell = Callable[[str, object], None]
ON_POSTGRESQL = {Length.SHORT: SHORT_ON_POSTGRESQL, Length.FULL: JOURNEYS}[LENGTH]


def named(journey: Journey) -> str:
    """Return the journey's name as pytest shows it."""
    return journey.name.replace(" ", "_")


@pytest.mark.parametrize("journey", JOURNEYS, ids=named)
def test_a_journey_survives_every_crash_on_sqlite(
    on_sqlite: CrashGround, journey: Journey, record_property: Tell
) -> None:
    record_property("proof", str(Sweep(on_sqlite, journey).run(LENGTH)))


@pytest.mark.parametrize("journey", ON_POSTGRESQL, ids=named)
def test_a_journey_survives_every_crash_on_postgresql(
    on_postgresql: CrashGround, journey: Journey, record_property: Tell
) -> None:
    record_property("proof", str(Sweep(on_postgresql, journey).run(LENGTH)))


def test_a_crash_beside_a_boundary_is_the_end_of_it() -> None:
    boundaries, done = Boundaries(Point(2, BoundarySide.BEFORE)), []
    act = boundaries.watched("act", done.append)
    act("first")
    for _ in range(2):
        with pytest.raises(Crash):
            act("second")
    assert (done, boundaries.crossed) == (["first"], ["act", "act"])


def test_a_house_that_swallows_a_crash_is_found_out(on_sqlite: CrashGround) -> None:
    def swallow(process: Process) -> None:
        with contextlib.suppress(BaseException):
            handed_in(process, "Hål i vägen")

    with pytest.raises(Broken, match="swallowed"):
        Sweep(on_sqlite, Journey("swallowed", (swallow,))).run(Length.SHORT)


def test_a_house_that_marks_work_done_before_it_is_planned_is_found_out(
    on_sqlite: CrashGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    def done_first(database: Database, token: str, works: list[Any]) -> int:
        ids = [work.event_id for work in works]
        with database.transaction() as session:
            done = {"done_at": now(), "lease_token": None, "lease_until": None}
            session.execute(update(OutboxEntry).where(OutboxEntry.event_id.in_(ids)).values(**done))
        with database.transaction() as session:
            return plan_events(session, ids)

    monkeypatch.setattr("workers.relay.relay._plan", done_first)
    with pytest.raises(Broken, match="not told"):
        Sweep(on_sqlite, Journey("handed in", HANDED_IN.steps[:1])).run(Length.SHORT)


def write_over(file: Path) -> None:
    os.replace(file, file)


def test_what_others_write_is_no_boundary(tmp_path: Path) -> None:
    boundaries = Boundaries()
    (file := tmp_path / "a").touch()
    of_another = FunctionType(write_over.__code__, {"__name__": "hypothesis.internal", "os": os})
    with watched_files(boundaries):
        of_another(file)
        write_over(file)
    assert boundaries.crossed == ["file: replace"]
