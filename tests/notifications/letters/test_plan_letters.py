"""The letter about an adopted plan: one for the group and one for the desk, which names every item."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from support.houses.small_house import MONDAY, SmallHouse
from support.letters.letters_read import rendered_in
from support.plans.plan_acts import A_YEAR_ON, ASKED, JOINT, OWN, PlanActs, content_of, dropping

from cases.history.event_batches import EventBatch
from cases.organisation.people import Membership, Person, Role
from cases.village.plans.draft_content import DraftItem
from cases.village.plans.records.plan_item import PlanItemKind
from notifications.deliveries import Delivery
from notifications.planning.planning import plan_batch

NEW = DraftItem(1, "Loppis", PlanItemKind.OWN, category="trafik", responsible="norrby", year=2027)


@pytest.fixture
def plan(small_house: SmallHouse) -> PlanActs:
    chair = Person(email="chair@example.se", name="Chair")
    with small_house.database.transaction() as session:
        session.add(chair)
        session.flush()
        group = small_house.unit_id("norrby")
        session.add(Membership(person_id=chair.id, unit_id=group, role=Role.HEAD, since=MONDAY.date()))
    return PlanActs(small_house)


def letters(house: SmallHouse) -> dict[str, tuple[str, str]]:
    """Plan the letters of all batches; return letter and text by address, of those that were planned now."""
    with house.database.transaction() as session:
        for batch in session.scalars(select(EventBatch).where(EventBatch.planned_at.is_(None))).all():
            plan_batch(session, batch)
            session.execute(text("UPDATE tick SET planned_at = sealed_at WHERE id = :id"), {"id": batch.id})
    with house.database.reading() as session:
        last = session.scalar(text("SELECT max(occasion) FROM delivery"))
        waiting = session.scalars(select(Delivery).where(Delivery.occasion == last)).all()
        written = [(delivery.letter, rendered_in(session, delivery)) for delivery in waiting]
    assert len({letter.to_email for _, letter in written}) == len(written)
    return {letter.to_email: (name, f"{letter.subject}\n{letter.text}") for name, letter in written}


def test_the_group_gets_one_letter_of_all_items_and_whoever_adopted_gets_none(plan: PlanActs) -> None:
    plan.adopted()
    told = letters(plan.house)
    assert set(told) == {"norrby@example.se", "chair@example.se", "contact@example.se", "stand_in@example.se"}
    assert {name for name, _ in told.values()} == {"plan_adopted"}
    _, words = told["norrby@example.se"]
    for item in plan.plan().items:
        assert words.count(f"[{item.case}] {item.title}") == 1
    assert f"{ASKED.title}. Ni ber: Gata" in " ".join(words.split())
    assert f"{ASKED.title}. De ber: Gata" in " ".join(told["contact@example.se"][1].split())
    assert f"{OWN.title}. Ni ber" not in " ".join(words.split())
    with plan.house.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM work")) == 0


def test_the_letter_says_what_is_new_what_goes_on_and_what_was_dropped_and_why(plan: PlanActs) -> None:
    plan.adopted()
    letters(plan.house)
    content = dropping(plan.begin(at=A_YEAR_ON), ASKED.title, "Vägen byggs redan")
    plan.put(replace(content, items=(*content.items, NEW)), at=A_YEAR_ON)
    plan.adopt(at=A_YEAR_ON)
    _, words = letters(plan.house)["norrby@example.se"]
    new, rest = words.partition("är ny")[2].split("fortsätter", 1)
    carried, dropped = rest.split("inte med längre", 1)
    assert "Loppis" in new
    assert OWN.title in carried and JOINT.title in carried
    assert ASKED.title in dropped and "Skäl: Vägen byggs redan" in " ".join(dropped.split())


def test_own_work_that_is_planned_anew_sends_no_letter_of_its_own(plan: PlanActs) -> None:
    plan.adopted()
    letters(plan.house)
    draft = plan.begin(at=A_YEAR_ON)
    later = tuple(replace(item, year=2028) for item in content_of(draft).items)
    plan.put(content_of(draft, items=later), at=A_YEAR_ON)
    plan.adopt(at=A_YEAR_ON)
    told = letters(plan.house)
    assert {name for name, _ in told.values()} == {"plan_adopted"}
    assert "officer@example.se" not in told


def test_the_member_who_adopts_as_the_chair_gets_no_letter(plan: PlanActs) -> None:
    with plan.house.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.email == "member@example.se")).one()
        session.add(
            Membership(
                person_id=person.id, unit_id=plan.house.unit_id("norrby"), role=Role.HEAD,
                since=MONDAY.date() - timedelta(days=1),
            )
        )  # fmt: skip
    plan.adopted()
    assert "member@example.se" not in letters(plan.house)
