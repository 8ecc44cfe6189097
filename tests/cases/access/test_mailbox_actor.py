"""Whoever acts by the shared mailbox of a unit: a plain member of it, never staff, named in the event and its hash."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import A_DATE, MONDAY, SmallHouse

from cases.access.actors import Actor, ActorKind, mailbox_of
from cases.case import case_to_change
from cases.history.journal import canonical, chained
from cases.history.words import Visibility, Words
from cases.organisation.units import Unit
from cases.progress import Change, change_state
from cases.reading.timeline import timeline
from cases.refusals import NotAllowed
from cases.states import State, Who

LATER = MONDAY + timedelta(days=1)


def mailbox(house: SmallHouse, slug: str) -> Actor:
    """The actor for the shared mailbox of this unit."""
    with house.database.reading() as session:
        return mailbox_of(session.scalars(select(Unit).where(Unit.slug == slug)).one())


@pytest.mark.parametrize(
    ("slug", "state", "what"),
    [
        ("gata", State.ASSIGNED, {Who.UNIT}),
        ("vatten", State.ASSIGNED, set()),
        ("norrby", State.DONE, {Who.GROUP}),
        ("norrby", State.WAITING, {Who.GROUP, Who.ASKED}),
        ("desk", State.ASSIGNED, set()),
        ("desk", State.RECEIVED, {Who.UNIT}),
        ("forum", State.WAITING, set()),
    ],
)
def test_a_mailbox_is_the_unit_or_the_group_and_no_more(
    small_house: SmallHouse, slug: str, state: State, what: set[Who]
) -> None:
    ref, actor = small_house.reach(state, group="norrby"), mailbox(small_house, slug)
    assert actor.roles_in(small_house.case(ref)) == what
    assert (actor.is_staff, actor.is_contact, actor.is_admin) == (False, False, False)


def test_what_a_mailbox_does_names_the_unit_and_touches_the_case(small_house: SmallHouse) -> None:
    ref, gata = small_house.reach(State.ASSIGNED), mailbox(small_house, "gata")
    small_house.actors["mailbox"] = gata
    case = small_house.change(ref, State.PLANNED, by="mailbox", at=LATER, due_on=A_DATE, delivery=17, signed=" Anna ")
    event = small_house.events(ref, "case.planned")[0]
    assert (event.actor, event.person_id, event.unit_id) == (ActorKind.UNIT, None, gata.unit_id)
    assert (event.facts["delivery"], case.last_act_at, event.at) == (17, LATER, LATER)
    with small_house.database.reading() as session:
        who = session.scalars(select(Words).where(Words.field == "who")).one()
        assert (who.text, who.visibility) == ("Anna", Visibility.PARTICIPANTS)
        entry = timeline(session, small_house.case(ref), small_house.actors["officer"])[-2]
        assert (entry.by, entry.unit, entry.words["who"]) == (None, "Gata", "Anna")


def test_the_hash_covers_the_unit_where_there_is_one(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    small_house.actors["mailbox"] = mailbox(small_house, "gata")
    small_house.change(ref, State.PLANNED, by="mailbox", due_on=A_DATE)
    event = small_house.events(ref, "case.planned")[0]
    row = {name: getattr(event, name) for name in ("seq", "type", "at", "actor", "person_id", "unit_id")}
    row |= {name: canonical(getattr(event, name)) for name in ("facts", "changes", "commitments")}
    row["previous_hash"] = event.previous_hash
    assert chained(ref, row) == event.hash
    assert event.hash not in {chained(ref, row | {"unit_id": unit}) for unit in (event.unit_id + 1, None)}


@pytest.mark.parametrize(
    ("to", "more"),
    [
        (State.PARKED, {"due_on": A_DATE, "reason": "Nej"}),
        (State.DECLINED, {"reason": "Nej"}),
        (State.ASSIGNED, {"officer": "colleague@example.se"}),
    ],
)
def test_a_mailbox_takes_no_step_of_the_desk_or_the_head(
    small_house: SmallHouse, to: State, more: dict[str, object]
) -> None:
    ref, gata = small_house.reach(State.ASSIGNED), mailbox(small_house, "gata")
    with small_house.database.transaction() as session, pytest.raises(NotAllowed):
        case = case_to_change(session, ref)
        change_state(session, case, Change(to=to, **more), by=gata, at=case.received_at)
