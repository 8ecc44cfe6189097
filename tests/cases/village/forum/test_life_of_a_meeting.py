"""A meeting from the calling to the adjusted minutes: one case owes it, and each item is settled."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import MONDAY, SmallHouse
from support.meetings.meeting_acts import AT_TABLE, AUTUMN, SPRING, MeetingActs

from cases.access.actors import A_VISITOR, Actor
from cases.meetings.agenda_items import SettledHow
from cases.meetings.invited import Invited
from cases.meetings.meeting import MeetingSort
from cases.meetings.resolution import Verdict
from cases.refusals import (
    AgendaNotSent,
    AgendaSent,
    AlreadyThere,
    DateOutside,
    FieldRefusal,
    ItemSettled,
    ItemsUnsettled,
    MeetingOver,
    NotAllowed,
    NotClosed,
    OpenItem,
    StaleAgenda,
    UnknownName,
    WordsNeeded,
)
from cases.states import State
from cases.village.forum.choosing import WantedItem
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.convening.rearranging import Rearrangement, cancel_meeting, move_meeting
from cases.village.forum.minutes.settling import Settling
from cases.village.forum.reading.agenda import agenda_shown


@pytest.fixture
def meetings(small_house: SmallHouse) -> MeetingActs:
    return MeetingActs(small_house)


def test_v15_a_meeting_is_one_case_from_the_calling_to_the_adjusted_minutes(meetings: MeetingActs) -> None:
    number = meetings.call()
    home = meetings.home(number)
    assert (home.obligation, home.subject, home.state) == ("agenda", str(number), State.PLANNED)
    assert meetings.due_on(number) == SPRING - timedelta(days=28)
    meetings.send(number)
    sent = meetings.home(number)
    assert (sent.id, sent.obligation, sent.responsible_id) == (home.id, "minutes", meetings.house.unit_id("desk"))
    assert meetings.due_on(number) == SPRING + timedelta(days=14)
    meetings.close(number)
    meetings.adjust(number, "representative@example.se", on=SPRING + timedelta(days=5))
    done = meetings.home(number)
    assert (done.id, done.state) == (home.id, State.DONE)
    types = [event.type for event in meetings.house.events(home.ref)]
    told = ["meeting.called", "meeting.agenda_sent", "meeting.held", "minutes.adjusted"]
    assert [one for one in types if one in told] == told
    meeting = meetings.meeting(number)
    assert (meeting.agenda_sent_on, meeting.closed_on) == (date(2026, 3, 2), SPRING)
    assert meeting.adjusted_on == SPRING + timedelta(days=5)


def test_a_meeting_called_late_owes_its_agenda_at_once(meetings: MeetingActs) -> None:
    number = meetings.call(MONDAY.date() + timedelta(days=7))
    assert meetings.due_on(number) == MONDAY.date()


def test_the_meeting_gives_what_the_body_owed(meetings: MeetingActs) -> None:
    meetings.house.sweep(MONDAY)
    with meetings.house.database.reading() as session:
        from cases.village.owing import open_case

        assert (owed := open_case(session, "meeting", "forum")) is not None
    meetings.call(sort=MeetingSort.THEME)
    assert meetings.house.case(owed.ref).state is State.PLANNED, "a theme meeting is not the next ordinary one"
    meetings.call(name="Vårens forum")
    assert meetings.house.case(owed.ref).state is State.DONE


def test_who_waited_is_answered_in_the_act_that_settles_it_with_the_words(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    meetings.put(number, ref, "# Rapport")
    meetings.send(number)
    meetings.recommend(ref, number, 1, Verdict.PARTLY, "Halva vägen.", amount_ore=1_200_000)
    case, events = meetings.house.case(ref), meetings.house.events(ref)
    assert case.state is State.ASSIGNED
    act = [event.type for event in events if event.act_seq == events[-1].act_seq]
    assert act == ["case.answered", "case.settled_on_agenda", "case.recommended"]
    assert events[-1].facts["amount_ore"] == 1_200_000
    with pytest.raises(ItemSettled):
        meetings.settle(number, 1, SettledHow.NOTED)
    meetings.settle(number, 2, SettledHow.NOTED, "Tack.")
    meetings.close(number)


def test_line_14_a_meeting_with_an_unsettled_item_is_not_closed_and_what_is_postponed_is_on_the_next_agenda_once(
    meetings: MeetingActs,
) -> None:
    number, ref = meetings.call(), meetings.waiting()
    following = meetings.call(AUTUMN)
    meetings.put(number, ref, "# Budget")
    meetings.send(number)
    with pytest.raises(ItemsUnsettled) as refused:
        meetings.close(number, Settling(1, SettledHow.POSTPONED))
    assert refused.value.items == (OpenItem(2, "Budget"),)
    assert meetings.items(number)[0].settled_at is None, "a closing that is refused settles nothing"
    meetings.close(number, Settling(1, SettledHow.POSTPONED), Settling(2, SettledHow.POSTPONED))
    assert [(item.why, item.topic, item.settled_how) for item in meetings.items(None)] == [
        ("carried", None, None), ("carried", "Budget", None),
    ]  # fmt: skip
    assert meetings.house.case(ref).state is State.WAITING
    assert meetings.house.case(ref).due_at.date() == AUTUMN + timedelta(days=1)
    meetings.send(following, at=AT_TABLE + timedelta(days=1))
    assert len(meetings.items(following)) == 2 and meetings.items(None) == []


def test_line_15_after_the_adjustment_nothing_is_settled_again(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    meetings.send(number)
    meetings.close(number, Settling(1, SettledHow.NOTED))
    meetings.adjust(number)
    for act in (
        lambda: meetings.settle(number, 1, SettledHow.NOTED),
        lambda: meetings.recommend(ref, number, 1),
        lambda: meetings.put(number, "# Nytt"),
        lambda: meetings.adjust(number),
    ):
        with pytest.raises(MeetingOver):
            act()


def test_each_act_has_its_time(meetings: MeetingActs) -> None:
    number = meetings.call()
    with pytest.raises(AgendaNotSent):
        meetings.close(number)
    meetings.send(number)
    with pytest.raises(AgendaSent):
        meetings.send(number)
    with pytest.raises(NotClosed):
        meetings.adjust(number)
    with pytest.raises(DateOutside):
        meetings.close(number, at=MONDAY)
    meetings.close(number)
    with pytest.raises(MeetingOver):
        meetings.close(number)
    with pytest.raises(DateOutside):
        meetings.adjust(number, on=SPRING - timedelta(days=1))
    with pytest.raises(UnknownName):
        meetings.adjust(number, "nobody@example.se")


@pytest.mark.parametrize("by", ["officer", "representative", "member", "head"])
def test_only_the_desk_and_the_secretary_sit_at_the_table(meetings: MeetingActs, by: str) -> None:
    with pytest.raises(NotAllowed):
        meetings.call(by=by)
    number = meetings.call()
    for act in (meetings.send, meetings.close, meetings.adjust, meetings.put):
        with pytest.raises(NotAllowed):
            act(number, by=by)


def test_without_a_quorum_all_is_postponed_in_one_act(meetings: MeetingActs) -> None:
    number, refs = meetings.call(), [meetings.waiting(f"Fråga {n}") for n in range(3)]
    meetings.send(number)
    meetings.close(number, quorate=False)
    assert {item.settled_how for item in meetings.items(number)} == {SettledHow.POSTPONED}
    assert len(meetings.items(None)) == 3
    assert {meetings.house.case(ref).state for ref in refs} == {State.WAITING}
    assert meetings.meeting(number).quorate is False


def test_a_meeting_without_any_item_is_sent_and_closed(meetings: MeetingActs) -> None:
    number = meetings.call()
    meetings.send(number)
    meetings.close(number, present=("representative@example.se", "gast@example.org"))
    with meetings.house.database.reading() as session:
        came = select(Invited).where(Invited.meeting_id == number, Invited.present).order_by(Invited.id)
        rows = session.scalars(came).all()
    assert [(row.guest, row.party_id is not None) for row in rows] == [(False, False), (True, True)]


def test_a_case_that_ends_before_the_meeting_leaves_the_agenda_by_itself(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.house.reach(State.ASSIGNED)
    meetings.put(number, ref)
    meetings.send(number)
    meetings.house.change(ref, State.DONE, note="Lagat")
    assert [item.settled_how for item in meetings.items(number)] == [SettledHow.WITHDRAWN]
    meetings.close(number)


def test_a_moved_meeting_takes_along_what_waits_for_it(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    later = SPRING + timedelta(days=7)
    with meetings.house.database.transaction() as session:
        move_meeting(session, number, Rearrangement(held_on=later), by=meetings.house.actors["contact"], at=MONDAY)
    assert meetings.due_on(number) == later - timedelta(days=28)
    assert meetings.house.case(ref).due_at.date() == later + timedelta(days=1)
    assert meetings.house.events(meetings.home(number).ref, "meeting.moved")[0].facts["was"] == SPRING.isoformat()


def test_a_cancelled_meeting_owes_nothing_and_its_items_wait_for_the_next(meetings: MeetingActs) -> None:
    number, following, ref = meetings.call(), meetings.call(AUTUMN), meetings.waiting()
    meetings.put(number, ref)
    with meetings.house.database.transaction() as session:
        with pytest.raises(WordsNeeded):
            cancel_meeting(session, number, " ", by=meetings.house.actors["contact"], at=MONDAY)
        cancel_meeting(session, number, "För få kan.", by=meetings.house.actors["contact"], at=MONDAY)
    assert meetings.home(number).state is State.DECLINED
    assert [item.case_id for item in meetings.items(None)] == [meetings.house.case(ref).id]
    assert meetings.house.case(ref).due_at.date() == AUTUMN + timedelta(days=1)
    meetings.send(following)
    assert len(meetings.items(following)) == 1


def test_two_meetings_of_one_body_on_one_day_have_two_names(meetings: MeetingActs) -> None:
    first, second = meetings.call(), meetings.call(name="Tema", sort=MeetingSort.THEME)
    with pytest.raises(AlreadyThere):
        meetings.call()
    assert meetings.home(first).id != meetings.home(second).id
    board = meetings.call(body="byggnamnd")
    assert meetings.meeting(board).body_id == meetings.house.unit_id("byggnamnd")


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"body": "norrby"}, "body"),
        ({"body": "nope"}, "body"),
        ({"name": " "}, "name"),
        ({"on": date(1999, 1, 1)}, "held_on"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_by_its_field(
    meetings: MeetingActs, bad: dict[str, object], field: str
) -> None:
    with pytest.raises(FieldRefusal) as refused:
        meetings.call(**bad)
    assert refused.value.field == field


def test_v34_what_became_of_an_item_is_told_to_everybody_with_the_adjusted_minutes(meetings: MeetingActs) -> None:
    number = meetings.call()
    meetings.put(number, "# Budget")
    meetings.send(number)
    meetings.settle(number, 1, SettledHow.POSTPONED)
    contact = meetings.house.actors["contact"]
    assert [_told(meetings, number, by) for by in (A_VISITOR, contact)] == [None, SettledHow.POSTPONED]
    meetings.close(number)
    meetings.adjust(number)
    assert _told(meetings, number, A_VISITOR) is SettledHow.POSTPONED


def _told(meetings: MeetingActs, number: int, by: Actor) -> SettledHow | None:
    with meetings.house.database.reading() as session:
        item = agenda_shown(session, number, by=by, at=AT_TABLE).items[0]
    return item.how


def test_guests_are_invited_beside_those_who_sit_in_the_body(meetings: MeetingActs) -> None:
    guests = (
        Invitee("officer@example.se"),
        Invitee("Gast@Example.org", "En gäst"),
        Invitee("representative@example.se"),
    )
    number = meetings.call(sort=MeetingSort.THEME, invited=guests)
    with meetings.house.database.reading() as session:
        rows = session.scalars(select(Invited).where(Invited.meeting_id == number).order_by(Invited.id)).all()
        assert [(row.guest, row.party_id is None) for row in rows] == [(False, True), (True, True), (True, False)]


def test_what_is_withdrawn_has_a_reason_and_what_is_resolved_a_resolution(meetings: MeetingActs) -> None:
    number = meetings.call()
    meetings.put(number, "# En sak")
    meetings.send(number)
    with pytest.raises(WordsNeeded):
        meetings.settle(number, 1, SettledHow.WITHDRAWN)
    with pytest.raises(FieldRefusal):
        meetings.settle(number, 1, SettledHow.RESOLVED, "Ja")
    home = meetings.home(number).ref
    with pytest.raises(UnknownName):
        meetings.recommend(meetings.waiting(), number, 1)
    first = meetings.recommend(home, number, 1, aside=("representative@example.se",))
    meetings.recommend(home, number, 1, Verdict.NO, "Fel i protokollet.", replaces=first.id)
    with pytest.raises(AlreadyThere):
        meetings.recommend(home, number, 1, Verdict.NO, "Igen.", replaces=first.id)


def test_what_does_not_fit_on_an_agenda_that_nobody_has_chosen_is_proposed_for_the_next(
    meetings: MeetingActs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.village.forum.choosing.MOST_ITEMS", 2)
    number, refs = meetings.call(), [meetings.waiting(title) for title in ("Ett", "Två", "Tre")]
    meetings.send(number)
    assert len(meetings.items(number)) == 2
    left = [meetings.house.case(ref).id for ref in refs]
    assert [item.case_id for item in meetings.items(None)] == left[2:]


@pytest.mark.parametrize("chosen", [True, False])
def test_an_agenda_is_sent_only_as_the_caller_has_read_it(meetings: MeetingActs, chosen: bool) -> None:
    number = meetings.call()
    meetings.waiting()
    if chosen:
        meetings.put(number, "# Budget")
    version = meetings.meeting(number).agenda_revision
    for stale in (version + 1, -1):
        with pytest.raises(StaleAgenda):
            meetings.send(number, version=stale)
        assert meetings.meeting(number).agenda_sent_on is None
    meetings.send(number, version=version)
    assert [item.number for item in meetings.items(number)] == [1]


def test_a_place_in_the_list_groups_whatever_numbers_its_items_have(meetings: MeetingActs) -> None:
    number = meetings.call()
    meetings.put(number, "# A", "# B", "# C")
    moved = [WantedItem(topic="C", number=3), WantedItem(topic="A", number=1, under_place=1), WantedItem(topic="B")]
    meetings.put(number, *moved)
    first, second, third = meetings.items(number)
    assert [one.topic for one in (first, second, third)] == ["C", "A", "B"]
    assert (first.under_id, second.under_id, third.under_id) == (None, first.id, None)
    for wrong in (0, 2, 4):  # no such place, itself, and behind the last
        with pytest.raises(FieldRefusal) as refused:
            meetings.put(number, WantedItem(topic="A"), WantedItem(topic="B", under_place=wrong), WantedItem(topic="C"))
        assert refused.value.field == "items.1.under"
    chain = (WantedItem(topic="A"), WantedItem(topic="B", under_place=1), WantedItem(topic="C", under_place=2))
    with pytest.raises(FieldRefusal):
        meetings.put(number, *chain)
