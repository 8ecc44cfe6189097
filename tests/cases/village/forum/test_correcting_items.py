"""An item that was settled wrongly is put right until the minutes are adjusted: the item once, its events twice."""

from datetime import timedelta

import pytest
from support.houses.small_house import MONDAY, SmallHouse
from support.meetings.meeting_acts import AT_TABLE, AUTUMN, SPRING, MeetingActs

from cases.meetings.agenda_items import SettledHow
from cases.meetings.resolution import Verdict
from cases.refusals import ItemOpen, ItemTakenUp, MeetingAhead, MeetingOver, NotAllowed, WordsNeeded
from cases.states import State
from cases.village.forum.minutes.recommending import correct_item
from cases.village.forum.minutes.settling import Settling
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.shown import AgendaItemShown


@pytest.fixture
def meetings(small_house: SmallHouse) -> MeetingActs:
    return MeetingActs(small_house)


def correct(
    meetings: MeetingActs, number: int, item: int, how: SettledHow, words: str = "", by: str = "contact", at=AT_TABLE
) -> None:
    with meetings.house.database.transaction() as session:
        given = Settling(item, how, words, corrects=True)
        correct_item(session, number, given, by=meetings.house.actors[by], at=at)


def shown(meetings: MeetingActs, number: int, item: int = 1) -> AgendaItemShown:
    with meetings.house.database.reading() as session:
        agenda = agenda_shown(session, number, by=meetings.house.actors["contact"], at=AT_TABLE)
    return next(one for one in agenda.items if one.number == item)


def types(meetings: MeetingActs, ref: str) -> list[str]:
    return [event.type for event in meetings.house.events(ref)]


def test_a_recommendation_is_replaced_with_its_words_until_the_minutes_are_adjusted(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    meetings.send(number)
    first = meetings.recommend(ref, number, 1, Verdict.YES, "Ja, absolut.", amount_ore=500_00, called="§ 4")
    meetings.close(number)
    second = meetings.recommend(ref, number, 1, Verdict.NO, "Nej, inte än.", corrects=True, called="§ 5")
    item = shown(meetings, number)
    assert (item.how, item.words, item.resolution and item.resolution.verdict) == (
        SettledHow.RESOLVED, "Nej, inte än.", Verdict.NO,
    )  # fmt: skip
    assert second.replaces_id == first.id
    assert types(meetings, ref).count("case.answered") == 1, "who waited was answered once"
    with pytest.raises(NotAllowed):
        meetings.recommend(ref, number, 1, Verdict.YES, corrects=True, by="officer")
    meetings.adjust(number)
    with pytest.raises(MeetingOver):
        meetings.recommend(ref, number, 1, Verdict.YES, corrects=True)
    with pytest.raises(MeetingOver):
        correct(meetings, number, 1, SettledHow.NOTED, "Nej")


def test_a_correction_that_changes_nothing_writes_nothing(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    meetings.send(number)
    given = {"words": "Ja.", "amount_ore": 500_00, "called": "§ 4", "aside": ("representative@example.se",)}
    first = meetings.recommend(ref, number, 1, Verdict.YES, **given)
    before = types(meetings, ref)
    assert meetings.recommend(ref, number, 1, Verdict.YES, corrects=True, **given).id == first.id
    assert types(meetings, ref) == before
    for other in ({"words": "Nja."}, {"amount_ore": None}, {"called": None}, {"aside": ()}):
        changed = meetings.recommend(ref, number, 1, Verdict.YES, corrects=True, **given | other)
        assert changed.id > first.id, other
        meetings.recommend(ref, number, 1, Verdict.YES, corrects=True, **given)


def test_what_was_noted_becomes_a_recommendation_and_back(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    meetings.send(number)
    meetings.settle(number, 1, SettledHow.NOTED, "Läst.")
    meetings.recommend(ref, number, 1, Verdict.PARTLY, "Till hälften.", corrects=True)
    assert (shown(meetings, number).how, shown(meetings, number).words) == (SettledHow.RESOLVED, "Till hälften.")
    with pytest.raises(WordsNeeded):
        correct(meetings, number, 1, SettledHow.NOTED)
    correct(meetings, number, 1, SettledHow.NOTED, "Vi bara läste det.")
    item = shown(meetings, number)
    assert (item.how, item.words) == (SettledHow.NOTED, "Vi bara läste det.")
    assert item.resolution is not None and item.resolution.verdict is Verdict.NOTED
    settled = [one.facts for one in meetings.house.events(ref) if one.type == "case.settled_on_agenda"]
    assert [(one["how"], one.get("corrects")) for one in settled] == [
        ("noted", None), ("resolved", True), ("noted", True),
    ]  # fmt: skip


def test_words_that_are_taken_back_are_not_read_any_more(meetings: MeetingActs) -> None:
    number = meetings.call()
    meetings.put(number, "# Budget")
    meetings.send(number)
    meetings.settle(number, 1, SettledHow.NOTED, "Fel ord.")
    correct(meetings, number, 1, SettledHow.NOTED)
    assert shown(meetings, number).words is None


def test_what_was_not_postponed_after_all_leaves_the_next_agenda_and_is_answered(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    following = meetings.call(AUTUMN)
    meetings.send(number)
    meetings.settle(number, 1, SettledHow.POSTPONED)
    assert [item.why for item in meetings.items(None)] == ["carried"]
    correct(meetings, number, 1, SettledHow.NOTED, "Vi har läst det.")
    assert meetings.items(None) == []
    assert meetings.house.case(ref).state is State.ASSIGNED
    correct(meetings, number, 1, SettledHow.POSTPONED)
    correct(meetings, number, 1, SettledHow.POSTPONED, "Vi hann inte.")
    assert [item.why for item in meetings.items(None)] == ["carried"], "once, however often it is said"
    meetings.close(number)
    meetings.put(following, ref, at=AT_TABLE + timedelta(days=1))
    with pytest.raises(ItemTakenUp):
        correct(meetings, number, 1, SettledHow.NOTED, at=AT_TABLE + timedelta(days=1))
    assert shown(meetings, number).how is SettledHow.POSTPONED


def test_an_open_item_has_nothing_to_put_right(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    meetings.send(number)
    with pytest.raises(ItemOpen):
        correct(meetings, number, 1, SettledHow.NOTED)
    with pytest.raises(ItemOpen):
        meetings.recommend(ref, number, 1, corrects=True)


def test_before_its_day_a_meeting_settles_nothing_but_what_is_withdrawn(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    meetings.put(number, ref, "# Budget")
    meetings.send(number)
    for how in (SettledHow.NOTED, SettledHow.POSTPONED):
        with pytest.raises(MeetingAhead) as refused:
            meetings.settle(number, 2, how, at=MONDAY)
        assert refused.value.on == SPRING
    with pytest.raises(MeetingAhead):
        meetings.recommend(ref, number, 1, at=MONDAY)
    meetings.settle(number, 2, SettledHow.WITHDRAWN, "Frågan är löst.", at=MONDAY)
    assert [item.settled_how for item in meetings.items(number)] == [None, SettledHow.WITHDRAWN]
