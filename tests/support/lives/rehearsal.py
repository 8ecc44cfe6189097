"""Rehearsal: everybody tries every step with a case, in transactions that are rolled back."""

from datetime import timedelta

from sqlalchemy import select
from support.lives.course import Given, stepped
from support.lives.house import A_SECOND, HouseThatMayDie, change_for, refusal_of
from support.lives.oracle import NEEDS_A_DAY, PEOPLE, Attempt, Life, answers, attempts, may, needs_a_reason, offers
from support.lives.standing import actual_standings, expected_standing

from cases.access.actors import Actor
from cases.case import Case
from cases.progress import Change
from cases.refusals import WordsNeeded
from cases.states import steps_open_to
from cases.steps.confirming import confirmed_by, own_side
from proof.simulation.second_calendar import end_of, local_day

SOME_DAYS = timedelta(days=3)
People = dict[str, Actor]


def rehearse(house: HouseThatMayDie, ref: str) -> None:
    """Assert that the steps of a case are offered and open to those to whom they should be, and to nobody else.

    Each must also lead to the expected standing.
    """
    life, every = house.life[ref], _every(house, ref)
    allowed = [attempt for attempt in every if may(life, attempt)]
    assert _offered(house, ref) == offers(life, house.gone, house.begins), (ref, life)
    people = _people(house, ref)
    _forbidden_are_refused(house, ref, people, [attempt for attempt in every if not may(life, attempt)])
    _reasons_are_needed(house, ref, people, [attempt for attempt in allowed if needs_a_reason(life, attempt)])
    _allowed_are_taken(house, ref, people, allowed)
    house.tally["steps rehearsed"] += len(every)


def _every(house: HouseThatMayDie, ref: str) -> list[Attempt]:
    """Return all attempts now, and those in three days, or after the last day to object when the case is done."""
    life, now = house.life[ref], house.world.clock.now
    later = now + SOME_DAYS
    if life.state == "done" and life.clock is not None:
        later = end_of(life.clock.due_on) + A_SECOND
    return attempts(life, house.gone, now) + attempts(life, house.gone, later)


def _offered(house: HouseThatMayDie, ref: str) -> set[tuple[str, str]]:
    """Return (state, person) for each step that Ventil offers."""
    with house.process.database.reading() as session:
        case = session.scalars(select(Case).where(Case.ref == ref)).one()
        people = {who: house.actor(session, case, who) for who in PEOPLE if who not in house.gone}
        owes, said = case.obligation is not None, confirmed_by(session, case)
        steps = {
            who: steps_open_to(case.state, they.roles_in(case), came_from=case.waiting_from, owes=owes)
            for who, they in people.items()
        }
        again = {who for who, they in people.items() if own_side(they, case) in said}
    return {
        (step.to.value, who)
        for who, theirs in steps.items()
        for step in theirs
        if step.name != "confirm" or who not in again
    }


def _people(house: HouseThatMayDie, ref: str) -> People:
    """Return everybody who is still there as an actor; a rehearsal changes nobody's roles."""
    with house.process.database.reading() as session:
        case = session.scalars(select(Case).where(Case.ref == ref)).one()
        return {who: house.actor(session, case, who) for who in PEOPLE if who not in house.gone}


def _forbidden_are_refused(house: HouseThatMayDie, ref: str, people: People, forbidden: list[Attempt]) -> None:
    """Assert that each step is refused; in one transaction, since a refusal changes nothing."""
    with house.rehearsal(ref) as (session, case):
        for one in forbidden:
            refusal = refusal_of(session, case, _change(house.life[ref], one), by=people[one.who], at=one.at)
            assert refusal is not None, (house.life[ref], one)


def _reasons_are_needed(house: HouseThatMayDie, ref: str, people: People, worded: list[Attempt]) -> None:
    with house.rehearsal(ref) as (session, case):
        for one in worded:
            change = _change(house.life[ref], one, note=" ")
            refusal = refusal_of(session, case, change, by=people[one.who], at=one.at)
            assert isinstance(refusal, WordsNeeded), (house.life[ref], one)


def _allowed_are_taken(house: HouseThatMayDie, ref: str, people: People, allowed: list[Attempt]) -> None:
    for one in allowed:
        with house.rehearsal(ref) as (session, case):
            refusal = refusal_of(session, case, _change(house.life[ref], one), by=people[one.who], at=one.at)
            assert refusal is None, (house.life[ref], one, refusal)
            assert actual_standings(session)[ref] == expected_standing(
                stepped(house.life[ref], one, _given(house.life[ref], one))
            )


def _change(life: Life, attempt: Attempt, note: str = "Så är det.") -> Change:
    return change_for(attempt, _given(life, attempt), note=note)


def _given(life: Life, attempt: Attempt) -> Given:
    needs_a_day = attempt.to in NEEDS_A_DAY and not answers(life, attempt)
    day = local_day(attempt.at) + timedelta(days=5) if needs_a_day else None
    return Given(day, "other" if attempt.to == "waiting" else None)
