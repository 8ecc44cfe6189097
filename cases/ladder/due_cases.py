"""Due cases: only the columns that a sweep needs, as plain values, since a morning may bring 100,000 cases."""

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
from cases.parties import Party
from cases.states import CLOCK_OF, RunsOut, State


@dataclass(slots=True)
class DueCase:
    """A case with a clock that is due: only the columns that a sweep needs, as plain values.

    `responsible` is the slug of the unit, `protected` whether the reporter lives under protected identity (None without
    a reporter); the other fields are the columns of `Case` with the same names. Fields that begin with `life_` or
    `statutory_` belong to the clock of that name; `due_at`, `cycle`, `rung` and `rung_at` to the clock of the state.
    """

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
    unread_reply: int | None
    junk_since: datetime | None
    protected: bool | None = None

    @property
    def stream(self) -> int:
        """The number of the stream that holds the events of this case: the id of the case."""
        return self.id

    @property
    def stream_name(self) -> str:
        """The name that stands for the case in the hash of each of its events: the reference of the case."""
        return self.ref

    @property
    def climbs(self) -> bool:
        """Whether the clock of the state climbs the ladder: also when a reply to "done" waits to be read."""
        return CLOCK_OF[self.state] is RunsOut.LADDER or self.unread_reply is not None

    @property
    def state_clock(self) -> Clock:
        """The clock of the state that the case is in."""
        return Clock(self.due_at, self.cycle, self.rung, self.rung_at)

    def update_next_at(self) -> None:
        """Set `next_at` to the earliest moment at which any of the running clocks fires."""
        moments = (self.rung_at, self.life_at, self.statutory_at, self.promise_breaks_at)
        self.next_at = min(moment for moment in moments if moment is not None)

    def tracked(self) -> dict[str, Any]:
        """Return the values of the columns that a sweep may change, by name, to find out what an event changed.

        They are a part of the columns of `Case.tracked`.
        """
        return dict(zip(SWEPT, _swept(self), strict=True))

    def row(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the present values of the columns `names`, as a dict by name, for an update of the table of cases."""
        return {name: getattr(self, name) for name in names}


SWEPT = (
    "next_at", "rung", "rung_at", "highest_rung", "life_rung", "life_at", "statutory_rung", "statutory_due_at",
    "statutory_at", "promise_breaks_at",
)  # fmt: skip
_swept = attrgetter(*SWEPT)


CASE, UNIT, PARTY = table_of(Case), table_of(Unit), table_of(Party)
OF_OTHERS = {"responsible": UNIT.c.slug, "protected": PARTY.c.protected}
LOCK_DUE = (  # up to "most" cases due by "now", the earliest first; rows that another writer has locked are skipped
    select(
        *(
            OF_OTHERS[name] if name in OF_OTHERS else CASE.c[name]
            for name in (column.name for column in fields(DueCase))
        )
    )
    .join_from(CASE, UNIT, UNIT.c.id == CASE.c.responsible_id)
    .outerjoin(PARTY, PARTY.c.id == CASE.c.reporter_id)
    .where(CASE.c.next_at <= bindparam("now"))
    .order_by(CASE.c.next_at, CASE.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=CASE, skip_locked=True, key_share=True)
)


def due_cases(rows: Iterable[Row[Any]]) -> list[DueCase]:
    """Return a `DueCase` for each row that the query `LOCK_DUE` (a constant of this module) selected, in order."""
    return list(starmap(DueCase, rows))
