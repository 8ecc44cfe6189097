"""Days that pass: the day of a demonstration is moved ahead, and on each morning it is swept, and asked how it went.

So the ladder climbs rung by rung, as it would have; what moves is domain time (`cases.organisation.domain_time`). Any
number may move the day at once: each moves it by its own days, and no morning is left out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from cases.calendar import LAST_YEAR, Calendar
from cases.database.base import table_of
from cases.database.transactions import Database, calendar_of
from cases.ladder.sweep import sweep
from cases.organisation.domain_time import BothClocks, both_clocks
from cases.organisation.municipality import Municipality, municipality
from cases.refusals import Refusal
from cases.satisfaction.asking_once import ask_how_it_went

MOST_DAYS = 366  # at a time
LAST_DAY_YEAR = LAST_YEAR - 10  # deadlines that are set on the last day must lie within the calendar
A_DAY = timedelta(days=1)
HOUSE = table_of(Municipality)
MOVE = (
    update(HOUSE)
    .where(HOUSE.c.seconds_ahead == bindparam("before"), HOUSE.c.demonstration)
    .values(seconds_ahead=bindparam("then"))
)


@dataclass
class DayStays(Refusal):
    """The day cannot be moved: this is not the demonstration, or its calendar ends there."""

    code: ClassVar[str] = "day-stays"


def let_days_pass(database: Database, days: int) -> int:
    """Move the day of the demonstration ahead by this many local days; return the number of rungs fired.

    `days` is 1 to `MOST_DAYS`. Each morning is swept before its day comes, and at the end the moment that was reached.
    Each day has transactions of its own, none of which lasts longer than one of a sweep. Raises `DayStays` in any other
    house, and in the year 2091.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"{days} days cannot pass at a time")
    fired = 0
    while days:
        with database.reading() as session:
            clocks, calendar = _movable(session), calendar_of(session)
        morning = next_morning(clocks.domain, calendar)
        fired += sweep(database, now=morning)
        ask_how_it_went(database, now=morning)
        days -= _move_a_day(database, clocks, calendar)
    return fired + sweep(database)


def next_morning(moment: datetime, calendar: Calendar) -> datetime:
    """Return the next moment after `moment` at which it is 07:00 local time, in UTC."""
    today = calendar.day_of(moment)
    morning = calendar.morning_of(today)
    return morning if morning > moment else calendar.morning_of(today + A_DAY)


def a_day_later(moment: datetime, calendar: Calendar) -> datetime:
    """Return the moment (UTC) at which the clocks on the wall show the same hour on the next local day."""
    local = moment.astimezone(calendar.zone)
    return datetime.combine(local.date() + A_DAY, local.time(), calendar.zone).astimezone(UTC)


def _movable(session: Session) -> BothClocks:
    clocks = both_clocks(session)
    if not municipality(session).demonstration or clocks.domain.year > LAST_DAY_YEAR:
        raise DayStays
    return clocks


def _move_a_day(database: Database, clocks: BothClocks, calendar: Calendar) -> bool:
    """Move the day by one, and return True; False when somebody else has moved it since the clocks were read."""
    then = a_day_later(clocks.domain, calendar) - clocks.recorded
    seconds = {"before": round(clocks.ahead.total_seconds()), "then": round(then.total_seconds())}
    with database.transaction() as session:
        return session.connection().execute(MOVE, seconds).rowcount > 0
