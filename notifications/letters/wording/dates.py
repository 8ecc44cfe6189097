"""Dates in words, as letters name them."""

from datetime import date
from functools import lru_cache

from babel.dates import format_date

MOST_KEPT = 1000  # days: Babel needs 9 microseconds for one, and letters name the same few


@lru_cache(MOST_KEPT)
def in_words(day: date, locale: str) -> str:
    """Return the day as "torsdag 3 december 2026" or "Thursday 3 December 2026"."""
    return format_date(day, "EEEE d MMMM y", locale=locale)
