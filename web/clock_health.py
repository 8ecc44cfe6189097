"""Whether the sweeps (the job that finds what is due) still run, judged by the end of the last one."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.database.scheduled_jobs import last_sweep
from cases.history.event_batches import MISSED_SWEEPS
from cases.settings import Settings


def is_silent(session: Session, settings: Settings, at: datetime) -> bool:
    """Return True if no sweep has ended yet, or if the last one ended more than three sweep intervals before `at`."""
    return is_stale(last_sweep(session), settings, at)


def is_stale(last: datetime | None, settings: Settings, at: datetime) -> bool:
    """Return whether `last`, the end of the last sweep, is over three sweep intervals before `at`; True for None."""
    return last is None or (at - last).total_seconds() > MISSED_SWEEPS * settings.sweep_seconds
