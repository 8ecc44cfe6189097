"""Actors: who is staff, who is a contact person, and who is neither, whatever their role is called."""

import pytest
from support.houses.small_house import CALENDAR, MONDAY, SINCE, SmallHouse

from cases.access.actors import Actor, actor_for
from cases.history.words import Visibility
from cases.organisation.people import Membership, Person, Role
from cases.organisation.units import UnitKind
from cases.reading.visibility import may_read, may_see
from cases.states import State

A_UNIT = {
    UnitKind.DESK: "desk",
    UnitKind.DEPARTMENT: "gata",
    UnitKind.BOARD: "byggnamnd",
    UnitKind.GROUP: "norrby",
    UnitKind.FORUM: "forum",
    UnitKind.COUNCIL: "council",
}
NOBODY, STAFF, CONTACT = (False, False), (True, False), (True, True)
IS = {  # by kind of unit: (is staff, is contact person) for contact, officer, head, member
    UnitKind.DESK: (CONTACT, STAFF, STAFF, NOBODY),
    UnitKind.DEPARTMENT: (STAFF, STAFF, STAFF, NOBODY),
    UnitKind.BOARD: (STAFF, STAFF, STAFF, NOBODY),
    UnitKind.GROUP: (NOBODY,) * 4,
    UnitKind.FORUM: (NOBODY,) * 4,
    UnitKind.COUNCIL: (NOBODY,) * 4,
}
ROLES = (Role.CONTACT, Role.OFFICER, Role.HEAD, Role.MEMBER)


def newcomer(house: SmallHouse, *posts: tuple[Role, str]) -> Actor:
    """Somebody new who holds these roles in these units."""
    with house.database.transaction() as session:
        person = Person(email="ny@example.se", name="Ny")
        session.add(person)
        session.flush()
        for role, unit in posts:
            unit_id = house.unit_id(unit) if unit else None
            session.add(Membership(person_id=person.id, unit_id=unit_id, role=role, since=SINCE))
        session.flush()
        found = actor_for(session, person.id, on=CALENDAR.day_of(MONDAY))
        assert found is not None
        return found


@pytest.mark.parametrize("kind", UnitKind)
@pytest.mark.parametrize("role", ROLES)
def test_staff_work_at_the_desk_in_a_department_or_for_a_board(small_house: SmallHouse, kind: UnitKind, role: Role):
    actor = newcomer(small_house, (role, A_UNIT[kind]))
    assert (actor.is_staff, actor.is_contact) == IS[kind][ROLES.index(role)]
    assert not actor.is_admin


def test_an_admin_is_staff_and_no_contact_person(small_house: SmallHouse):
    actor = newcomer(small_house, (Role.ADMIN, ""))
    assert (actor.is_staff, actor.is_admin, actor.is_contact) == (True, True, False)


def test_who_sits_in_a_group_and_in_a_department_is_staff(small_house: SmallHouse):
    assert newcomer(small_house, (Role.HEAD, "norrby"), (Role.OFFICER, "gata")).is_staff


@pytest.mark.parametrize("role", ROLES)
def test_a_villager_sees_their_own_groups_cases_and_no_internal_words(small_house: SmallHouse, role: Role):
    own, other = small_house.reach(State.ASSIGNED, group="norrby"), small_house.reach(State.ASSIGNED)
    villager = newcomer(small_house, (role, "norrby"), (role, "forum"))
    assert may_see(villager, small_house.case(own))
    with small_house.database.reading():
        assert not may_see(villager, small_house.case(other))
    assert not may_read(villager, small_house.case(own), Visibility.INTERNAL)
