"""Clocks of a case: when the next rung of the ladder fires. All functions here are pure.

Whenever a rung has fired, the clock is set to the rung after it, so that a ladder never stops (G3).
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
DELAYED_RUNG = 3  # the reporter gets a letter
AGENDA_RUNG = 4  # the case comes on the agenda of the forum, and the public page says "delayed"
REPEATED_RUNG = 5  # this rung and all above it repeat


@dataclass(frozen=True)
class Clock:
    """One running clock of a case.

    `due_at` is the end of the day on which the clock runs out. `rung` is the number of the rung that fires next, and
    `fires_at` the moment when it does. `cycle` is the number of the run: one higher each time the clock is set anew.
    """

    due_at: datetime
    cycle: int
    rung: int
    fires_at: datetime


def escalating(due_on: date, cycle: int, now: datetime, terms: Terms, calendar: Calendar) -> Clock:
    """Return a new clock that climbs the ladder and runs out at the end of the day `due_on`.

    Rung 0, a reminder, fires on a morning some working days before that day. If `now` is later than that morning, the
    clock starts with rung 1, on the morning of the day `due_on`, or at the end of that day if this morning has passed
    too.
    """
    due_at = calendar.end_of(due_on)
    warns_at = calendar.morning_of(calendar.add_working_days(due_on, -terms.warn_days_before))
    if now < warns_at:
        return Clock(due_at, cycle, FIRST_RUNG, warns_at)
    morning = calendar.morning_of(due_on)
    return Clock(due_at, cycle, DAY_RUNG, morning if now < morning else due_at)


def at_end_of(due_on: date, cycle: int, calendar: Calendar) -> Clock:
    """Return a new clock without a ladder that fires at the end of the day `due_on`.

    It is the clock of a case that is done: when it fires, the case is closed.
    """
    due_at = calendar.end_of(due_on)
    return Clock(due_at, cycle, DAY_RUNG, due_at)


def on_the_morning(due_on: date, cycle: int, calendar: Calendar) -> Clock:
    """Return a new clock without a ladder that fires on the morning of the day `due_on`.

    It is the clock of a parked case: when it fires, the case goes back to the desk.
    """
    return Clock(calendar.end_of(due_on), cycle, DAY_RUNG, calendar.morning_of(due_on))


def due_rung(clock: Clock, now: datetime, calendar: Calendar) -> int:
    """Return the number of the rung that fires at `now`, when the clock is due.

    It is the clock's next rung; only when that is rung 0 and the morning of the due day has come, rung 1 takes its
    place.
    """
    if clock.rung == FIRST_RUNG and now >= calendar.morning_of(calendar.day_of(clock.due_at)):
        return DAY_RUNG
    return clock.rung


def after_rung(clock: Clock, fired: int, now: datetime, terms: Terms, calendar: Calendar) -> Clock:
    """Return the clock set to the next rung, after the rung `fired` has fired at `now`.

    After rung 0, the next rung fires on the morning of the due day. After any other rung, the days until the next one
    count from the local day of `now`, even if `fired` came late: after an outage no rung is skipped.
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
    """Return the clock for the legal deadline of a citizens' proposal, set to its next warning after `now`.

    Returns None when the terms set no such deadline. Source: kommunallagen 5:35, to be decided within a year from the
    day `raised_on` on which it was raised in the council. Warnings are numbered from 1, and `fired` is the number of
    the last one that fired (0: none has). They fire as many months after that day as the terms name, at the deadline,
    and every month after it; a warning whose moment has passed is skipped. The returned clock has the cycle 0, which
    the caller ignores.
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
