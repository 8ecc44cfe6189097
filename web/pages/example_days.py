"""Examples of days, for the help texts and refusals of fields for a day."""

from cases.calendar import add_months
from web.current import current, today


def example_day() -> str:
    """Return an example for help texts of date fields, as YYYY-MM-DD: the first working day at least a month ahead."""
    return current().database.calendar.roll_forward(add_months(today(), 1)).isoformat()


def past_day() -> str:
    """Return an example for fields that take a day that has been, as YYYY-MM-DD: a working day about a month ago."""
    return current().database.calendar.roll_forward(add_months(today(), -1)).isoformat()
