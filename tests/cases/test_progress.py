"""Progress: what a step needs, what it sets, and the ways back."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from support.houses.small_house import A_DATE, CALENDAR, MONDAY, SmallHouse

from cases.access.actors import HeldRole
from cases.case import case_to_change
from cases.deadlines.policies import Policy
from cases.history.words import Visibility, Words
from cases.organisation.people import Membership, Role
from cases.organisation.units import UnitKind
from cases.progress import WaitingFor
from cases.refusals import (
    CannotHoldCases,
    DateNeeded,
    DateOutside,
    NameNeeded,
    NotAllowed,
    TransitionNotAllowed,
    UnknownName,
    WordsNeeded,
)
from cases.states import State

DAY = timedelta(days=1)
TODAY = CALENDAR.day_of(MONDAY)
A_TEXT = "Därför att"


@pytest.mark.parametrize(
    ("to", "what", "refusal"),
    [
        (State.PLANNED, {}, DateNeeded),
        (State.PLANNED, {"due_on": TODAY - DAY}, DateOutside),
        (State.PLANNED, {"due_on": date(2046, 1, 1)}, DateOutside),
        (State.PLANNED, {"due_on": A_DATE, "promised_on": TODAY - DAY}, DateOutside),
        (State.PLANNED, {"due_on": A_DATE, "promised_on": date(9999, 1, 1)}, DateOutside),
        (State.PARKED, {"reason": A_TEXT}, DateNeeded),
        (State.PARKED, {"reason": A_TEXT, "due_on": TODAY}, DateOutside),
        (State.PARKED, {"reason": A_TEXT, "due_on": date(2027, 3, 3)}, DateOutside),
        (State.PARKED, {"due_on": A_DATE}, WordsNeeded),
        (State.WAITING, {}, NameNeeded),
        (
            State.WAITING,
            {"waiting_for": WaitingFor("reporter"), "note": "Var?", "due_on": date(2026, 6, 8)},
            DateOutside,
        ),
        (State.WAITING, {"waiting_for": WaitingFor("unit", unit="ingen")}, UnknownName),
        (State.WAITING, {"waiting_for": WaitingFor("other")}, NameNeeded),
        (State.DONE, {"note": "  "}, WordsNeeded),
        (State.DECLINED, {}, WordsNeeded),
        (State.MERGED, {"reason": A_TEXT}, NameNeeded),
        (State.MERGED, {"reason": A_TEXT, "into": "2026-9999"}, UnknownName),
        (State.ASSIGNED, {"responsible": "byggnamnd"}, CannotHoldCases),
        (State.ASSIGNED, {"responsible": "forum"}, CannotHoldCases),
        (State.ASSIGNED, {"responsible": "ingen"}, UnknownName),
        (State.ASSIGNED, {"responsible": "vatten", "officer": "officer@example.se"}, UnknownName),
    ],
)
def test_a_step_without_what_it_needs_is_refused_and_nothing_happens(
    small_house: SmallHouse, to: State, what: dict[str, object], refusal: type[Exception]
) -> None:
    ref = small_house.reach(State.ASSIGNED)
    before = small_house.case(ref).version
    with pytest.raises(refusal):
        small_house.change(ref, to, **what)
    assert (small_house.case(ref).state, small_house.case(ref).version) == (State.ASSIGNED, before)


@pytest.mark.parametrize(
    ("serves", "is_named"),
    [
        ({"since": TODAY}, True),
        ({"since": TODAY + DAY}, False),
        ({"until": TODAY + DAY}, True),
        ({"until": TODAY}, False),
    ],
)
def test_an_officer_is_named_only_on_a_day_on_which_they_serve(
    small_house: SmallHouse, serves: dict[str, date], is_named: bool
) -> None:
    ref = small_house.hand_in()
    with small_house.database.transaction() as session:
        own = Membership.person_id == small_house.actors["officer"].person_id
        session.execute(update(Membership).where(own).values(serves))
    with nullcontext() if is_named else pytest.raises(UnknownName):
        small_house.change(ref, State.ASSIGNED, responsible="gata", officer="officer@example.se")


def test_a_day_off_rolls_forward_and_is_echoed(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    case = small_house.change(ref, State.PLANNED, by="officer", due_on=date(2026, 6, 19))
    assert CALENDAR.day_of(case.due_at) == case.promised_on == date(2026, 6, 22)
    facts = small_house.events(ref, "case.planned")[0].facts
    assert (facts["due_on"], facts["asked_for"]) == ("2026-06-22", "2026-06-19")


@pytest.mark.parametrize(("state", "days"), [(State.ASSIGNED, 8), (State.IN_PROGRESS, 40), (State.WAITING, 20)])
def test_a_state_has_its_usual_clock(small_house: SmallHouse, state: State, days: int) -> None:
    case = small_house.case(small_house.reach(state))
    assert CALENDAR.day_of(case.due_at) == CALENDAR.add_working_days(TODAY, days)


# --- the step that was chosen ---------------------------------------------------------------------


def test_staff_who_are_in_the_group_too_reopen_when_they_chose_so(small_house: SmallHouse) -> None:
    officer, norrby = small_house.actors["officer"], small_house.unit_id("norrby")
    small_house.actors["both"] = replace(officer, roles=(*officer.roles, HeldRole(norrby, Role.MEMBER, UnitKind.GROUP)))
    for chosen, event in (("reopen", "case.reopened"), ("contest", "case.contested"), (None, "case.contested")):
        ref = small_house.reach(State.DONE, group="norrby")
        small_house.change(ref, State.ASSIGNED, by="both", step=chosen, note="Igen")
        assert small_house.events(ref)[-1].type == event


@pytest.mark.parametrize(
    ("state", "step", "to", "what", "refusal"),
    [
        (State.WAITING, "assign", State.ASSIGNED, {}, NameNeeded),  # not read as an answer
        (State.ASSIGNED, "hand_over", State.ASSIGNED, {"officer": "colleague@example.se"}, NameNeeded),
        (State.ASSIGNED, "hand_over", State.ASSIGNED, {"responsible": "gata"}, NameNeeded),
        (State.ASSIGNED, "appoint", State.ASSIGNED, {"responsible": "vatten"}, NameNeeded),
        (State.ASSIGNED, "assign", State.ASSIGNED, {"responsible": "vatten"}, TransitionNotAllowed),
        (State.ASSIGNED, "plan", State.IN_PROGRESS, {"due_on": A_DATE}, TransitionNotAllowed),
        (State.ASSIGNED, "fly", State.ASSIGNED, {"responsible": "vatten"}, TransitionNotAllowed),
        (State.DONE, "contest", State.ASSIGNED, {"note": A_TEXT}, NotAllowed),
    ],
)
def test_the_chosen_step_is_refused_rather_than_another_one_taken(
    small_house: SmallHouse, state: State, step: str, to: State, what: dict[str, object], refusal: type[Exception]
) -> None:
    ref = small_house.reach(state)
    before = small_house.case(ref).version
    with pytest.raises(refusal):
        small_house.change(ref, to, step=step, **what)
    assert (small_house.case(ref).state, small_house.case(ref).version) == (state, before)


# --- waiting and answering ----------------------------------------------------------------------


def ask(house: SmallHouse, ref: str, waiting_for: WaitingFor, *, at: datetime = MONDAY, by: str = "officer") -> None:
    house.change(ref, State.WAITING, by=by, at=at, waiting_for=waiting_for, note="Var ligger det?")


def test_an_answer_by_the_one_asked_goes_on_where_the_case_was(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    ask(small_house, ref, WaitingFor("reporter"))
    small_house.comment(ref, "Vid bron.", by="reporter", at=MONDAY + DAY)
    case = small_house.case(ref)
    assert (case.state, CALENDAR.day_of(case.due_at), case.waiting_for) == (State.PLANNED, A_DATE, None)
    assert [event.actor for event in small_house.events(ref, "case.answered")] == ["reporter"]


def test_a_group_that_handed_in_answers_what_it_is_asked(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED, group="norrby")
    ask(small_house, ref, WaitingFor("reporter"))
    small_house.comment(ref, "Vid bron.", by="member", at=MONDAY + DAY)
    assert small_house.case(ref).state is State.PLANNED
    assert [event.actor for event in small_house.events(ref, "case.answered")] == ["person"]


def test_a_date_that_has_passed_meanwhile_is_set_anew(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    ask(small_house, ref, WaitingFor("reporter"))
    late = CALENDAR.morning_of(A_DATE + 7 * DAY)
    case = small_house.change(ref, State.PLANNED, by="officer", at=late)
    assert CALENDAR.day_of(case.due_at) == CALENDAR.add_working_days(A_DATE + 7 * DAY, 8)


@pytest.mark.parametrize("state", [State.RECEIVED, State.ASSIGNED, State.PLANNED, State.IN_PROGRESS])
def test_a_waiting_case_goes_back_only_to_where_it_came_from(small_house: SmallHouse, state: State) -> None:
    ref = small_house.reach(state)
    ask(small_house, ref, WaitingFor("other", name="Trafikverket"), by="contact")
    for other in {State.RECEIVED, State.PLANNED, State.IN_PROGRESS} - {state}:
        with pytest.raises(TransitionNotAllowed):
            small_house.change(ref, other, due_on=A_DATE)
    assert small_house.change(ref, state, at=MONDAY + DAY).state is state


def test_the_unit_that_is_asked_answers_and_nobody_else_does(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    ask(small_house, ref, WaitingFor("unit", unit="byggnamnd"))
    for who in ("neighbour", "member", "visitor"):
        with pytest.raises(NotAllowed):
            small_house.comment(ref, "Ja", by=who)
    small_house.comment(ref, "Bygglov finns.", by="board_member")
    assert small_house.case(ref).state is State.ASSIGNED


def test_the_contact_person_can_answer_for_somebody_or_assign_anew(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    ask(small_house, ref, WaitingFor("reporter"))
    assert small_house.change(ref, State.ASSIGNED, note="Hon ringde").responsible.slug == "gata"
    ask(small_house, ref, WaitingFor("reporter"))
    assert small_house.change(ref, State.ASSIGNED, responsible="vatten").responsible.slug == "vatten"
    assert len(small_house.events(ref, "case.answered")) == 1


# --- sending back, contesting, reopening -----------------------------------------------------------


def test_sending_back_is_counted_and_brings_the_case_to_the_desk(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    for unit, who in (("gata", "officer"), ("vatten", "water_officer")):
        small_house.change(ref, State.ASSIGNED, responsible=unit)
        case = small_house.change(ref, State.RECEIVED, by=who, reason="Inte vår")
    assert (case.sent_back_count, case.responsible.slug) == (2, "desk")
    assert [event.facts["by_unit"] for event in small_house.events(ref, "case.sent_back")] == ["gata", "vatten"]


@pytest.mark.parametrize("who", ["reporter", "member"])
def test_what_is_done_is_contested_by_the_one_who_asked_or_the_group(small_house: SmallHouse, who: str) -> None:
    ref = small_house.reach(State.DONE, group="norrby")
    case = small_house.change(ref, State.ASSIGNED, by=who, note="Det är kvar", at=MONDAY + 13 * DAY)
    assert (case.state, case.responsible.slug) == (State.ASSIGNED, "gata")
    assert [event.type for event in small_house.events(ref)][-1] == "case.contested"


@pytest.mark.parametrize("who", ["reporter", "member"])
def test_after_the_fourteen_days_only_staff_reopen(small_house: SmallHouse, who: str) -> None:
    ref = small_house.reach(State.DONE, group="norrby")
    small_house.sweep(MONDAY + 15 * DAY)
    with pytest.raises(NotAllowed):
        small_house.change(ref, State.ASSIGNED, by=who, note="Det är kvar", at=MONDAY + 15 * DAY)
    small_house.change(ref, State.ASSIGNED, by="officer", note="Vi tittar igen", at=MONDAY + 15 * DAY)
    assert [event.type for event in small_house.events(ref)][-1] == "case.reopened"


def test_what_is_said_against_it_is_not_for_everybody(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE)
    small_house.change(ref, State.ASSIGNED, by="reporter", note="Det luktar hos min granne Rut.")
    with small_house.database.reading() as session:
        said = session.scalars(select(Words).where(Words.field == "note").order_by(Words.id.desc())).first()
        assert said is not None
        assert (said.text, said.visibility) == ("Det luktar hos min granne Rut.", Visibility.PARTICIPANTS)


def test_a_command_reopens_and_contests_nothing(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE)
    small_house.change(ref, State.ASSIGNED, by="command", note="Igen")
    assert [event.type for event in small_house.events(ref)][-1] == "case.reopened"


def test_a_reopened_case_of_a_unit_that_is_gone_comes_to_the_desk(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.CLOSED)
    with small_house.database.transaction() as session:
        case_to_change(session, ref).responsible.switch_off()
    assert small_house.change(ref, State.ASSIGNED, note="Igen").responsible.slug == "desk"


# --- policies ------------------------------------------------------------------------------------------


def test_a_case_keeps_its_policy_until_it_is_taken_up(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    kept = small_house.case(ref).policy_id
    with small_house.database.transaction() as session:
        session.add(Policy(scope="*/*/*", version=2, name="Nytt", terms={"look_days": 5, "answer_days": 3}))
    case = small_house.change(ref, State.ASSIGNED, responsible="vatten")
    assert (case.policy_id, CALENDAR.day_of(case.due_at)) == (kept, CALENDAR.add_working_days(TODAY, 8))
    small_house.change(ref, State.PARKED, due_on=date(2026, 6, 1), reason="Senare")
    small_house.sweep(CALENDAR.morning_of(date(2026, 6, 1)))
    case = small_house.case(ref)
    assert case.policy_id != kept
    assert CALENDAR.day_of(case.due_at) == CALENDAR.add_working_days(date(2026, 6, 1), 5)


def test_parking_is_for_twelve_months_at_most_and_can_be_moved(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PARKED)
    case = small_house.change(ref, State.PARKED, due_on=date(2027, 3, 2), reason="Nästa år")
    assert CALENDAR.day_of(case.due_at) == date(2027, 3, 2)
    case = small_house.change(ref, State.RECEIVED, at=MONDAY + DAY)
    assert (case.state, case.responsible.slug) == (State.RECEIVED, "desk")
