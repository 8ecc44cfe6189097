"""A case that is put on a draft is told of when the agenda is sent, and only then; what stands there is told once."""

import pytest
from sqlalchemy import select, update
from support.houses.small_house import MONDAY, SmallHouse
from support.meetings.meeting_acts import AUTUMN, SPRING, MeetingActs

from cases.case import Case, case_to_change
from cases.handing_in import Reporter
from cases.meetings.agenda_items import SettledHow, choose_for_agenda
from cases.parties import Party
from cases.states import State

PUT, IN_JUNE = "case.put_on_agenda", MONDAY.replace(month=6)


@pytest.fixture
def meetings(small_house: SmallHouse) -> MeetingActs:
    return MeetingActs(small_house)


def told(meetings: MeetingActs, ref: str) -> list[dict[str, object]]:
    return [event.facts for event in meetings.house.events(ref, PUT)]


def test_a_draft_tells_nothing_and_what_is_left_out_of_it_is_never_told(meetings: MeetingActs) -> None:
    number, (kept, left) = meetings.call(), [meetings.house.reach(State.ASSIGNED) for _ in range(2)]
    meetings.put(number, kept, left)
    meetings.put(number, kept)
    assert (told(meetings, kept), told(meetings, left)) == ([], [])
    meetings.send(number)
    facts = {"why": "chosen", "meeting_on": SPRING.isoformat(), "meeting": number}
    assert (told(meetings, kept), told(meetings, left)) == ([facts], [])


def test_what_is_put_on_an_agenda_that_is_sent_is_told_at_once(meetings: MeetingActs) -> None:
    number, (first, late, left) = meetings.call(), [meetings.house.reach(State.ASSIGNED) for _ in range(3)]
    meetings.put(number, first, left)
    meetings.put(number, first)
    meetings.send(number)
    meetings.put(number, first, late, left)
    assert [len(told(meetings, ref)) for ref in (first, late, left)] == [1, 1, 1]


def test_an_agenda_that_nobody_chose_tells_of_what_it_takes_up(meetings: MeetingActs) -> None:
    ref, number = meetings.house.reach(State.ASSIGNED), meetings.call()
    meetings.house.change(ref, State.PARKED, due_on=SPRING, reason="Efter budgeten")
    meetings.send(number)
    assert [facts["why"] for facts in told(meetings, ref)] == ["parked"]


def test_what_the_waiting_or_a_person_put_there_is_told_then_and_not_again(meetings: MeetingActs) -> None:
    number, waits, chosen = meetings.call(), meetings.waiting(), meetings.house.reach(State.ASSIGNED)
    with meetings.house.database.transaction() as session:
        choose_for_agenda(session, case_to_change(session, chosen), by=meetings.house.actors["contact"], at=MONDAY)
    before = [told(meetings, ref) for ref in (waits, chosen)]
    assert [facts["meeting"] for (facts,) in before] == [number, number]
    meetings.put(number, waits, chosen)
    meetings.send(number)
    assert [told(meetings, ref) for ref in (waits, chosen)] == before


def test_a_case_is_told_of_once_more_when_it_is_chosen_again_but_not_when_it_is_carried_over(
    meetings: MeetingActs,
) -> None:
    number, (noted, carried) = meetings.call(), [meetings.house.reach(State.ASSIGNED) for _ in range(2)]
    meetings.put(number, noted, carried)
    meetings.send(number)
    meetings.settle(number, 1, SettledHow.NOTED)
    meetings.settle(number, 2, SettledHow.POSTPONED)
    meetings.close(number)
    following = meetings.call(AUTUMN, at=IN_JUNE)
    meetings.put(following, noted, carried, at=IN_JUNE)
    meetings.send(following, at=IN_JUNE)
    assert [len(told(meetings, ref)) for ref in (noted, carried)] == [2, 1]


def test_another_body_is_named_where_it_takes_the_case_up(meetings: MeetingActs) -> None:
    number, ref = meetings.call(body="byggnamnd"), meetings.house.reach(State.ASSIGNED)
    meetings.put(number, ref)
    meetings.send(number)
    assert [facts["body"] for facts in told(meetings, ref)] == ["byggnamnd"]
    of_forum = meetings.call()
    meetings.put(of_forum, ref)
    meetings.send(of_forum)
    assert [facts.get("body") for facts in told(meetings, ref)] == ["byggnamnd", None]


def test_a_case_whose_reporter_became_protected_on_the_draft_is_not_told_of(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.house.reach(State.ASSIGNED, reporter=Reporter("Siv", "siv@hemma.example"))
    meetings.put(number, ref)
    with meetings.house.database.transaction() as session:
        reporter = select(Case.reporter_id).where(Case.ref == ref).scalar_subquery()
        session.execute(update(Party).where(Party.id == reporter).values(protected=True))
    meetings.send(number)
    assert told(meetings, ref) == []
