"""Clocks: when the next rung fires. Pure functions over working days; every rung sets the next one (G3)."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from cases.calendar import Calendar, add_months
from cases.deadlines.policies import Terms

# What a rung means is the same in every policy, however many it spaces out: a policy says only how far apart they are.
FIRST_RUNG = 0  # before the day
DAY_RUNG = 1  # on the day
HEAD_RUNG = 2  # the unit's head is told
DELAYED_RUNG = 3  # whoever asked is told, and the public page says that it is delayed
AGENDA_RUNG = 4  # it comes on the forum's agenda
REPEATED_RUNG = 5  # and all above it


@dataclass(frozen=True)
class Clock:
    """One running clock: the end of its due day, its cycle, and the next rung with the moment when it fires."""

    due_at: datetime
    cycle: int
    rung: int
    fires_at: datetime


def escalating(due_on: date, cycle: int, now: datetime, terms: Terms, calendar: Calendar) -> Clock:
    """Start a clock that climbs the ladder.

    Rung 0 is skipped when its morning has passed; a clock set on the due day itself fires at the day's end.
    """
    due_at = calendar.end_of(due_on)
    warns_at = calendar.morning_of(calendar.add_working_days(due_on, -terms.warn_days_before))
    if now < warns_at:
        return Clock(due_at, cycle, FIRST_RUNG, warns_at)
    morning = calendar.morning_of(due_on)
    return Clock(due_at, cycle, DAY_RUNG, morning if now < morning else due_at)


def at_end_of(due_on: date, cycle: int, calendar: Calendar) -> Clock:
    """Start a clock that only runs out: at the end of the day (a case that is done closes)."""
    due_at = calendar.end_of(due_on)
    return Clock(due_at, cycle, DAY_RUNG, due_at)


def on_the_morning(due_on: date, cycle: int, calendar: Calendar) -> Clock:
    """Start a clock that only runs out: on the day's morning (a parked case is taken up)."""
    return Clock(calendar.end_of(due_on), cycle, DAY_RUNG, calendar.morning_of(due_on))


def due_rung(clock: Clock, now: datetime, calendar: Calendar) -> int:
    """Give the rung that fires now: the next one, but never rung 0 once the day itself has come."""
    if clock.rung == FIRST_RUNG and now >= calendar.morning_of(calendar.day_of(clock.due_at)):
        return DAY_RUNG
    return clock.rung


def after_rung(clock: Clock, fired: int, now: datetime, terms: Terms, calendar: Calendar) -> Clock:
    """Give the clock after rung `fired` has fired at `now`.

    The distance counts from the local day on which it fired, so that after an outage nobody is climbed over.
    """
    today = calendar.day_of(now)
    if fired == FIRST_RUNG:
        next_on = calendar.day_of(clock.due_at)
    elif fired - DAY_RUNG < len(terms.rung_days):
        next_on = calendar.add_working_days(today, terms.rung_days[fired - DAY_RUNG])
    else:
        next_on = calendar.roll_forward(_days_later(today, terms.repeat_calendar_days))
    return Clock(clock.due_at, clock.cycle, fired + 1, calendar.morning_of(next_on))


def statutory(raised_on: date, fired: int, now: datetime, terms: Terms, calendar: Calendar) -> Clock | None:
    """Give the clock of a proposal after warning `fired` (0: none yet); None where the policy has no such clock.

    It warns at the policy's months, at the year's end, and every month after it; what has passed is skipped. Its
    cycle is the case's own. Source: kommunallagen 5:35, a year from when the proposal was raised in the council.
    """
    if terms.statutory_months is None:
        return None
    months = (*terms.statutory_warnings, terms.statutory_months)
    due_at = calendar.end_of(calendar.roll_forward(add_months(raised_on, terms.statutory_months)))
    for rung in count(fired + 1):
        month = months[rung - 1] if rung <= len(months) else terms.statutory_months + rung - len(months)
        warns_at = calendar.morning_of(calendar.roll_forward(add_months(raised_on, month)))
        if warns_at > now:
            return Clock(due_at, 0, rung, warns_at)
    raise AssertionError("months never end")


def _days_later(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)
