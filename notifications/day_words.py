"""Days in words, as a letter says them."""

from datetime import date

WEEKDAYS = {
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "sv": (
        "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september",
        "oktober", "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip


def in_words(day: date, locale: str) -> str:
    """Give the day as "torsdag 3 december 2026" or "Thursday 3 December 2026"."""
    weekday, month = WEEKDAYS[locale][day.weekday()], MONTHS[locale][day.month - 1]
    return f"{weekday} {day.day} {month} {day.year}"
