"""The expected clocks of a case: when each rung fires, and when the next one does.

An independent second implementation: it imports nothing of `cases`, and uses the proof's own calendar.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from proof.simulation.second_calendar import end_of, later, local_day, rolled

WARNED, ON_THE_DAY = 0, 1  # rungs
WARNED_BEFORE = 2  # working days
TO_THE_NEXT = {1: 5, 2: 5, 3: 10}  # working days after these rungs
THEN_EVERY = timedelta(days=7)
TO_OBJECT = timedelta(days=14)
SEVEN_TO_MIDNIGHT = timedelta(hours=16, minutes=59, seconds=59)  # from 07:00 to the end of the day


@dataclass(frozen=True)
class LifeClock:
    """One running clock: its due day, its next rung, and the moment when that fires (UTC)."""

    due_on: date
    rung: int
    fires_at: datetime


def morning_of(day: date) -> datetime:
    """Return 07:00 of this day in Sweden, in UTC."""
    return end_of(day) - SEVEN_TO_MIDNIGHT


def ladder(due_on: date, now: datetime) -> LifeClock:
    """Return the new clock of a state with a ladder.

    It warns two working days before, unless that is past; a clock that is due today fires at the end of the day.
    """
    warns_at, morning = morning_of(later(due_on, -WARNED_BEFORE)), morning_of(due_on)
    if now < warns_at:
        return LifeClock(due_on, WARNED, warns_at)
    return LifeClock(due_on, ON_THE_DAY, morning if now < morning else end_of(due_on))


def come_back(on: date) -> LifeClock:
    """Return the new clock of a case that is parked until this day."""
    return LifeClock(on, ON_THE_DAY, morning_of(on))


def objecting(now: datetime) -> LifeClock:
    """Return the new clock of a case that is done, to which the reporter may object for 14 days."""
    last_day = rolled(local_day(now) + TO_OBJECT)
    return LifeClock(last_day, ON_THE_DAY, end_of(last_day))


def sign_of_life(today: date, own: date | None) -> LifeClock | None:
    """Return the new clock for a sign of life, in 40 working days; None when the case is due before that."""
    day = later(today, 40)
    return LifeClock(day, ON_THE_DAY, morning_of(day)) if own is not None and day < own else None


def climbed(clock: LifeClock, now: datetime) -> LifeClock:
    """Return the clock after a sweep: one rung further if it was to fire by now, however long ago."""
    if now < clock.fires_at:
        return clock
    today = local_day(now)
    if clock.rung == WARNED and now < morning_of(clock.due_on):
        return LifeClock(clock.due_on, ON_THE_DAY, morning_of(clock.due_on))
    fired = max(clock.rung, ON_THE_DAY)
    next_on = later(today, TO_THE_NEXT[fired]) if fired in TO_THE_NEXT else rolled(today + THEN_EVERY)
    return LifeClock(clock.due_on, fired + 1, morning_of(next_on))
