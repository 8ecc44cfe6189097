"""Examples of days, for the help beside a text field for a day and for what is said when no day can be read there."""

from datetime import date

from cases.calendar import add_months
from web.current import current, today


def example_day(*, has_been: bool = False) -> date:
    """Return the first working day at least a month ahead; with `has_been` the first one of the last month."""
    return current().database.calendar.roll_forward(add_months(today(), -1 if has_been else 1))
