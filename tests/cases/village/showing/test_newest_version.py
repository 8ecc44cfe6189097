"""Of a plan with several versions the one adopted last is shown, in the list of the villages and on their pages."""

from dataclasses import replace
from datetime import timedelta

from support.houses.small_house import MONDAY, SmallHouse
from support.plans.plan_acts import AREAS, OWN, WHOLE, PlanActs, content_of

from cases.access.actors import A_VISITOR
from cases.village.showing.all_villages import villages_listed
from cases.village.showing.one_village import village_shown

LATER = MONDAY + timedelta(days=2)
NAMES = ("Unga", "Bad")


def test_the_version_adopted_last_is_shown_once_and_no_draft(small_house: SmallHouse) -> None:
    plan = PlanActs(small_house)
    small_house.sweep(MONDAY)
    plan.adopted()
    small_house.sweep(LATER)
    draft = plan.begin(at=LATER)
    areas = tuple(replace(area, name=name) for area, name in zip(AREAS, NAMES, strict=True))
    more = replace(OWN, title="Ännu en punkt")
    items = (*content_of(draft).items, more)
    plan.put(content_of(draft, year=2027, vision="En annan", areas=areas, items=items), at=LATER)
    plan.adopt(at=LATER)
    small_house.sweep(LATER + timedelta(days=1))
    plan.begin(at=LATER + timedelta(days=1))
    with small_house.database.reading() as session:
        (listed,) = (one for one in villages_listed(session, at=LATER) if one.slug == "norrby")
        shown = village_shown(session, "norrby", by=A_VISITOR, at=LATER)
    assert (listed.year, listed.adopted_on, listed.tally.total) == (2027, LATER.date(), len(WHOLE.items) + 1)
    assert (shown.village, shown.vision) == (listed, "En annan")
    assert tuple(area.name for area in shown.areas) == NAMES
