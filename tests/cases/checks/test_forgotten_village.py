"""The independent check of the village method is seen to fail: each look finds what was broken, on each database."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from support.houses.small_house import MONDAY, SmallHouse
from support.plans.plan_acts import PlanActs

from cases.administration.reorganising import UnitDetails, add_unit, dissolve_unit
from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.checks.forgotten_village import VILLAGE_LOOKS
from cases.checks.looks import Breach
from cases.history.words import Visibility
from cases.organisation.units import UnitKind, unit_named
from cases.states import State

LATER = MONDAY + timedelta(days=4)
BESIDES = {"G4", "G6"}  # no letter is planned here; what was broken by hand breaks histories too


def _found(house: SmallHouse, days: int = 0) -> set[tuple[str, str, str]]:
    with house.database.reading() as session:
        found = find_forgotten(session, LATER + timedelta(days=days))
    return {(breach.guarantee, breach.what, breach.subject) for breach in found if breach.guarantee not in BESIDES}


def _break(house: SmallHouse, statement: str) -> None:
    """Do by hand what triggers refuse."""
    with house.database.transaction() as session:
        if house.database.is_sqlite:
            triggers = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in triggers:
                session.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        assert session.execute(text(statement)).rowcount > 0, "nothing was broken"


def _ref(house: SmallHouse, obligation: str, subject: str = "norrby") -> str:
    with house.database.reading() as session:
        owed = select(Case.ref).where(Case.obligation == obligation, Case.subject == subject, Case.due_at.is_not(None))
        return session.scalars(owed).one()


@pytest.fixture
def house(small_house: SmallHouse) -> SmallHouse:
    """A house whose groups owe what they owe, four days ago."""
    for day in range(5):
        small_house.sweep(MONDAY + timedelta(days=day))
    assert _found(small_house) == set()
    return small_house


def test_each_look_has_a_number_of_the_village_and_is_broken_here() -> None:
    in_registers = ["V3", "V3"]
    here, in_plans = ["V2", "V4", "V4", "V29", "V35", "V35"], ["V3", "V3", "V5", "V6", "V6", "V8", "V8"]
    assert sorted(look.guarantee for look in VILLAGE_LOOKS) == sorted([*here, *in_plans, *in_registers])


@pytest.mark.parametrize("obligation", ["plan", "contact"])
def test_v2_what_ought_to_be_owed_and_is_not_is_found_after_a_day(house: SmallHouse, obligation: str) -> None:
    _break(house, f"UPDATE \"case\" SET obligation = NULL, subject = NULL WHERE ref = '{_ref(house, obligation)}'")
    assert _found(house) == {("V2", "what ought to be owed is not", "norrby")}


def test_v2_a_new_group_and_what_was_given_have_a_day(house: SmallHouse) -> None:
    with house.database.transaction() as session:
        add_unit(session, "osterby", UnitKind.GROUP, UnitDetails("Österby"), by=house.actors["admin"], at=LATER)
    assert _found(house) == set()
    _break(house, "UPDATE \"case\" SET obligation = NULL, subject = NULL WHERE subject = 'osterby'")
    assert _found(house) == set()
    assert _found(house, days=2) == {("V2", "what ought to be owed is not", "osterby")}


def test_v2_a_house_that_nobody_has_looked_over_lacks_nothing_yet(small_house: SmallHouse) -> None:
    assert _found(small_house) == set()


@pytest.mark.parametrize(("obligation", "subject"), [("plan", "norrby"), ("contact", "norrby"), ("meeting", "forum")])
def test_v4_what_is_done_without_a_record_is_found(house: SmallHouse, obligation: str, subject: str) -> None:
    ref = _ref(house, obligation, subject)
    house.change(ref, State.DONE, note="Klart", fulfils=obligation, at=LATER)
    assert ("V4", "what was owed is done, and nothing was given", ref) in _found(house)
    house.sweep(LATER + timedelta(days=1))
    assert house.case(ref).state is State.CLOSED
    assert ("V4", "what was owed is done, and nothing was given", ref) in _found(house)


def test_v4_what_left_its_record_is_no_breach(house: SmallHouse) -> None:
    ref = _ref(house, "plan")
    PlanActs(house).adopted(at=LATER)
    assert house.case(ref).state is State.DONE
    assert _found(house) == set()


def test_v4_what_is_declined_while_its_group_is_there_is_found(house: SmallHouse) -> None:
    ref = _ref(house, "contact")
    house.change(ref, State.DECLINED, reason="Nej", fulfils="contact", at=LATER)
    assert _found(house) == {("V4", "what is owed was declined or merged, and its group is there", ref)}


def test_v4_what_ended_with_its_group_is_no_breach(house: SmallHouse) -> None:
    with house.database.transaction() as session:
        dissolve_unit(session, unit_named(session, "norrby"), "soderby", by=house.actors["admin"], at=LATER)
    assert _found(house, days=3) == set()


def test_v29_a_contact_that_is_too_far_away_is_found(house: SmallHouse) -> None:
    ref, far = _ref(house, "contact"), "'2027-06-01 06:00:00.000000'"
    moments = ", ".join(f"{name} = {far}" for name in ("next_at", "rung_at", "due_at"))
    _break(house, f"UPDATE \"case\" SET {moments} WHERE ref = '{ref}'")
    assert _found(house) == {("V29", "the next contact with a group is too far away", ref)}


def test_v29_a_contact_that_a_sweep_has_been_reminding_of_ahead_of_time_is_no_breach(house: SmallHouse) -> None:
    for days in (55, 60, 70, 80, 300):  # `ventil sweep --now`, and then `ventil forgotten` without it
        house.sweep(MONDAY + timedelta(days=days))
    assert _found(house) == set()


def test_v35_a_villager_who_writes_for_staff_alone_is_found(house: SmallHouse) -> None:
    ref = house.hand_in("Lampa", at=LATER)
    house.comment(ref, by="officer", visibility=Visibility.INTERNAL, at=LATER)
    assert _found(house) == set()
    villager = house.actors["member"].person_id
    _break(house, f"UPDATE event SET person_id = {villager} WHERE type = 'case.commented'")
    assert _found(house) == {("V35", "somebody who never worked here has written for staff alone", ref)}


def test_v35_a_villager_who_takes_a_step_of_the_desk_is_found(house: SmallHouse) -> None:
    ref = house.hand_in("Lampa", at=LATER)
    house.change(ref, State.DECLINED, reason="Inte vårt", at=LATER)
    assert _found(house) == set()
    villager = house.actors["member"].person_id
    _break(house, f"UPDATE event SET person_id = {villager} WHERE type = 'case.declined'")
    assert _found(house) == {("V35", "somebody who never worked here has taken a step of the desk", ref)}


def test_the_guarantee_of_a_breach_is_its_number(house: SmallHouse) -> None:
    assert vars(Breach("V2", "what ought to be owed is not", "norrby", "plan"))["guarantee"] == "V2"
