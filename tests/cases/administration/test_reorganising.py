"""Units and people come and go; no case is left with somebody who has gone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.houses.migrated import A_TUESDAY, a_house

from cases.access.actors import A_COMMAND, A_VISITOR
from cases.administration.reorganising import UnitDetails, add_unit, change_unit, dissolve_unit, switch_off_unit
from cases.administration.staffing import (
    PersonDetails,
    Post,
    add_person,
    appoint,
    change_person,
    name_deputy,
    posts_of,
    relieve,
    switch_off_person,
)
from cases.case import Case, case_to_change
from cases.handing_in import Request, hand_in
from cases.history.journal import Event
from cases.organisation.people import Membership, Person, Role, heads_of
from cases.organisation.units import Unit, UnitKind
from cases.progress import Change, WaitingFor, change_state
from cases.refusals import (
    AlreadyThere,
    BadCharacters,
    CannotHoldCases,
    FieldRefusal,
    NameNeeded,
    NotAllowed,
    StillResponsible,
    UnknownName,
)
from cases.states import Kind, State

DAY = A_TUESDAY.date()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = a_house(tmp_path)
    with database.transaction() as session:
        for slug in ("gata", "park"):
            add_unit(session, slug, UnitKind.DEPARTMENT, UnitDetails(slug.title()), by=A_COMMAND, at=A_TUESDAY)
        yield session
    database.close()


def _unit(session: Session, slug: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.slug == slug)).one()


def _person(session: Session, email: str, role: Role = Role.OFFICER, unit: str = "gata") -> Person:
    person = add_person(session, email, PersonDetails("Handläggare"), by=A_COMMAND, at=A_TUESDAY)
    appoint(session, person, Post(role, _unit(session, unit)), by=A_COMMAND, at=A_TUESDAY)
    return person


def _case(session: Session, to: State, unit: str = "gata", **change: object) -> Case:
    case = hand_in(session, Request(Kind.ISSUE, "Lampan är trasig"), by=A_VISITOR, at=A_TUESDAY)
    case = case_to_change(session, case.ref)
    change_state(session, case, Change(State.ASSIGNED, responsible=unit), by=A_COMMAND, at=A_TUESDAY)
    session.expire(case, ["responsible"])
    if to is not State.ASSIGNED:
        change_state(session, case, Change(to, **change), by=A_COMMAND, at=A_TUESDAY)
    return case


def _types(session: Session) -> list[str]:
    return list(session.scalars(select(Event.type).order_by(Event.id)))


def test_only_an_admin_changes_the_organisation(session: Session) -> None:
    with pytest.raises(NotAllowed):
        add_unit(session, "vatten", UnitKind.DEPARTMENT, UnitDetails("Vatten"), by=A_VISITOR, at=A_TUESDAY)


def test_a_slug_is_taken_once_and_is_plain(session: Session) -> None:
    with pytest.raises(AlreadyThere):
        add_unit(session, "gata", UnitKind.DEPARTMENT, UnitDetails("Gata"), by=A_COMMAND, at=A_TUESDAY)
    with pytest.raises(FieldRefusal):
        add_unit(session, "Gata & park", UnitKind.DEPARTMENT, UnitDetails("Gata"), by=A_COMMAND, at=A_TUESDAY)


def test_a_change_tells_what_differed(session: Session) -> None:
    card = UnitDetails("Gata", email="gata@example.se")
    assert change_unit(session, _unit(session, "gata"), card, by=A_COMMAND, at=A_TUESDAY) == ["email"]
    assert change_unit(session, _unit(session, "gata"), card, by=A_COMMAND, at=A_TUESDAY) == []
    assert _types(session)[-1] == "unit.changed"


def test_a_unit_with_open_cases_cannot_be_switched_off(session: Session) -> None:
    _case(session, State.ASSIGNED)
    with pytest.raises(StillResponsible) as refused:
        switch_off_unit(session, _unit(session, "gata"), by=A_COMMAND, at=A_TUESDAY)
    assert refused.value.count == 1


def test_the_desk_cannot_be_switched_off(session: Session) -> None:
    with pytest.raises(NotAllowed):
        switch_off_unit(session, _unit(session, "desk"), by=A_COMMAND, at=A_TUESDAY)


def test_a_unit_without_cases_is_switched_off_with_its_memberships(session: Session) -> None:
    _person(session, "a@example.se")
    switch_off_unit(session, _unit(session, "gata"), by=A_COMMAND, at=A_TUESDAY)
    assert not _unit(session, "gata").holds_cases
    assert session.scalars(select(Membership.until)).all() == [DAY]
    assert _types(session)[-1] == "unit.switched_off"


def test_dissolving_moves_every_open_case_by_an_event_of_its_own(session: Session) -> None:
    moved = {
        State.ASSIGNED: _case(session, State.ASSIGNED),
        State.PLANNED: _case(session, State.PLANNED, due_on=DAY + timedelta(days=9)),
        State.PARKED: _case(session, State.PARKED, due_on=DAY + timedelta(days=90), reason="Till hösten"),
        State.DONE: _case(session, State.DONE, note="Lagad"),
    }
    ended = _case(session, State.DECLINED, reason="Inte kommunens")
    versions = {state: case.version for state, case in moved.items()}
    assert dissolve_unit(session, _unit(session, "gata"), "park", by=A_COMMAND, at=A_TUESDAY) == (4, 0)
    park = _unit(session, "park")
    for state, case in moved.items():
        assert case.responsible_id == park.id
        assert case.version == versions[state] + 1
    assert [case.state for case in moved.values()] == [State.ASSIGNED, State.ASSIGNED, State.PARKED, State.DONE]
    assert ended.responsible_id != park.id
    assert not _unit(session, "gata").active


def test_what_waits_for_a_dissolved_unit_waits_for_its_successor_until_the_same_day(session: Session) -> None:
    add_unit(session, "bygg", UnitKind.DEPARTMENT, UnitDetails("Bygg"), by=A_COMMAND, at=A_TUESDAY)
    follow_up = DAY + timedelta(days=28)
    awaited = WaitingFor("unit", "gata", their_ref="G 7")
    waits = _case(session, State.WAITING, "bygg", waiting_for=awaited, due_on=follow_up)
    own = _case(session, State.WAITING, "park", waiting_for=awaited)
    assert dissolve_unit(session, _unit(session, "gata"), "park", by=A_COMMAND, at=A_TUESDAY) == (0, 2)
    park = _unit(session, "park")
    assert (waits.state, waits.waiting_unit_id, waits.waiting_their_ref) == (State.WAITING, park.id, "G 7")
    assert waits.responsible.slug == "bygg"
    assert waits.due_at is not None and waits.due_at.date() == follow_up
    assert (own.state, own.responsible_id, own.waiting_unit_id) == (State.ASSIGNED, park.id, None)


def test_a_unit_that_is_waited_for_is_not_switched_off(session: Session) -> None:
    _case(session, State.WAITING, "park", waiting_for=WaitingFor("unit", "gata"))
    with pytest.raises(StillResponsible):
        switch_off_unit(session, _unit(session, "gata"), by=A_COMMAND, at=A_TUESDAY)


@pytest.mark.parametrize("slug", ["desk", "forum", "council"])
def test_what_every_house_has_is_not_dissolved(session: Session, slug: str) -> None:
    with pytest.raises(NotAllowed):
        dissolve_unit(session, _unit(session, slug), "park", by=A_COMMAND, at=A_TUESDAY)


def test_a_unit_is_not_dissolved_into_itself_nor_into_one_that_only_meets(session: Session) -> None:
    for into in ("gata", "forum"):
        with pytest.raises(CannotHoldCases):
            dissolve_unit(session, _unit(session, "gata"), into, by=A_COMMAND, at=A_TUESDAY)


def test_a_post_begins_and_ends_on_a_day(session: Session) -> None:
    person = _person(session, "a@example.se")
    post = Post(Role.OFFICER, _unit(session, "gata"))
    assert not appoint(session, person, post, by=A_COMMAND, at=A_TUESDAY)
    assert relieve(session, person, post, by=A_COMMAND, at=A_TUESDAY + timedelta(days=5))
    assert not relieve(session, person, post, by=A_COMMAND, at=A_TUESDAY + timedelta(days=5))
    assert posts_of(session, person, DAY + timedelta(days=4)) == [post]
    assert posts_of(session, person, DAY + timedelta(days=5)) == []


@pytest.mark.parametrize(("role", "unit"), [(Role.OFFICER, None), (Role.ADMIN, "gata"), (Role.CONTACT, "gata")])
def test_a_role_that_does_not_fit_is_refused(session: Session, role: Role, unit: str | None) -> None:
    person = _person(session, "a@example.se")
    with pytest.raises(FieldRefusal):
        appoint(session, person, Post(role, _unit(session, unit) if unit else None), by=A_COMMAND, at=A_TUESDAY)


def test_who_holds_cases_leaves_only_when_somebody_takes_over(session: Session) -> None:
    leaver, taker = _person(session, "a@example.se"), _person(session, "b@example.se")
    case = _case(session, State.ASSIGNED)
    change_state(session, case, Change(State.ASSIGNED, officer="a@example.se"), by=A_COMMAND, at=A_TUESDAY)
    with pytest.raises(NameNeeded):
        switch_off_person(session, leaver, None, by=A_COMMAND, at=A_TUESDAY)
    due_at = case.due_at
    assert switch_off_person(session, leaver, taker, by=A_COMMAND, at=A_TUESDAY) == 1
    assert (case.officer_id, case.due_at) == (taker.id, due_at)
    assert not leaver.active
    assert _types(session)[-2:] == ["case.corrected", "person.switched_off"]


def test_who_takes_over_belongs_to_the_unit(session: Session) -> None:
    leaver, stranger = _person(session, "a@example.se"), _person(session, "b@example.se", unit="park")
    case = _case(session, State.ASSIGNED)
    change_state(session, case, Change(State.ASSIGNED, officer="a@example.se"), by=A_COMMAND, at=A_TUESDAY)
    with pytest.raises(UnknownName):
        switch_off_person(session, leaver, stranger, by=A_COMMAND, at=A_TUESDAY)


def test_a_head_who_leaves_is_followed_by_who_takes_over(session: Session) -> None:
    head, taker = _person(session, "a@example.se", Role.HEAD), _person(session, "b@example.se")
    other = _person(session, "c@example.se")
    name_deputy(session, other, head, by=A_COMMAND, at=A_TUESDAY)
    with pytest.raises(NameNeeded):
        switch_off_person(session, head, None, by=A_COMMAND, at=A_TUESDAY)
    switch_off_person(session, head, taker, by=A_COMMAND, at=A_TUESDAY)
    session.refresh(other)
    assert heads_of(session, _unit(session, "gata").id, DAY) == [taker]
    assert other.deputy_id == taker.id


def test_nobody_is_their_own_deputy(session: Session) -> None:
    person = _person(session, "a@example.se")
    with pytest.raises(FieldRefusal):
        name_deputy(session, person, person, by=A_COMMAND, at=A_TUESDAY)


@pytest.mark.parametrize("odd", ["Ga\x1eta", "Ga\0ta", "Ga\nta", "Ga\ud800ta"])
def test_no_unit_and_no_person_has_a_name_that_cannot_be_stored(session: Session, odd: str) -> None:
    unit = add_unit(session, "vinter", UnitKind.DEPARTMENT, UnitDetails("Vinter"), by=A_COMMAND, at=A_TUESDAY)
    person = add_person(session, "vinter@example.se", PersonDetails("Vera"), by=A_COMMAND, at=A_TUESDAY)
    for act in (
        lambda: add_unit(session, "sommar", UnitKind.BOARD, UnitDetails(odd), by=A_COMMAND, at=A_TUESDAY),
        lambda: change_unit(session, unit, UnitDetails("Vinter", phone=odd), by=A_COMMAND, at=A_TUESDAY),
        lambda: add_person(session, "ny@example.se", PersonDetails(odd), by=A_COMMAND, at=A_TUESDAY),
        lambda: change_person(session, person, PersonDetails(odd), by=A_COMMAND, at=A_TUESDAY),
    ):
        with pytest.raises(BadCharacters):
            act()
