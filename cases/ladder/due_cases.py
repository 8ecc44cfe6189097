"""Due cases: what a sweep reads of a case, and moves. Plain values, since a morning may bring a hundred thousand."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import starmap
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, bindparam, select

from cases.case import Case
from cases.database.base import table_of
from cases.deadlines.clocks import Clock
from cases.organisation.units import Unit
from cases.states import State


@dataclass(slots=True)
class DueCase:
    """A case of which something is due, as its columns say it. `responsible` is the unit's slug."""

    id: int
    ref: str
    state: State
    policy_id: int
    version: int
    head_hash: str
    responsible: str
    due_at: datetime
    next_at: datetime | None
    cycle: int
    rung: int
    rung_at: datetime
    highest_rung: int
    life_due_at: datetime | None
    life_cycle: int
    life_rung: int
    life_at: datetime | None
    raised_on: date | None
    statutory_due_at: datetime | None
    statutory_cycle: int
    statutory_rung: int
    statutory_at: datetime | None
    promised_on: date | None
    promise_breaks_at: datetime | None

    @property
    def stream(self) -> int:
        """The number of the case's stream of events."""
        return self.id

    @property
    def stream_name(self) -> str:
        """What the hash chain calls it."""
        return self.ref

    @property
    def state_clock(self) -> Clock:
        """The clock of the state that the case is in."""
        return Clock(self.due_at, self.cycle, self.rung, self.rung_at)

    def update_next_at(self) -> None:
        """Let `next_at` be the least of what the clocks say."""
        moments = (self.rung_at, self.life_at, self.statutory_at, self.promise_breaks_at)
        self.next_at = min(moment for moment in moments if moment is not None)

    def tracked(self) -> dict[str, Any]:
        """Give what a sweep may set of what replaying the case's events gives back."""
        return dict(zip(MOVED, _moved(self), strict=True))

    def row(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Give these columns."""
        return {name: getattr(self, name) for name in names}


MOVED = (
    "next_at", "rung", "rung_at", "highest_rung", "life_rung", "life_at", "statutory_rung", "statutory_due_at",
    "statutory_at", "promise_breaks_at",
)  # fmt: skip
_moved = attrgetter(*MOVED)


CASE, UNIT = table_of(Case), table_of(Unit)
LOCK_DUE = (  # up to "most" cases that are due by "now", those that have waited longest first; others' are passed by
    select(*(UNIT.c.slug if one.name == "responsible" else CASE.c[one.name] for one in fields(DueCase)))
    .join_from(CASE, UNIT, UNIT.c.id == CASE.c.responsible_id)
    .where(CASE.c.next_at <= bindparam("now"))
    .order_by(CASE.c.next_at, CASE.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=CASE, skip_locked=True)
)


def due_cases(rows: Iterable[Row[Any]]) -> list[DueCase]:
    """Read the rows that `LOCK_DUE` gives."""
    return list(starmap(DueCase, rows))
