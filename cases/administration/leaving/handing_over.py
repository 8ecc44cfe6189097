"""Handing over: the open cases that somebody holds go to others, before they leave."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from cases.access.actors import Actor
from cases.administration.leaving.absence import colleagues_of
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.event_batches import batch
from cases.history.events import CaseCorrected
from cases.history.journal import Entry
from cases.organisation.people import Person
from cases.refusals import FieldRefusal, NotAllowed, UnknownName
from cases.states import OPEN


def cases_to_hand_over(session: Session, person: Person, by: Actor, *, locked: bool = False) -> list[Case]:
    """Return the open cases that the person holds and `by` may hand over, the oldest first.

    An admin may hand over all, a head those of their unit. Raises `NotAllowed` for anybody else.
    """
    if not may_hand_over(by):
        raise NotAllowed(step="hand_over_all")
    held = select(Case).where(Case.officer_id == person.id, Case.state.in_(OPEN)).order_by(Case.id)
    held = held.with_for_update(of=Case) if locked else held.options(joinedload(Case.responsible))
    return [case for case in session.scalars(held) if by.is_admin or by.is_head_of(case.responsible_id)]


def may_hand_over(by: Actor) -> bool:
    """Return whether `by` may hand over anybody's cases: an admin, and the head of a place of work."""
    return by.is_admin or (by.is_staff and any(by.is_head_of(unit_id) for unit_id in by.unit_ids))


def hand_over(session: Session, person: Person, to: Mapping[str, Person], *, by: Actor, at: datetime) -> list[Case]:
    """Give each of these cases of the person to somebody else, and return those that have changed hands.

    `to` is by the reference of the case; a case that the person does not hold any more is left out. Each reader gets
    one letter of all. Raises `NotAllowed`, `FieldRefusal` when somebody is to get what they have, and `UnknownName` for
    somebody who has no role in the unit that is responsible for the case; the field is "to-" and the reference.
    """
    today = calendar_of(session).day_of(at)
    cases = [case for case in cases_to_hand_over(session, person, by, locked=True) if case.ref in to]
    if not cases:
        return []
    there = {
        unit_id: {one.id for one in colleagues_of(session, {unit_id}, today)}
        for unit_id in {case.responsible_id for case in cases}
    }
    with batch(session, by, at) as actor:
        for case in cases:
            _give(session, case, to[case.ref], there[case.responsible_id], by=actor, at=at)
    return cases


def _give(session: Session, case: Case, to: Person, colleagues: set[int], *, by: Actor, at: datetime) -> None:
    if to.id == case.officer_id:
        raise FieldRefusal(field=f"to-{case.ref}")
    if to.id not in colleagues:
        raise UnknownName(field=f"to-{case.ref}", name=to.email)
    entry = Entry(case, by=by, at=at)
    case.officer_id = to.id
    entry.add(CaseCorrected(what=["officer"]))
    entry.write(session)
