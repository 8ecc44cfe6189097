"""Clocks of a case: when the next rung of the ladder fires. All functions here are pure.

When a rung has fired, its clock is set to the next one, so that a ladder never stops (G3).
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from cases.calendar import Calendar, add_months
from cases.deadlines.policies import Terms

# A rung means the same in every policy; the policy says only how many days lie between the rungs.
FIRST_RUNG = 0  # some working days before the due day: a reminder
DAY_RUNG = 1  # on the due day
HEAD_RUNG = 2  # the unit's head gets a letter
DELAYED_RUNG = 3  # the reporter gets a letter, and the public page says "delayed"
AGENDA_RUNG = 4  # the case comes on the agenda of the forum
REPEATED_RUNG = 5  # this rung and all above it repeat


@dataclass(frozen=True)
class Clock:
    """One running clock of a case: the end of its due day, its cycle, and the rung that fires next, at `fires_at`."""

    due_at: datetime
    cycle: int
    rung: int
    fires_at: datetime


def escalating(due_on: date, cycle: int, now: datetime, terms: Terms, calendar: Calendar) -> Clock:
    """Return a new clock that climbs the ladder, starting with rung 0: the reminder some days before the due day.

    When the morning of rung 0 has passed, it starts with rung 1 on the morning of the due day; when that has passed
    too, with rung 1 at the end of the due day.
    """
    due_at = calendar.end_of(due_on)
    warns_at = calendar.morning_of(calendar.add_working_days(due_on, -terms.warn_days_before))
    if now < warns_at:
        return Clock(due_at, cycle, FIRST_RUNG, warns_at)
    morning = calendar.morning_of(due_on)
    return Clock(due_at, cycle, DAY_RUNG, morning if now < morning else due_at)


def at_end_of(due_on: date, cycle: int, calendar: Calendar) -> Clock:
    """Return a new clock without a ladder that fires at the end of the due day: a case that is done is then closed."""
    due_at = calendar.end_of(due_on)
    return Clock(due_at, cycle, DAY_RUNG, due_at)


def on_the_morning(due_on: date, cycle: int, calendar: Calendar) -> Clock:
    """Return a new clock without a ladder that fires on the morning of the due day: a parked case is then taken up."""
    return Clock(calendar.end_of(due_on), cycle, DAY_RUNG, calendar.morning_of(due_on))


def due_rung(clock: Clock, now: datetime, calendar: Calendar) -> int:
    """Return the rung that fires at `now`: the clock's next one, but rung 1 instead of 0 once the due day has come."""
    if clock.rung == FIRST_RUNG and now >= calendar.morning_of(calendar.day_of(clock.due_at)):
        return DAY_RUNG
    return clock.rung


def after_rung(clock: Clock, fired: int, now: datetime, terms: Terms, calendar: Calendar) -> Clock:
    """Return the clock as it runs on after rung `fired` has fired at `now`, set to the next rung.

    Days to the next rung count from the local day on which this one fired, so that no rung is skipped after an outage.
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
    """Return the clock that the law sets for a citizens' proposal, after warning no. `fired` (0: none yet).

    None when the terms set no such deadline. Source: kommunallagen 5:35, to be decided within a year from the day on
    which it was raised in the council. Warnings fire at the months that the terms name, at the deadline, and every
    month after it; those whose moment has passed are skipped. The cycle in the returned clock is 0: the caller keeps
    its own.
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
