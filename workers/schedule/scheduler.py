"""The clock: the schedule in the database, which any number of clocks may read.

What is due is rung for; what nobody takes within a few seconds the clock does itself. However late it is, it runs once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Update, or_, select
from sqlalchemy.exc import SQLAlchemyError

from cases.database.base import table_of
from cases.database.clock import present
from cases.database.leases.claims import Claim, Queue, claim
from cases.database.leases.leased import LEASE_POLICY, finish, finish_statement, is_unleased
from cases.database.leases.renewing import LeaseRenewer
from cases.database.transactions import Database, insert_of
from cases.deadlines.schedule import Scheduled
from cases.settings import Settings
from workers.runtime import Runtime
from workers.schedule.jobs import JOBS

LOG = structlog.get_logger()
LOOKS_EVERY = 1.0
PATIENCE = timedelta(seconds=3)
SET_BACK = timedelta(seconds=10)  # a job that was done so far ahead of now was done by a clock that was wrong
AFTER_A_FAILURE = timedelta(minutes=1)
FAILED = finish_statement(Scheduled, "next_at", "last_error")
DONE = finish_statement(Scheduled, "next_at", "last_done_at", last_error=None)


@dataclass
class Scheduler:
    """One of the house's clocks."""

    workplace: Runtime
    _rung: dict[str, datetime] = field(default_factory=dict)  # for which moment each job was rung

    def run(self) -> None:
        """Look once a second until the workplace closes."""
        while not self.workplace.stop.is_set():
            try:
                self.look()
            except SQLAlchemyError as error:
                LOG.error("clock.database_trouble", error=type(error).__name__)
            self.workplace.stop.wait(LOOKS_EVERY)

    def look(self) -> None:
        """Ring for what is due, and do what has been due for some seconds."""
        make_schedule(self.workplace.database, self.workplace.settings)
        for name, next_at, late in due_jobs(self.workplace.database):
            if late >= PATIENCE:
                run_job(self.workplace, name)
            elif self._rung.get(name) != next_at and self.workplace.bell.ring(name):
                self._rung[name] = next_at


def make_schedule(database: Database, settings: Settings) -> None:
    """Make the rows that are missing; those that stand there stay as they are."""
    with database.reading() as session:
        missing = JOBS.keys() - set(session.scalars(select(Scheduled.name)))
        moment = present(session)
    if missing:
        rows = [{"name": name, "next_at": JOBS[name].first(moment, settings)} for name in sorted(missing)]
        with database.transaction() as session:
            new = insert_of(session)(table_of(Scheduled)).on_conflict_do_nothing()
            session.execute(new, rows)


def due_jobs(database: Database) -> list[tuple[str, datetime, timedelta]]:
    """Give what is due and not being done: its name, when it was due, and how far from it we are."""
    with database.reading() as session:
        moment = present(session)
        due = select(Scheduled.name, Scheduled.next_at).where(*_is_due(moment)).order_by(Scheduled.next_at)
        rows = session.execute(due).all()
        return [(row.name, row.next_at, abs(moment - row.next_at)) for row in rows if row.name in JOBS]


def run_job(workplace: Runtime, name: str) -> bool:
    """Do the job if it is due and nobody else does it; say whether it was done well. Never raises."""
    try:
        with workplace.database.transaction() as session:
            begun = present(session)
            claimed = claim(session, _queue(name, begun), LEASE_POLICY, begun)
        return bool(claimed.rows) and _run(workplace, name, claimed, begun)
    except SQLAlchemyError as error:
        LOG.error("job.database_trouble", job=name, error=type(error).__name__)
        return False


def _is_due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    set_back = Scheduled.last_done_at > moment + SET_BACK  # the house's clock ran ahead: what it planned then is void
    return (or_(Scheduled.next_at <= moment, set_back), is_unleased(Scheduled, moment))


def _queue(name: str, moment: datetime) -> Queue:
    due = select(Scheduled.name).where(Scheduled.name == name, *_is_due(moment))
    return Queue(Scheduled, due.with_for_update(skip_locked=True))


def _run(workplace: Runtime, name: str, claimed: Claim, begun: datetime) -> bool:
    """Do it, keeping the lease however long it takes: a doer that dies holds the job up no longer than a short one."""
    next_at = JOBS[name].next_after(begun, workplace.settings)
    try:
        with LeaseRenewer(workplace.database, claimed, LEASE_POLICY):
            JOBS[name].run(workplace)
    except Exception as error:
        LOG.error("job.failed", job=name, exc_info=True)
        soon = min(begun + AFTER_A_FAILURE, next_at)
        _finish(workplace, claimed, FAILED, {"next_at": soon, "last_error": type(error).__name__})
        return False
    _finish(workplace, claimed, DONE, {"next_at": next_at, "last_done_at": begun})
    return True


def _finish(workplace: Runtime, claimed: Claim, ending: Update, values: dict[str, object]) -> None:
    """Write when the job comes next, unless somebody else has it by now."""
    with workplace.database.transaction() as session:
        finish(session, ending, claimed.token, claimed.keys, **values)
