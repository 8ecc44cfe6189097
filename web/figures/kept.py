"""The public statistics, counted anew when something has happened; in a large house at most every ten minutes."""

from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from cases.database.transactions import Database
from cases.public.figures.statistics import Mark, PublicStatistics, gather_statistics, mark_of

LARGE = 1000  # cases; in a smaller house they are counted in milliseconds
KEPT_IN_LARGE, KEPT_UNCHANGED = timedelta(minutes=10), timedelta(seconds=10)

_kept: "WeakKeyDictionary[Database, tuple[Mark, PublicStatistics]]" = WeakKeyDictionary()
_counting = Lock()


def statistics(database: Database, session: Session, now: datetime) -> PublicStatistics:
    """Return the statistics at `now` or, in a house of more than a thousand cases, of at most ten minutes ago.

    Their `at` says when they were counted; pages show it. While another request counts, the older ones are returned.
    """
    mark, kept = mark_of(session), _kept.get(database)
    if kept and _may_be_used(kept, mark, now):
        return kept[1]
    if not _counting.acquire(blocking=kept is None):
        return kept[1] if kept else gather_statistics(session, now)
    try:
        counted = gather_statistics(session, now)
        _kept[database] = (mark, counted)
        return counted
    finally:
        _counting.release()


def _may_be_used(kept: tuple[Mark, PublicStatistics], mark: Mark, now: datetime) -> bool:
    is_large = mark.case_id > LARGE
    longest = KEPT_IN_LARGE if is_large else KEPT_UNCHANGED
    return (is_large or kept[0] == mark) and timedelta(0) <= now - kept[1].at < longest
