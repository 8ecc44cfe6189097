"""Whether the sweeps (the job that finds what is due) still run, judged by the end of the last one."""

from datetime import datetime

from cases.history.event_batches import MISSED_SWEEPS
from cases.settings import Settings


def is_stale(last: datetime | None, settings: Settings, at: datetime) -> bool:
    """Return whether `last`, the end of the last sweep, is more than three sweep intervals before `at`.

    None means that no sweep has ended yet, and gives True.
    """
    return last is None or (at - last).total_seconds() > MISSED_SWEEPS * settings.sweep_seconds
