"""The expected course of a case's life after steps, comments, sweeps and reorganisation: an independent model."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from support.lives.clocks import climbed, come_back, ladder, morning_of, objecting, sign_of_life
from support.lives.oracle import (
    ENDED,
    TAKEN_ON,
    Attempt,
    Life,
    answers,
    confirms,
    contests,
    holds,
    is_in,
    is_waited_for,
    names_a_unit,
    side_of,
)

from proof.simulation.second_calendar import later, local_day, rolled

WITHIN = {"received": 2, "assigned": 8, "planned": 8, "in_progress": 40, "waiting": 20}  # working days
OUTCOMES = {"done": "kept", "declined": "dropped", "merged": "dropped"}
IS_ASKED_ANEW = ("assigned", *TAKEN_ON, "waiting")
BEGINS_ANEW = ("done", *ENDED)


@dataclass(frozen=True)
class Given:
    """The fields that somebody fills in for a step: the day, and whom the case waits for."""

    due_on: date | None = None
    waits_for: str | None = None


def received(group: str | None, at: datetime) -> Life:
    """Return the life of a case that has just come in."""
    return Life("received", ladder(later(local_day(at), WITHIN["received"]), at), group=group)


def duty(due_on: date, unit: str, group: str | None, at: datetime) -> Life:
    """Return the life of a new duty, which is planned at once."""
    return Life("planned", ladder(rolled(due_on), at), unit, group, was_asked=False)


def stepped(life: Life, attempt: Attempt, given: Given) -> Life:
    """Return the life after a step that was taken."""
    if attempt.officer is not None:  # the clock runs on: nobody has answered yet
        return replace(life, officer=attempt.officer, changes=life.changes + 1)
    if confirms(life, attempt) and not _who_is_asked(life) <= (said := life.confirmed | {side_of(attempt.who)}):
        return replace(life, confirmed=said)  # one yes of two: nothing else has changed
    after = replace(_taken_on(_reassigned(life, attempt), life, attempt), confirmed=frozenset())
    after = replace(_waits(after, life, attempt, given), state=attempt.to, changes=life.changes + 1)
    return _promised(_clocked(after, life, attempt, given), life, attempt, given)


def _who_is_asked(life: Life) -> set[str]:
    """Return whose yes closes the case: not that of a group which has it, and has said that it is done."""
    asked = {"reporter"} if life.has_reporter else set()
    return asked | ({"group"} if life.group not in {None, life.responsible} else set())


def commented(life: Life, who: str, at: datetime) -> Life:
    """Return the life after a comment, which may answer what the case waits for, or count as a sign of life."""
    if life.waiting_from is not None and is_waited_for(life, who):
        return stepped(life, Attempt(life.waiting_from, who, at), Given())
    if holds(life, who) and life.sign is not None and life.clock is not None:
        return replace(life, sign=sign_of_life(local_day(at), life.clock.due_on))
    return life


def dissolved(life: Life, unit: str, into: str, at: datetime) -> Life:
    """Return the life after a unit was dissolved into another one."""
    if life.responsible != unit:
        return life
    if life.state in ENDED:
        return replace(life, is_orphaned=True)
    if life.state in IS_ASKED_ANEW:
        return stepped(life, Attempt("assigned", "kontakt", at, into), Given())
    return replace(life, responsible=into, officer=None, changes=life.changes + 1)


def swept(life: Life, now: datetime) -> Life:
    """Return the life after a sweep: what is due happens once, however late the sweep is."""
    if life.clock is None:
        return life
    if life.promise and morning_of(life.promise + timedelta(days=1)) <= now:
        life = _settled(life, "broken")
    if life.sign is not None:
        life = replace(life, sign=climbed(life.sign, now))
    if life.clock.fires_at <= now and life.state in RUNS_OUT:
        return stepped(life, Attempt(RUNS_OUT[life.state], "clock", now), Given())
    return replace(life, clock=climbed(life.clock, now))


RUNS_OUT = {"parked": "received", "done": "closed"}


def _reassigned(life: Life, attempt: Attempt) -> Life:
    reopened = life.state in BEGINS_ANEW and not contests(life, attempt)
    if attempt.to == "received" and life.state in {"assigned", "parked"}:
        return replace(life, responsible="desk", officer=None)
    if names_a_unit(attempt) or (reopened and attempt.to == "assigned"):
        usual = "desk" if life.is_orphaned else life.responsible
        return replace(life, responsible=attempt.unit or usual, officer=None, is_orphaned=False)
    return life


def _taken_on(after: Life, life: Life, attempt: Attempt) -> Life:
    """Return the life with whoever takes the case on as its officer, if they work in its unit and it has none."""
    begins = attempt.to in {"planned", "in_progress"} and life.state != "waiting"
    return (
        replace(after, officer=attempt.who) if begins and after.officer is None and is_in(after, attempt.who) else after
    )


def _waits(after: Life, life: Life, attempt: Attempt, given: Given) -> Life:
    if attempt.to != "waiting":
        return replace(after, waits_for=None, waiting_from=None, day_before_waiting=None)
    if life.state == "waiting" or life.clock is None:
        return replace(after, waits_for=given.waits_for)
    return replace(after, waits_for=given.waits_for, waiting_from=life.state, day_before_waiting=life.clock.due_on)


def _clocked(after: Life, life: Life, attempt: Attempt, given: Given) -> Life:
    """Return the life with the clock of its new state."""
    if attempt.to in ENDED:
        return replace(after, clock=None, sign=None)
    if attempt.to == "done":
        return replace(after, clock=objecting(attempt.at), sign=None)
    today = local_day(attempt.at)
    if attempt.to == "parked" and given.due_on is not None:
        return replace(after, clock=come_back(rolled(given.due_on)), sign=None)
    clock = ladder(rolled(given.due_on or _usual_day(life, attempt)), attempt.at)
    return replace(after, clock=clock, sign=sign_of_life(today, clock.due_on) if attempt.to == "in_progress" else None)


def _usual_day(life: Life, attempt: Attempt) -> date:
    """Return the due day when none is given: an answered case keeps its former one while that lies ahead."""
    today, kept = local_day(attempt.at), life.day_before_waiting
    if answers(life, attempt) and attempt.to in TAKEN_ON and kept is not None and kept > today:
        return kept
    return later(today, WITHIN[attempt.to])


def _promised(after: Life, life: Life, attempt: Attempt, given: Given) -> Life:
    if attempt.to in OUTCOMES:
        return _settled(after, OUTCOMES[attempt.to])
    if life.state in BEGINS_ANEW and attempt.to == "assigned":
        return replace(after, promised_on=None)
    if attempt.to != "planned" or given.due_on is None or answers(life, attempt) or not life.was_asked:
        return after
    day = rolled(given.due_on)
    if day == after.promise:
        return after
    moved = _settled(after, "moved")
    return replace(moved, promised_on=day, promises=(*moved.promises, (day, "running")))


def _settled(life: Life, outcome: str) -> Life:
    if life.promise is None:
        return life
    return replace(life, promises=(*life.promises[:-1], (life.promise, outcome)))
