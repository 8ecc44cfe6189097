"""The clocks of a case as they were agreed on, written down a second time: when each rung is due, and the one after it.

Nothing of `cases` is used here, and its calendar is the second one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from proof.simulation.second_calendar import end_of, later, local_day, rolled

WARNED, ON_THE_DAY = 0, 1  # rungs
WARNED_BEFORE = 2  # working days
TO_THE_NEXT = {1: 5, 2: 5, 3: 10}  # working days after these rungs
THEN_EVERY = timedelta(days=7)
TO_OBJECT = timedelta(days=14)
FROM_SEVEN = timedelta(hours=16, minutes=59, seconds=59)  # to the end of the day


@dataclass(frozen=True)
class LifeClock:
    """A day, the next rung, and the moment when it fires."""

    due_on: date
    rung: int
    fires_at: datetime


def morning_of(day: date) -> datetime:
    """Give 07:00 of this day in Sweden, in UTC."""
    return end_of(day) - FROM_SEVEN


def ladder(due_on: date, now: datetime) -> LifeClock:
    """Start a clock with a ladder: warned before, unless that is past; a clock for today fires tonight."""
    warns_at, morning = morning_of(later(due_on, -WARNED_BEFORE)), morning_of(due_on)
    if now < warns_at:
        return LifeClock(due_on, WARNED, warns_at)
    return LifeClock(due_on, ON_THE_DAY, morning if now < morning else end_of(due_on))


def come_back(on: date) -> LifeClock:
    """Start the clock of a parked case."""
    return LifeClock(on, ON_THE_DAY, morning_of(on))


def objecting(now: datetime) -> LifeClock:
    """Start the clock of a case that is done."""
    last_day = rolled(local_day(now) + TO_OBJECT)
    return LifeClock(last_day, ON_THE_DAY, end_of(last_day))


def sign_of_life(today: date, own: date | None) -> LifeClock | None:
    """Start the clock that a sign of life is owed by; none where the case's own day comes first."""
    day = later(today, 40)
    return LifeClock(day, ON_THE_DAY, morning_of(day)) if own is not None and day < own else None


def climbed(clock: LifeClock, now: datetime) -> LifeClock:
    """Give the clock as a sweep leaves it: one rung further if its moment has come, however long ago that was."""
    if now < clock.fires_at:
        return clock
    today = local_day(now)
    if clock.rung == WARNED and now < morning_of(clock.due_on):
        return LifeClock(clock.due_on, ON_THE_DAY, morning_of(clock.due_on))
    fired = max(clock.rung, ON_THE_DAY)
    next_on = later(today, TO_THE_NEXT[fired]) if fired in TO_THE_NEXT else rolled(today + THEN_EVERY)
    return LifeClock(clock.due_on, fired + 1, morning_of(next_on))
