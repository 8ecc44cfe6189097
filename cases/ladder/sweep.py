"""The sweep: it finds the cases with a clock that is due, and fires one rung for each such clock.

All events of a sweep form one batch (table tick). The letters about them are planned together once the batch is sealed,
which means that no more events are added.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cases.access.actors import clock_for_batch
from cases.database.base import table_of
from cases.database.clock import now as database_now
from cases.database.clock import present
from cases.database.leases.leased import is_unleased, new_token
from cases.database.transactions import Database
from cases.history.event_batches import EventBatch
from cases.ladder.climbing import handle
from cases.ladder.due_cases import CASE, LOCK_DUE, due_cases
from cases.organisation.domain_time import both_clocks
from cases.refusals import ClockTrouble
from cases.village.obligations.ensuring import ensure_missing, was_looked

BATCH = 1000
MOST_CLOCK_DRIFT = timedelta(minutes=5)
TICK_LEASE = timedelta(minutes=1)  # renewed with each batch; when it has run out, the sweep goes on in a new tick

TICK = table_of(EventBatch)
EXPIRED = (TICK.c.sealed_at.is_(None), is_unleased(TICK.c, database_now()))
FIRST_EXPIRED = select(TICK.c.id).where(*EXPIRED).limit(1)
SEAL_EXPIRED = update(TICK).where(*EXPIRED).values(sealed_at=database_now())
OWN = (TICK.c.id == bindparam("tick"), TICK.c.sealed_at.is_(None))
RENEW_OWN = update(TICK).where(*OWN).values(lease_until=bindparam("until")).returning(TICK.c.id)
SEAL_OWN = update(TICK).where(*OWN).values(sealed_at=database_now())
BEGIN_TICK = insert(TICK).values(started_at=database_now()).returning(TICK.c.id)
FIRST_MOMENT = select(func.min(CASE.c.next_at)).where(CASE.c.next_at.is_not(None))


def sweep(database: Database, *, now: datetime | None = None) -> int:
    """Fire everything that is due by `now` (UTC; default: domain time); return the number of rungs fired.

    Any number of sweeps may run at once. Raises `ClockTrouble` when no `now` is given and this machine's clock and the
    database's differ by more than five minutes. A case that fails does not stop the others: the first such error is
    raised after all other cases are handled.
    """
    moment = now or _present(database)
    sweeper = Sweeper(database, moment)
    _seal_expired(database)
    while sweeper.handle_batch():
        pass
    sweeper.ensure_what_is_owed()
    sweeper.seal()
    if sweeper.first_error is not None:
        raise sweeper.first_error
    return sweeper.fired


def _present(database: Database) -> datetime:
    with database.reading() as session:
        clocks = both_clocks(session)
    drift = abs(datetime.now(UTC) - clocks.recorded)
    if drift > MOST_CLOCK_DRIFT:
        raise ClockTrouble(seconds=int(drift.total_seconds()))
    return clocks.domain


def _seal_expired(database: Database) -> None:
    """Seal ticks whose lease has ended because their sweeper died, so that letters of what it committed are planned."""
    with database.reading() as session:
        if session.connection().execute(FIRST_EXPIRED).scalar() is None:
            return
    with database.transaction() as session:
        session.connection().execute(SEAL_EXPIRED)


@dataclass
class Sweeper:
    """One run of the sweep: it handles the cases due by `now`, up to a thousand of them in each transaction."""

    database: Database
    now: datetime
    fired: int = 0
    first_error: Exception | None = None
    _size: int = BATCH
    _batch_ids: list[int] = field(default_factory=list)
    _failed: list[int] = field(default_factory=list)
    _tick: int | None = None
    _token: str = field(default_factory=new_token)

    def handle_batch(self) -> bool:
        """Handle the next due cases in one transaction; return False when no due case is left after them.

        A transaction takes up to a thousand cases. Once a transaction has failed, each later one takes a single case,
        so that only the case that fails is left out.
        """
        if not self._anything_due():
            return False
        try:
            return self._handle_due()
        except OperationalError:
            raise  # the database itself: other cases would fail too
        except Exception as error:
            self._retry_one_by_one(error)
            return True

    def _handle_due(self) -> bool:
        self._batch_ids = []
        with self.database.transaction() as session:
            due = {"now": self.now, "most": self._size}
            cases = due_cases(session.connection().execute(self._but_stuck(LOCK_DUE), due))
            self._batch_ids = [case.id for case in cases]
            rungs = handle(session, cases, self.now, self._tick_of(session)) if cases else 0
        self.fired += rungs
        return len(cases) == self._size

    def _retry_one_by_one(self, error: Exception) -> None:
        if not self._batch_ids:
            raise error  # it failed before any case was read
        if self._size == 1:
            self._failed += self._batch_ids
            self.first_error = self.first_error or error
        self._size = 1

    def ensure_what_is_owed(self) -> None:
        """Hand in what ought to be owed and is not, in the first sweep of a local day, in a transaction of its own."""
        day = self.database.calendar.day_of(self.now)
        with self.database.reading() as session:
            if was_looked(session, day):
                return
        with self.database.transaction() as session:
            errors = ensure_missing(session, day, by=lambda: clock_for_batch(self._tick_of(session)), at=self.now)
        self.first_error = next(iter(errors), None) if self.first_error is None else self.first_error

    def seal(self) -> None:
        """Mark the event batch of this sweep as complete, so that the letters about its events may be planned."""
        if self._tick is not None:
            with self.database.transaction() as session:
                session.connection().execute(SEAL_OWN, {"tick": self._tick})

    def _anything_due(self) -> bool:
        """Return whether a case is due, by the first moment: asked for any due case, PostgreSQL may scan the table."""
        with self.database.reading() as session:
            first = session.connection().execute(self._but_stuck(FIRST_MOMENT)).scalar()
        return first is not None and first <= self.now

    def _but_stuck(self, cases: Select[Any]) -> Select[Any]:
        return cases.where(CASE.c.id.not_in(self._failed)) if self._failed else cases

    def _tick_of(self, session: Session) -> int:
        """Return the id of the open tick, its lease renewed; of a new one when it was sealed meanwhile."""
        connection, until = session.connection(), present(session) + TICK_LEASE
        lease = {"tick": self._tick, "until": until}
        if self._tick is None or connection.execute(RENEW_OWN, lease).scalar() is None:
            row = {"at": self.now, "lease_token": self._token, "claims": 0, "lease_until": until}
            self._tick = connection.execute(BEGIN_TICK, row).scalar_one()
        return self._tick
