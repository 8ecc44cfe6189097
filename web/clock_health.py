"""Whether the clock still sweeps, as the web processes see it in the schedule (G8)."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.database.scheduled_jobs import last_sweep
from cases.history.event_batches import MISSED_SWEEPS
from cases.settings import Settings


def is_silent(session: Session, settings: Settings, at: datetime) -> bool:
    """Return whether the last sweep is so long ago that three more should have followed it."""
    return is_stale(last_sweep(session), settings, at)


def is_stale(last: datetime | None, settings: Settings, at: datetime) -> bool:
    """Return whether three more sweeps should have followed one that ended at `last`; True when there was none."""
    return last is None or (at - last).total_seconds() > MISSED_SWEEPS * settings.sweep_seconds
