"""Overdue: the sweep. It asks what is due and not handled, and climbs one rung per case and clock.

Events of a sweep belong to its tick, whose letters are planned together once it is sealed.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.clock import now as database_now
from cases.database.clock import present
from cases.database.leases.leased import is_unleased, new_token
from cases.database.transactions import Database
from cases.history.event_batches import EventBatch
from cases.ladder.climbing import handle
from cases.ladder.due_cases import CASE, LOCK_DUE, due_cases
from cases.refusals import ClockTrouble

BATCH = 1000
MOST_CLOCK_DRIFT = timedelta(minutes=5)
TICK_LEASE = timedelta(minutes=1)  # renewed with each batch; sealed too early, the sweep goes on in another tick

TICK = table_of(EventBatch)
EXPIRED = (TICK.c.sealed_at.is_(None), is_unleased(TICK.c, database_now()))
FIRST_OF_THE_DEAD = select(TICK.c.id).where(*EXPIRED).limit(1)
SEAL_EXPIRED = update(TICK).where(*EXPIRED).values(sealed_at=database_now())
MINE = (TICK.c.id == bindparam("tick"), TICK.c.sealed_at.is_(None))
KEEP_MINE = update(TICK).where(*MINE).values(lease_until=bindparam("until")).returning(TICK.c.id)
SEAL_MINE = update(TICK).where(*MINE).values(sealed_at=database_now())
BEGIN_ONE = insert(TICK).values(started_at=database_now()).returning(TICK.c.id)
FIRST_MOMENT = select(func.min(CASE.c.next_at)).where(CASE.c.next_at.is_not(None))


def sweep(database: Database, *, now: datetime | None = None) -> int:
    """Let everything that is due by `now` (UTC; default: the database's present) happen; give the rungs fired.

    Any number of sweepers may run. Raises `ClockTrouble` when no `now` is given and this machine's clock and the
    database's differ by more than five minutes. A case that cannot be handled holds up no other: what was wrong with
    the first such one is raised when all others are done.
    """
    moment = now or _present(database)
    sweeper = Sweeper(database, moment)
    _seal_the_dead(database)
    while sweeper.one_batch():
        pass
    sweeper.seal()
    if sweeper.trouble is not None:
        raise sweeper.trouble
    return sweeper.fired


def _present(database: Database) -> datetime:
    with database.reading() as session:
        moment = present(session)
    drift = abs(datetime.now(UTC) - moment)
    if drift > MOST_CLOCK_DRIFT:
        raise ClockTrouble(seconds=int(drift.total_seconds()))
    return moment


def _seal_the_dead(database: Database) -> None:
    """Seal the ticks whose sweeper died, by its lease or because a new process voided it: what it committed is told."""
    with database.reading() as session:
        if session.connection().execute(FIRST_OF_THE_DEAD).scalar() is None:
            return
    with database.transaction() as session:
        session.connection().execute(SEAL_EXPIRED)


@dataclass
class Sweeper:
    """One run of the sweep: batches of due cases, each in a transaction of its own."""

    database: Database
    now: datetime
    fired: int = 0
    trouble: Exception | None = None
    _size: int = BATCH
    _at_hand: list[int] = field(default_factory=list)
    _stuck: list[int] = field(default_factory=list)
    _tick: int | None = None
    _token: str = field(default_factory=new_token)

    def one_batch(self) -> bool:
        """Handle up to a thousand due cases, or one by one once a batch has failed; False when none is left."""
        if not self._anything_due():
            return False
        try:
            return self._handle_some()
        except OperationalError:
            raise  # the database itself: nothing else would go better
        except Exception as trouble:
            self._set_aside(trouble)
            return True

    def _handle_some(self) -> bool:
        self._at_hand = []
        with self.database.transaction() as session:
            due = {"now": self.now, "most": self._size}
            cases = due_cases(session.connection().execute(self._but_stuck(LOCK_DUE), due))
            self._at_hand = [case.id for case in cases]
            rungs = handle(session, cases, self.now, self._tick_of(session)) if cases else 0
        self.fired += rungs
        return len(cases) == self._size

    def _set_aside(self, trouble: Exception) -> None:
        if not self._at_hand:
            raise trouble  # it was no case's fault
        if self._size == 1:
            self._stuck += self._at_hand
            self.trouble = self.trouble or trouble
        self._size = 1

    def seal(self) -> None:
        """Say that the tick is complete, so that its letters are planned."""
        if self._tick is not None:
            with self.database.transaction() as session:
                session.connection().execute(SEAL_MINE, {"tick": self._tick})

    def _anything_due(self) -> bool:
        """Ask for the first moment: asked for any case that is due, a planner that expects many reads the table."""
        with self.database.reading() as session:
            first = session.connection().execute(self._but_stuck(FIRST_MOMENT)).scalar()
        return first is not None and first <= self.now

    def _but_stuck(self, cases: Select[Any]) -> Select[Any]:
        return cases.where(CASE.c.id.not_in(self._stuck)) if self._stuck else cases

    def _tick_of(self, session: Session) -> int:
        """Keep the lease on the open tick, or begin a new one when somebody sealed it meanwhile."""
        connection, until = session.connection(), present(session) + TICK_LEASE
        kept = {"tick": self._tick, "until": until}
        if self._tick is None or connection.execute(KEEP_MINE, kept).scalar() is None:
            row = {"at": self.now, "lease_token": self._token, "claims": 0, "lease_until": until}
            self._tick = connection.execute(BEGIN_ONE, row).scalar_one()
        return self._tick
