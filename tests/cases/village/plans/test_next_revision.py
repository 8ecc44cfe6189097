"""By when a plan is to be revised next: also between its adoption and the day from which the next one is owed."""

from datetime import timedelta

from support.houses.small_house import MONDAY
from support.plans.plan_acts import PlanActs

from cases.calendar import add_months
from cases.village.plans.reading.published import plans_listed
from cases.village.showing.all_villages import villages_listed


def test_a_plan_just_adopted_is_not_late_and_says_when_the_next_one_is_due(small_house):
    house = small_house
    plan = PlanActs(house)
    house.sweep(MONDAY)
    first = plan.plan().plan.next_revision_on
    after = plan.adopted().plan
    assert (after.next_revision_on, after.is_late) == (add_months(first, 12), False)
    later = MONDAY + timedelta(days=30)  # the case of the adoption is due for closing before that
    assert plan.plan(at=later).plan.is_late is False
    with house.database.reading() as session:
        listed = {one.slug: one for one in plans_listed(session, at=later)}
    assert (listed["norrby"].next_revision_on, listed["norrby"].is_late) == (add_months(first, 12), False)
    for days in (20, 21):
        house.sweep(MONDAY + timedelta(days=days))
    assert plan.plan(at=later).plan.next_revision_on == add_months(first, 12)


def test_the_page_of_the_village_says_the_same_day(small_house):
    house = small_house
    plan = PlanActs(house)
    house.sweep(MONDAY)
    said = plan.adopted().plan
    for days in (0, 30):
        with house.database.reading() as session:
            listed = {one.slug: one for one in villages_listed(session, at=MONDAY + timedelta(days=days))}
        assert (listed["norrby"].next_on, listed["norrby"].is_late) == (said.next_revision_on, False)
