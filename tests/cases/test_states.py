"""The life of a case: the table has no dead end, and each step is taken by those who may, and by nobody else."""

import pytest
from support.houses.small_house import A_DATE, STEPS_TO, SmallHouse

from cases.history.events import EVENT_TYPES
from cases.progress import EFFECTS, WaitingFor
from cases.refusals import NotAllowed, TransitionNotAllowed
from cases.states import CLOCK_OF, ENDED, OPEN, STEPS, RunsOut, State, Step, Who, steps_between, steps_open_to


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_state_has_a_clock_and_can_be_reached_and_left(state: State) -> None:
    assert state in CLOCK_OF
    assert state is State.RECEIVED or any(step.to is state and step.sources - {state} for step in STEPS)
    assert any(state in step.sources and step.to is not state for step in STEPS)


@pytest.mark.parametrize("state", sorted(ENDED))
def test_every_end_can_be_reached_and_reopened(state: State) -> None:
    assert any(step.to is state for step in STEPS)
    assert [step.name for step in steps_between(state, State.ASSIGNED)] == ["reopen"]
    assert {step.to for step in STEPS if state in step.sources} == {State.ASSIGNED}


@pytest.mark.parametrize("state", sorted(OPEN))
def test_what_runs_out_by_itself_is_in_the_table(state: State) -> None:
    by_clock = {step.to for step in STEPS if state in step.sources and Who.CLOCK in step.who}
    ends = {RunsOut.LADDER: set(), RunsOut.TAKEN_UP: {State.RECEIVED}, RunsOut.CLOSED: {State.CLOSED}}
    assert by_clock == ends[CLOCK_OF[state]]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.name}-{step.to}")
def test_every_step_has_an_effect_and_an_event(step: Step) -> None:
    assert step.name in EFFECTS
    assert step.event in EVENT_TYPES


def test_no_effect_is_without_a_step() -> None:
    assert set(EFFECTS) == {step.name for step in STEPS}


@pytest.mark.parametrize("step", [step for step in STEPS if step.to in ENDED | {State.PARKED, State.DONE}])
def test_nothing_ends_or_is_let_go_by_a_person_without_words(step: Step) -> None:
    assert {"note", "reason"} & set(step.needs) or step.who <= {Who.CLOCK, Who.REPORTER, Who.GROUP}  # who asked


def test_nothing_is_sent_back_without_words() -> None:
    assert all("reason" in step.needs for step in STEPS if step.event == "case.sent_back")


def test_a_waiting_case_is_offered_only_the_way_back_to_where_it_came_from() -> None:
    offered = steps_open_to(State.WAITING, frozenset({Who.UNIT}), came_from=State.PLANNED)
    assert [step.to for step in offered if step.name == "answer"] == [State.PLANNED]


# --- who may take each step -----------------------------------------------------------------

TO_ONE_OF_GATAS = {  # what somebody is to a case that Rut asked for Norrby and gata's officer holds
    "contact": {Who.CONTACT, Who.STAFF},
    "desk_head": {Who.STAFF},
    "head": {Who.UNIT, Who.HEAD, Who.STAFF},
    "officer": {Who.UNIT, Who.STAFF},
    "water_officer": {Who.STAFF},
    "member": {Who.GROUP},
    "neighbour": set(),
    "board_member": set(),
    "admin": {Who.STAFF},
    "reporter": {Who.REPORTER},
    "visitor": set(),
    "clock": {Who.CLOCK},
}
TO_ONE_OF_THE_DESKS = TO_ONE_OF_GATAS | {
    "contact": {Who.CONTACT, Who.STAFF, Who.UNIT},
    "desk_head": {Who.STAFF, Who.UNIT, Who.HEAD},
    "head": {Who.STAFF},
    "officer": {Who.STAFF},
}
GIVEN = {
    "responsible": "vatten",
    "officer": "colleague@example.se",
    "due_on": A_DATE,
    "note": "Så här blir det.",
    "reason": "Därför.",
    "waiting_for": WaitingFor("reporter"),
}
ARROWS = [(source, step) for step in STEPS for source in sorted(step.sources - {State.MERGED})]
ARROWS = [(source, step) for source, step in ARROWS if step.name != "answer" or step.to is State.ASSIGNED]


def arrow_name(value: object) -> str:
    return getattr(value, "name", str(value))


@pytest.mark.parametrize(("source", "step"), ARROWS, ids=arrow_name)
def test_each_step_is_for_those_whom_the_table_names(small_house: SmallHouse, source: State, step: Step) -> None:
    known = TO_ONE_OF_THE_DESKS if source is State.RECEIVED else TO_ONE_OF_GATAS
    given = {need: GIVEN[need] for need in step.needs if need != "into"}
    if step.name in {"wait", "answer"}:
        given["note"] = "Vilken lykta?"
    if step.to is State.MERGED:
        given["into"] = small_house.hand_in("En annan")
    ref = small_house.reach(source, group="norrby")
    for who, what in known.items():
        what = what | {Who.ASKED} if who in {"reporter", "member"} and source is State.WAITING else what
        if step.who & what:
            small_house.change(ref, step.to, by=who, **given)
            written = "case.confirmed" if step.name == "confirm" else step.event  # a yes of one of the two
            assert written in {event.type for event in small_house.events(ref)}
            ref = small_house.reach(source, group="norrby")
        elif not _has_another_way(source, step, what):
            with pytest.raises(NotAllowed):
                small_house.change(ref, step.to, by=who, **given)


def _has_another_way(source: State, step: Step, what: set[Who]) -> bool:
    return any(other.who & what for other in steps_between(source, step.to))


def test_every_step_that_the_life_of_a_case_lacks_is_refused_to_everybody(small_house: SmallHouse) -> None:
    for source in sorted(STEPS_TO):
        ref = small_house.reach(source)
        for to in State:
            if not steps_between(source, to):
                for who in ("contact", "clock", "command"):
                    with pytest.raises(TransitionNotAllowed):
                        small_house.change(ref, to, by=who)


def test_only_the_head_and_the_contact_person_appoint_another_officer(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    with pytest.raises(NotAllowed):
        small_house.change(ref, State.ASSIGNED, by="officer", officer="colleague@example.se")
    case = small_house.change(ref, State.ASSIGNED, by="head", officer="colleague@example.se")
    assert case.officer_id == small_house.actors["colleague"].person_id


def test_only_the_contact_person_gives_a_case_to_another_unit(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    for to, what in ((State.ASSIGNED, {}), (State.PLANNED, {"due_on": A_DATE}), (State.IN_PROGRESS, {})):
        for who in ("officer", "head"):
            with pytest.raises(NotAllowed):
                small_house.change(ref, to, by=who, responsible="vatten", **what)
    assert small_house.change(ref, State.ASSIGNED, responsible="vatten").responsible.slug == "vatten"
