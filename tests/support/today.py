"""Today in the tests' town, asked for whenever it is used: a run may pass midnight."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from support.houses.small_house import CALENDAR

A_DAY = timedelta(days=1)


def today() -> date:
    """Return the town's local date."""
    return CALENDAR.day_of(datetime.now(UTC))


def dated(form: Mapping[str, object]) -> dict[str, object]:
    """Return the form with every span written as the ISO date that lies so far from today."""
    day = today()
    return {key: (day + value).isoformat() if isinstance(value, timedelta) else value for key, value in form.items()}
