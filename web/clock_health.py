"""The clock's pulse, seen by others than the clock (G8): when it last swept, and whether it has gone silent."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.deadlines.schedule import last_sweep
from cases.history.event_batches import MISSED_SWEEPS
from cases.settings import Settings


def is_silent(session: Session, settings: Settings, at: datetime) -> bool:
    """Say whether three sweeps should have come since the last one."""
    return is_stale(last_sweep(session), settings, at)


def is_stale(last: datetime | None, settings: Settings, at: datetime) -> bool:
    """Say the same of a sweep that ended then; None when there has not been one."""
    return last is None or (at - last).total_seconds() > MISSED_SWEEPS * settings.sweep_seconds
