"""The villages of the demonstration: each has a plan, in which some is done and some is late; one plan is late."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.houses.demonstration import NOW, fill_demonstration, sqlite_copies
from support.houses.migrated import CALENDAR

from cases.access.actors import A_VISITOR
from cases.checks.forgotten import find_forgotten
from cases.database.transactions import Database
from cases.demo.villages.plans_told import read_plans
from cases.demo.villages.years import FATES
from cases.village.plans.records.plan_item import PlanItem, PlanItemKind
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.showing.all_villages import villages_listed
from cases.village.showing.one_village import village_shown

LATE = "grupp-ekvinda"
FEWEST, MOST = 10, 12  # items of a plan


@pytest.fixture
def demonstration(run_folder: Path, tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_copies(run_folder, tmp_path)("demonstration_house", fill_demonstration), CALENDAR)
    yield database
    database.close()


@pytest.mark.slow
def test_eight_groups_have_plans_of_which_one_is_late(demonstration: Database) -> None:
    with demonstration.reading() as session:
        villages = villages_listed(session, at=NOW)
        assert len(villages) == 8
        assert [village.slug for village in villages if village.is_late] == [LATE]
        assert all(FEWEST <= village.tally.total <= MOST for village in villages)
        assert all(village.tally.done for village in villages)
        assert sum(village.tally.late for village in villages) >= 4
        assert [village.slug for village in villages if village.place is None] == ["grupp-lantbruk"]
        versions = session.execute(select(PlanVersion.plan_id, func.count()).group_by(PlanVersion.plan_id)).all()
        assert Counter(count for _, count in versions) == {1: 4, 2: 4}
        assert set(session.scalars(select(PlanItem.kind))) == set(PlanItemKind)
        assert {breach.guarantee for breach in find_forgotten(session, NOW)} <= {"G4"}  # no wire ran: nothing was told


@pytest.mark.slow
def test_what_is_done_was_done_by_somebody_on_a_day(demonstration: Database) -> None:
    with demonstration.reading() as session:
        shown = village_shown(session, "grupp-almvinda", by=A_VISITOR, at=NOW)
    assert [item.done_by for item in shown.done][:2] == ["Gata och park", "Träffgruppen"]
    assert all(item.done_on for item in shown.done)
    assert len(shown.areas) == 3


def test_every_item_has_a_fate_and_a_title_of_its_own() -> None:
    for plan in read_plans():
        titles = [item.title for item in plan.items]
        assert len(set(titles)) == len(titles)
        assert {item.fate for item in plan.items} <= set(FATES)
        assert {item.area for item in plan.items} <= {area.rank for area in plan.areas}
        assert all(item.kind is PlanItemKind.OWN for item in plan.items if item.responsible == plan.group)
        assert all(item.fate != "left" for item in plan.items if item.kind is not PlanItemKind.OWN)
