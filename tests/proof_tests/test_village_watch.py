"""What the simulation asks of the villages at each year's end finds each invariant that is broken by hand."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from support.houses.small_house import MONDAY, copied_sqlite, furnish, open_small_house
from support.plans.plan_acts import PlanActs, content_of

from cases.village.plans.anchoring import AnchoringShown, show_anchoring
from cases.village.plans.records.anchoring import AnchoringKind
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, log_contact
from cases.village.relations.standing import group_to_meet
from proof.simulation.checks.breaches import Breaches
from proof.simulation.checks.village import VillageWatch
from proof.simulation.environment.post import SECRET

LATER = MONDAY + timedelta(days=1)
BREAKS = {
    "V1": "UPDATE \"case\" SET subject = 'norrby' WHERE obligation = 'contact'",
    "V2": "UPDATE \"case\" SET obligation = NULL, subject = NULL WHERE obligation = 'plan' AND due_at IS NOT NULL",
    "V3": "DELETE FROM contact",
    "V4": "UPDATE \"case\" SET state = 'closed' WHERE obligation = 'contact'",
    "V5": "UPDATE plan_item SET year = NULL",
    "V6": "UPDATE plan_version SET vision = 'En annan' WHERE number = 1",
    "V7": "UPDATE plan_version SET adopted_on = NULL",
    "V8": "DELETE FROM plan_item WHERE origin_id IS NOT NULL",
    "V29": "UPDATE \"case\" SET next_at = '2099-01-01 00:00:00.000000' WHERE obligation = 'contact'",
    "V34": f"UPDATE plan_version SET vision = 'Vi vill: {SECRET}'",
    "V35": "UPDATE event SET person_id = (SELECT id FROM person WHERE email = 'member@example.se')"
           " WHERE type = 'contact.logged'",
    "V36": "UPDATE \"case\" SET policy_id = 1 WHERE obligation = 'plan'",
    "forgotten": "UPDATE \"case\" SET next_at = NULL WHERE obligation = 'plan'",
}  # fmt: skip
FREED = "SELECT 'DROP ' || type || ' ' || name FROM sqlite_master WHERE type = 'trigger' OR name LIKE 'uq%'"


def _furnish_with_plan(url: str) -> None:
    """Furnish a house with two versions of a plan, an anchoring and a contact."""
    furnish(url)
    house = open_small_house(url)
    plan = PlanActs(house)
    house.sweep(MONDAY)
    plan.adopted()
    with house.database.transaction() as session:
        survey = AnchoringShown(AnchoringKind.SURVEY, MONDAY.date(), "Alla fick frågan")
        show_anchoring(session, "norrby", survey, by=house.actors["member"], at=MONDAY)
        given = ContactGiven(MONDAY.date(), ContactWay.PHONE, MONDAY.date() + timedelta(days=90))
        log_contact(session, group_to_meet(session, "norrby"), given, by=house.actors["contact"], at=MONDAY)
    house.sweep(LATER)
    draft = plan.begin(at=LATER)
    plan.put(content_of(draft), at=LATER)
    plan.adopt(at=LATER)
    with house.database.transaction() as session:  # as if all of it had been told
        session.execute(text("UPDATE work SET done_at = recorded_at"))
        session.execute(text("UPDATE tick SET planned_at = started_at"))
    house.database.close()


@pytest.fixture
def watch(run_folder: Path, tmp_path: Path) -> Iterator[tuple]:
    """A watch that has looked once and found nothing, and the house that it watches."""
    house = open_small_house(copied_sqlite(run_folder, tmp_path, "house_with_plan", _furnish_with_plan))
    breaches = Breaches()
    looking = VillageWatch(breaches)
    with house.database.reading() as session:
        looking.check(session, LATER)
    assert breaches.lines == []
    yield looking, house
    house.database.close()


@pytest.mark.parametrize("name", BREAKS)
def test_each_broken_invariant_of_the_village_is_found(watch: tuple, name: str) -> None:
    looking, house = watch
    with house.database.transaction() as session:
        for drop in session.scalars(text(FREED)).all():
            session.execute(text(drop))
        session.execute(text("PRAGMA ignore_check_constraints = 1"))
        session.execute(text(BREAKS[name]))
    with house.database.reading() as session:
        looking.check(session, LATER)
    assert name in {line.partition(":")[0] for line in looking.breaches.lines}, looking.breaches.lines
