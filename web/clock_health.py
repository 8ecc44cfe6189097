"""Whether the sweeps (the job that finds what is due) still run, judged by the end of the last one."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.database.scheduled_jobs import last_sweep
from cases.history.event_batches import MISSED_SWEEPS
from cases.settings import Settings


def is_silent(session: Session, settings: Settings, at: datetime) -> bool:
    """Return whether no sweep has ended in the three sweep intervals before `at`.

    Reads the end of the last sweep from the database; `is_stale` is for when it is already at hand.
    """
    return is_stale(last_sweep(session), settings, at)


def is_stale(last: datetime | None, settings: Settings, at: datetime) -> bool:
    """Return whether `last`, the end of the last sweep, is more than three sweep intervals before `at`.

    None means that no sweep has ended yet, and gives True.
    """
    return last is None or (at - last).total_seconds() > MISSED_SWEEPS * settings.sweep_seconds
