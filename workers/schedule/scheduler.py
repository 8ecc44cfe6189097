"""The clock: a process that starts scheduled jobs, each when the table `schedule` says. Several clocks may run at once.

When a job is due, the clock sends the workers a message; if no worker begins the job within three seconds, the clock
runs it itself. A job that was due several times meanwhile is run once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Update, or_, select
from sqlalchemy.exc import SQLAlchemyError

from cases.database.base import table_of
from cases.database.leases.claims import Claim, Queue, claim
from cases.database.leases.leased import LEASE_POLICY, finish, finish_statement, is_unleased
from cases.database.leases.renewing import LeaseRenewer
from cases.database.tables.scheduled_jobs import Scheduled
from cases.database.transactions import Database, insert_of
from cases.organisation.domain_time import BothClocks, both_clocks, domain_time
from cases.settings import Settings
from workers.runtime import Runtime
from workers.schedule.jobs import JOBS

LOG = structlog.get_logger()
LOOKS_EVERY = 1.0  # seconds
PATIENCE = timedelta(seconds=3)  # for a worker to take a job before the clock runs it itself
SET_BACK = timedelta(
    seconds=10
)  # further in the future, `last_done_at` was written while the database's clock ran ahead
AFTER_A_FAILURE = timedelta(minutes=1)
FAILED = finish_statement(Scheduled, "next_at", "last_error")
DONE = finish_statement(Scheduled, "next_at", "last_done_at", last_error=None)


@dataclass
class Scheduler:
    """The loop that starts scheduled jobs when they are due. Several processes may run one: leases keep them apart."""

    runtime: Runtime
    _rung: dict[str, datetime] = field(default_factory=dict)  # job name -> the `next_at` for which it was last rung

    def run(self) -> None:
        """Call `look` once a second until the process is to stop. Database errors are logged, never raised."""
        while not self.runtime.stop.is_set():
            try:
                self.look()
            except SQLAlchemyError as error:
                LOG.error("clock.database_trouble", error=type(error).__name__)
            self.runtime.stop.wait(LOOKS_EVERY)

    def look(self) -> None:
        """Send the workers a message for each due job; run a job here if no worker began it within three seconds."""
        make_schedule(self.runtime.database, self.runtime.settings)
        for name, next_at, distance in due_jobs(self.runtime.database, self.runtime.settings):
            if distance >= PATIENCE:
                run_job(self.runtime, name)
            elif self._rung.get(name) != next_at and self.runtime.bell.ring(name):
                self._rung[name] = next_at


def make_schedule(database: Database, settings: Settings) -> None:
    """Insert a row into the table `schedule` for each job that is wanted and has none; existing rows stay."""
    with database.reading() as session:
        missing = wanted_jobs(settings) - set(session.scalars(select(Scheduled.name)))
        moment = domain_time(session)
    if missing:
        rows = [{"name": name, "next_at": JOBS[name].first(moment, settings)} for name in sorted(missing)]
        with database.transaction() as session:
            new = insert_of(session)(table_of(Scheduled)).on_conflict_do_nothing()
            session.execute(new, rows)


def wanted_jobs(settings: Settings) -> set[str]:
    """Return the names of the jobs that these settings want."""
    return {name for name, job in JOBS.items() if job.wanted(settings)}


def due_jobs(database: Database, settings: Settings) -> list[tuple[str, datetime, timedelta]]:
    """Return the due jobs that these settings want and nobody is running: name, when it is due, how far from now.

    The distance is never negative, even if the database's clock was set back and the job is due at a future moment.
    """
    with database.reading() as session:
        clocks = both_clocks(session)
        due = select(Scheduled.name, Scheduled.next_at).where(*_is_due(clocks)).order_by(Scheduled.next_at)
        rows = session.execute(due).all()
        wanted = wanted_jobs(settings)
        return [(row.name, row.next_at, abs(clocks.domain - row.next_at)) for row in rows if row.name in wanted]


def run_job(runtime: Runtime, name: str) -> bool:
    """Run the scheduled job `name` (a key of `JOBS` in `workers.schedule.jobs`) if it is due and nobody is running it.

    Return True if it ran and succeeded, else False. Errors are logged, never raised.
    """
    try:
        with runtime.database.transaction() as session:
            begun = both_clocks(session)
            claimed = claim(session, _queue(name, begun), LEASE_POLICY, begun.recorded)
        return bool(claimed.rows) and _run(runtime, name, claimed, begun)
    except SQLAlchemyError as error:
        LOG.error("job.database_trouble", job=name, error=type(error).__name__)
        return False


def _is_due(clocks: BothClocks) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on a job that is due: `next_at` is in domain time, its lease and `last_done_at` are not."""
    set_back = (
        Scheduled.last_done_at > clocks.recorded + SET_BACK
    )  # the database's clock ran ahead: the `next_at` of then is void
    return (or_(Scheduled.next_at <= clocks.domain, set_back), is_unleased(Scheduled, clocks.recorded))


def _queue(name: str, clocks: BothClocks) -> Queue:
    due = select(Scheduled.name).where(Scheduled.name == name, *_is_due(clocks))
    return Queue(Scheduled, due.with_for_update(skip_locked=True))


def _run(runtime: Runtime, name: str, claimed: Claim, begun: BothClocks) -> bool:
    """Run the job and renew its lease meanwhile: when its runner dies, a long job is free as soon as a short one."""
    next_at = JOBS[name].next_after(begun.domain, runtime.settings)
    try:
        with LeaseRenewer(runtime.database, claimed, LEASE_POLICY):
            JOBS[name].run(runtime)
    except Exception as error:
        LOG.error("job.failed", job=name, exc_info=True)
        soon = min(begun.domain + AFTER_A_FAILURE, next_at)
        _finish(runtime, claimed, FAILED, {"next_at": soon, "last_error": type(error).__name__})
        return False
    _finish(runtime, claimed, DONE, {"next_at": next_at, "last_done_at": begun.recorded})
    return True


def _finish(runtime: Runtime, claimed: Claim, ending: Update, values: dict[str, object]) -> None:
    """Write when the job is next due, unless somebody else has claimed it by now."""
    with runtime.database.transaction() as session:
        finish(session, ending, claimed.token, claimed.keys, **values)
