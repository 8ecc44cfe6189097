"""By when a plan is to be revised next: also between its adoption and the day from which the next one is owed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from support.houses.small_house import CALENDAR, MONDAY
from support.plans.plan_acts import PlanActs

from cases.states import State
from cases.village.owing import open_case
from cases.village.plans.obligations import next_day
from cases.village.plans.reading.drafts import next_update_on
from cases.village.plans.reading.published import next_revision_on, plans_listed
from cases.village.showing.all_villages import villages_listed


@pytest.mark.parametrize(
    ("adopted_on", "months", "due_on"),
    [
        ((2026, 3, 4), 12, (2027, 4, 15)),  # long before its day: asked on it
        ((2026, 10, 15), 12, (2027, 4, 15)),
        ((2026, 10, 16), 12, (2028, 4, 15)),  # less than half a year before: a year later
        ((2027, 4, 1), 12, (2028, 4, 15)),
        ((2027, 9, 30), 12, (2028, 4, 15)),  # late: the day stays
        ((2028, 8, 1), 12, (2029, 4, 15)),  # late by more than a year
        ((2026, 4, 15), 24, (2027, 4, 15)),
        ((2026, 5, 1), 24, (2029, 4, 15)),
        (None, 12, (2028, 4, 15)),
    ],
)
def test_a_plan_keeps_its_day_and_is_asked_for_within_a_year_and_a_half(adopted_on, months, due_on):
    given = date(*adopted_on) if adopted_on else None
    assert next_day(date(2027, 4, 15), given, months=months) == date(*due_on)


def test_a_plan_just_adopted_is_not_late_and_says_when_the_next_one_is_due(small_house):
    house = small_house
    plan = PlanActs(house)
    house.sweep(MONDAY)
    first = plan.plan().plan.next_revision_on
    after = plan.adopted().plan
    assert (after.next_revision_on, after.is_late) == (first, False)
    later = MONDAY + timedelta(days=30)  # the case of the adoption is due for closing before that
    assert plan.plan(at=later).plan.is_late is False
    with house.database.reading() as session:
        listed = {one.slug: one for one in plans_listed(session, at=later)}
    assert (listed["norrby"].next_revision_on, listed["norrby"].is_late) == (first, False)
    for days in (20, 21):
        house.sweep(MONDAY + timedelta(days=days))
    assert plan.plan(at=later).plan.next_revision_on == first


def test_the_page_of_the_village_says_the_same_day(small_house):
    house = small_house
    plan = PlanActs(house)
    house.sweep(MONDAY)
    said = plan.adopted().plan
    for days in (0, 30):
        with house.database.reading() as session:
            listed = {one.slug: one for one in villages_listed(session, at=MONDAY + timedelta(days=days))}
        assert (listed["norrby"].next_on, listed["norrby"].is_late) == (said.next_revision_on, False)


def test_the_day_told_before_the_next_case_is_the_working_day_that_it_gets(small_house):
    """12 June 2027 is a Saturday: the case will be due on the Monday."""
    with small_house.database.reading() as session:
        told = next_revision_on(session, None, date(2027, 6, 12), date(2026, 8, 10), months=12)
    assert told == date(2027, 6, 14)


def would_be(house, at):
    """Return by when the plan would be updated next if it were adopted now."""
    with house.database.reading() as session:
        return next_update_on(session, "norrby", at=at)


@pytest.mark.parametrize(
    ("agreed_on", "adopted_at", "due_on"),
    [
        (date(2026, 9, 17), datetime(2026, 3, 30, 8, tzinfo=UTC), date(2027, 9, 17)),  # early, for that day
        (date(2027, 2, 17), datetime(2026, 3, 30, 8, tzinfo=UTC), date(2027, 2, 17)),  # long before it
        (date(2026, 4, 15), datetime(2026, 6, 1, 8, tzinfo=UTC), date(2027, 4, 15)),  # late
    ],
)
def test_the_day_of_the_year_is_the_one_on_which_the_group_and_the_desk_agreed(
    small_house, agreed_on, adopted_at, due_on
):
    house, plan = small_house, PlanActs(small_house)
    house.sweep(MONDAY)
    with house.database.reading() as session:
        ref = open_case(session, "plan", "norrby").ref
    house.change(ref, State.PLANNED, due_on=agreed_on, at=MONDAY)
    assert would_be(house, adopted_at) == due_on
    plan.adopted(at=adopted_at)
    assert plan.plan(at=adopted_at).plan.next_revision_on == due_on
    later = adopted_at + timedelta(days=1)
    assert would_be(house, later) == next_day(due_on, CALENDAR.day_of(later), months=12)
    house.sweep(adopted_at + timedelta(days=1))
    assert plan.plan(at=adopted_at + timedelta(days=1)).plan.next_revision_on == due_on
