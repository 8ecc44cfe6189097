"""What is read of plans, by whom, and by how many queries."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from support.houses.small_house import MONDAY, SmallHouse
from support.plans.plan_acts import A_YEAR_ON, AREAS, ASKED, OWN, WHOLE, PlanActs, content_of

from cases.organisation.units import unit_named
from cases.refusals import NotAllowed, NotFound
from cases.states import State
from cases.village.plans.draft_content import DraftContent, DraftItem
from cases.village.plans.reading.drafts import draft_shown
from cases.village.plans.reading.published import plan_shown, plans_listed
from cases.village.plans.records.plan_item import PlanItemKind
from cases.village.rights import may

MOST_QUERIES = 8


@pytest.fixture
def plan(small_house: SmallHouse) -> PlanActs:
    return PlanActs(small_house)


def test_a_plan_of_40_items_is_read_by_eight_queries_at_most(plan: PlanActs) -> None:
    many = [
        DraftItem(1 + number % 2, f"Punkt {number}", PlanItemKind.OWN, None, None, "trafik", None, "norrby", 2027)
        for number in range(40)
    ]
    shown = plan.adopted(DraftContent(2026, areas=AREAS, items=tuple(many)))
    for item in shown.items[:20]:
        plan.house.change(item.case, State.DONE, by="member", note="Klart", done_by="Ungdomarna")
    sent: list[str] = []
    database = plan.house.database
    with database.reading() as session:
        event.listen(database.engine, "before_cursor_execute", lambda *asked: sent.append(asked[2]))
        read = plan_shown(session, "norrby", by=plan.house.actors["visitor"], at=MONDAY)
    assert (len(read.items), sum(item.done_by == "Ungdomarna" for item in read.items)) == (40, 20)
    assert len(sent) <= MOST_QUERIES, sent


def test_items_say_when_and_by_whom_they_were_done(plan: PlanActs) -> None:
    plan.adopted()
    ref = plan.named(OWN.title).case
    plan.house.change(ref, State.DONE, by="member", note="Målad", done_on=date(2026, 3, 1), done_by="Ungdomarna")
    item = plan.named(OWN.title)
    assert (item.state, item.done_on, item.done_by, item.due_on) == (State.DONE, date(2026, 3, 1), "Ungdomarna", None)
    other = plan.named(ASKED.title).case
    plan.house.change(other, State.ASSIGNED, responsible="gata")
    plan.house.change(other, State.DONE, by="officer", note="Byggd", at=MONDAY + timedelta(days=1))
    item = plan.named(ASKED.title)
    assert (item.done_on, item.done_by) == (date(2026, 3, 3), "Gata")


def test_an_item_is_late_from_the_day_after_its_day(plan: PlanActs) -> None:
    plan.adopted()
    due = plan.named(OWN.title).due_on
    assert due == date(2026, 9, 30)
    assert not plan.named(OWN.title, at=MONDAY.replace(month=9, day=30)).is_late
    assert plan.named(OWN.title, at=MONDAY.replace(month=10, day=1)).is_late


def test_the_list_names_the_version_that_stands_and_the_next_revision(plan: PlanActs) -> None:
    plan.house.sweep(MONDAY)
    with plan.house.database.reading() as session:
        before = {one.slug: one for one in plans_listed(session, at=MONDAY)}
    assert set(before) == {"norrby", "soderby"}
    assert before["norrby"].current is None
    assert before["norrby"].next_revision_on >= date(2027, 3, 2)
    plan.adopted()
    plan.begin(at=A_YEAR_ON)
    with plan.house.database.reading() as session:
        after = {one.slug: one for one in plans_listed(session, at=A_YEAR_ON)}
    assert (after["norrby"].current.number, after["norrby"].current.adopted_on) == (1, date(2026, 3, 2))
    assert after["soderby"].is_late is False


def test_personal_data_are_masked_for_the_public_alone(plan: PlanActs) -> None:
    words = "Ring 070-174 06 05"
    secret = DraftItem(1, f"Loppis. {words}", PlanItemKind.OWN, None, words, "trafik", None, "norrby", 2026)
    plan.adopted(DraftContent(2026, vision=words, areas=AREAS, items=(secret,)))
    for who in ("visitor", "neighbour"):
        assert "070" not in str(plan.plan(by=who))
    for who in ("member", "contact", "officer"):
        assert str(plan.plan(by=who)).count("070-174 06 05") == 3


@pytest.mark.parametrize("who", ["visitor", "neighbour", "representative", "board_member"])
def test_v34_nobody_else_reads_a_draft(plan: PlanActs, who: str) -> None:
    plan.begin()
    plan.put()
    with plan.house.database.reading() as session:
        actor = plan.house.actors[who]
        assert not may("draft_plan", actor, unit_named(session, "norrby"))
        with pytest.raises(NotAllowed):
            draft_shown(session, "norrby", by=actor, at=MONDAY)
        assert plan_shown(session, "norrby", by=actor, at=MONDAY).items == ()


def test_a_case_that_is_taken_back_is_not_named_to_the_public(plan: PlanActs) -> None:
    plan.adopted()
    ref = plan.named(OWN.title).case
    with plan.house.database.transaction() as session:
        session.execute(text('UPDATE "case" SET published_at = NULL WHERE ref = :ref'), {"ref": ref})
    assert next(item for item in plan.plan(by="visitor").items if item.title == OWN.title).case is None
    assert plan.named(OWN.title).case == ref


def test_there_is_no_plan_of_a_department(plan: PlanActs) -> None:
    with plan.house.database.reading() as session, pytest.raises(NotFound):
        plan_shown(session, "gata", by=plan.house.actors["contact"], at=MONDAY)


def test_a_draft_saved_as_it_was_read_says_the_same(plan: PlanActs) -> None:
    plan.begin()
    first = plan.put(WHOLE)
    second = plan.put(content_of(first))
    assert content_of(second, version=0) == content_of(first, version=0)
    assert second.version == first.version + 1
