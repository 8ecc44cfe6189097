"""The public figures count every case, published or not, but none under protected identity, and time to answers."""

from datetime import timedelta

import pytest
from support.houses.small_house import MONDAY, STEPS_TO

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.public.figures.groups import ALL, PARTS, CaseGroup, Figure, Span
from cases.public.figures.statistics import gather_statistics
from cases.refusals import UnknownName
from cases.states import State

LATER = MONDAY + timedelta(days=400)
DAY = timedelta(days=1)
WHOLE = CaseGroup()


def counted(house, now=LATER):
    with house.database.reading() as session:
        return gather_statistics(session, now)


def numbers(house, group=WHOLE, now=LATER):
    statistics = counted(house, now)
    return {figure: statistics.told(group, figure).count for figure in Figure}


def test_each_state_is_counted_by_its_own_name(small_house):
    into = small_house.reach(State.PLANNED)
    for state in STEPS_TO:
        small_house.reach(state)
    small_house.change(small_house.hand_in(), State.MERGED, into=into, reason="Samma sak")
    assert numbers(small_house, now=MONDAY) == {
        Figure.RECEIVED: 11,
        Figure.WITH_DESK: 1,
        Figure.UNDER_WAY: 5,
        Figure.PARKED: 1,
        Figure.DONE: 2,
        Figure.DECLINED: 1,
        Figure.MERGED: 1,
        Figure.ENDED: 4,
        Figure.LATE: 0,
    }


def test_the_parts_are_all_that_came_in(small_house):
    for state in STEPS_TO:
        small_house.reach(state)
    told = numbers(small_house)
    assert sum(told[part] for part in PARTS) == told[Figure.RECEIVED] == len(STEPS_TO)


def test_what_is_published_changes_no_figure(small_house):
    refs = [small_house.hand_in(place="norrby") for _ in range(6)]
    before = numbers(small_house)
    with small_house.database.transaction() as session:
        contact = small_house.actors["contact"]
        correct(session, case_to_change(session, refs[0]), Correction(published=True), by=contact, at=MONDAY)
    assert numbers(small_house) == before
    assert before[Figure.RECEIVED] == 6


def test_more_than_a_hundred_may_be_late(small_house):
    for _ in range(105):
        small_house.hand_in()
    assert numbers(small_house)[Figure.LATE] == 105
    assert numbers(small_house, now=MONDAY)[Figure.LATE] == 0


def test_parked_and_done_cases_are_never_late(small_house):
    for state in (State.PARKED, State.DONE, State.CLOSED, State.WAITING):
        small_house.reach(state)
    assert numbers(small_house)[Figure.LATE] == 1


def test_nobody_under_protected_identity_is_counted(small_house):
    small_house.hand_in()
    small_house.hand_in(by="contact", reporter=Reporter(name="Rut", email="rut@example.se", protected=True))
    assert numbers(small_house)[Figure.RECEIVED] == 1


def test_a_year_begins_by_local_time(small_house):
    new_year = MONDAY.replace(year=2026, month=12, day=31, hour=23, minute=30)  # 00.30 in Sweden
    small_house.hand_in(at=new_year - timedelta(hours=1))
    small_house.hand_in(at=new_year)
    assert [numbers(small_house, CaseGroup(year=year))[Figure.RECEIVED] for year in ("2026", "2027", ALL)] == [1, 1, 2]
    assert counted(small_house).span_of_years == ("2026", "2027")


def days_of(house, group=WHOLE):
    statistics = counted(house)
    return statistics.median_days(group, Span.FIRST_ANSWER), statistics.median_days(group, Span.END)


def test_the_end_is_the_day_on_which_it_was_done_and_not_when_it_was_closed(small_house):
    for days in (3, 5, 13):
        ref = small_house.hand_in()
        small_house.change(ref, State.DONE, note="Lagat", at=MONDAY + days * DAY)
        small_house.change(ref, State.CLOSED, by="clock", at=MONDAY + 40 * DAY)
    assert days_of(small_house) == (5, 5)


def test_declined_and_merged_cases_have_ended_and_open_ones_have_not(small_house):
    into = small_house.hand_in()
    small_house.change(into, State.PLANNED, due_on=(MONDAY + 90 * DAY).date(), at=MONDAY + 9 * DAY)
    small_house.change(small_house.hand_in(), State.DECLINED, reason="Nej", at=MONDAY + 2 * DAY)
    small_house.change(small_house.hand_in(), State.MERGED, into=into, reason="Samma", at=MONDAY + 4 * DAY)
    assert days_of(small_house) == (4, 3)


def test_a_case_that_was_reopened_has_not_ended(small_house):
    ref = small_house.reach(State.CLOSED)
    small_house.change(ref, State.ASSIGNED, note="Igen", at=MONDAY + DAY)
    assert days_of(small_house)[1] is None


def test_that_a_unit_was_asked_is_no_answer_but_a_comment_is(small_house):
    ref = small_house.reach(State.ASSIGNED)
    assert days_of(small_house) == (None, None)
    small_house.comment(ref, "Bara vi", Visibility.INTERNAL, by="officer", at=MONDAY + DAY)
    small_house.comment(ref, "Hur går det?", by="reporter", at=MONDAY + 2 * DAY)
    assert days_of(small_house) == (None, None)
    small_house.comment(ref, "Vi tittar på det", by="officer", at=MONDAY + 3 * DAY)
    small_house.comment(ref, "Än en gång", by="officer", at=MONDAY + 9 * DAY)
    assert days_of(small_house) == (3, None)


def test_what_ended_is_counted_in_the_year_of_its_end_and_not_in_that_of_its_closing(small_house):
    december = MONDAY.replace(month=12, day=28)
    for days in (1, 2, 8):  # the last one in the year after
        ref = small_house.hand_in()
        small_house.change(ref, State.DONE, note="Lagat", at=december + days * DAY)
        small_house.change(ref, State.CLOSED, by="clock", at=december + 30 * DAY)
    small_house.hand_in()
    ended = {year: numbers(small_house, CaseGroup(ended=year)) for year in ("2026", "2027")}
    assert [ended[year][Figure.ENDED] for year in ended] == [ended[year][Figure.DONE] for year in ended] == [2, 1]
    assert numbers(small_house)[Figure.ENDED] == 3
    assert days_of(small_house, CaseGroup(ended="2027"))[1] == (december + 8 * DAY - MONDAY).days


def test_few_cases_have_no_median_in_a_village(small_house):
    norrby = CaseGroup(place="norrby")
    for number in range(5):
        assert days_of(small_house, norrby) == (None, None), number
        small_house.reach(State.CLOSED, place="norrby")
    assert days_of(small_house, norrby) == (0, 0)


def test_few_measured_among_many_have_no_median_either(small_house):
    for _ in range(6):
        small_house.hand_in(place="norrby")
    small_house.reach(State.CLOSED, place="norrby")
    assert days_of(small_house, CaseGroup(place="norrby")) == (None, None)
    assert days_of(small_house) == (0, 0)


@pytest.mark.parametrize("group", [CaseGroup(year="1999"), CaseGroup(place="ö"), CaseGroup(unit="", topic="trafik")])
def test_a_name_that_nobody_has_is_refused(small_house, group):
    with pytest.raises(UnknownName):
        counted(small_house).check_names(group)
