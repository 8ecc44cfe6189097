"""A group adopts its plan: every item has a case from then on, and nothing of the year before vanishes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse
from support.plans.plan_acts import A_YEAR_ON, ASKED, JOINT, OWN, WHOLE, PlanActs, content_of, dropping

from cases.refusals import AdoptedToday, DateOutside, Lack, NoDraft, NotAllowed, PlanNotWhole, StaleDraft
from cases.states import Kind, State
from cases.village.plans.adopting import Adoption
from cases.village.plans.draft_content import DraftContent
from cases.village.plans.due_days import due_day
from cases.village.plans.records.plan_drop import Fate


@pytest.fixture
def plan(small_house: SmallHouse) -> PlanActs:
    return PlanActs(small_house)


def test_each_item_of_an_adopted_plan_has_a_case(plan: PlanActs) -> None:
    shown = plan.adopted()
    assert [item.title for item in shown.items] == [OWN.title, ASKED.title, JOINT.title]  # by area, own first
    states = {item.title: (item.state, item.responsible) for item in shown.items}
    assert states == {
        OWN.title: (State.PLANNED, "norrby"),
        JOINT.title: (State.RECEIVED, "desk"),
        ASKED.title: (State.RECEIVED, "desk"),
    }
    own = plan.house.case(plan.named(OWN.title).case)
    assert (own.kind, own.group_id, own.published_at) == (Kind.ACTION, plan.house.unit_id("norrby"), MONDAY)
    assert plan.named(OWN.title).due_on == date(2026, 9, 30)


def test_the_adoption_is_an_event_beside_the_end_of_what_was_owed(plan: PlanActs) -> None:
    plan.house.sweep(MONDAY)
    plan.begin()
    plan.put()
    adopted = plan.adopt(Adoption(date(2026, 3, 1), where="Bystugan", note="Alla var med"))
    assert (adopted.number, adopted.items, adopted.new, adopted.carried, adopted.dropped) == (1, 3, 3, 0, 0)
    with plan.house.database.reading() as session:
        ref = session.execute(
            text("SELECT ref FROM \"case\" WHERE obligation = 'plan' AND subject = 'norrby'")
        ).scalar()
    done, event = plan.house.events(ref)[-2:]
    assert (done.type, event.type, event.act_seq) == ("case.done", "plan.adopted", done.seq)
    assert event.facts["new"] == sorted(item.case for item in plan.plan().items)
    assert event.person_id == done.person_id == plan.house.actors["member"].person_id
    with plan.house.database.reading() as session:
        row = session.execute(text("SELECT adopted_on, event_id FROM plan_version")).one()
    assert (str(row.adopted_on), row.event_id) == ("2026-03-01", event.id)


def test_a_draft_that_lacks_something_is_refused_with_all_that_lacks(plan: PlanActs) -> None:
    plan.begin()
    bare = replace(ASKED, responsible=None, year=None, category=None)
    key = plan.put(replace(WHOLE, items=(OWN, bare))).items[1].key
    with pytest.raises(PlanNotWhole) as refused:
        plan.adopt()
    assert refused.value.lacks == tuple(Lack(what, key, ASKED.title) for what in ("responsible", "year", "category"))
    plan.put(DraftContent(2026))
    with pytest.raises(PlanNotWhole) as refused:
        plan.adopt()
    assert refused.value.lacks == (Lack("area"),)


def test_carried_items_keep_their_cases_and_new_titles_are_corrections(plan: PlanActs) -> None:
    first = plan.adopted()
    draft = plan.begin(at=A_YEAR_ON)
    assert {item.origin for item in draft.items} == {item.key for item in first.items}
    renamed = tuple(replace(item, title=item.title + " nu") for item in content_of(draft).items)
    plan.put(content_of(draft, items=renamed), at=A_YEAR_ON)
    adopted = plan.adopt(at=A_YEAR_ON)
    assert (adopted.new, adopted.carried) == (0, 3)
    second = plan.plan(at=A_YEAR_ON)
    assert [item.case for item in second.items] == [item.case for item in first.items]
    ref = plan.named("Cykelväg till tätorten nu", at=A_YEAR_ON).case
    assert [event.type for event in plan.house.events(ref)][-2:] == ["case.carried", "case.corrected"]
    assert plan.house.case(ref).title == "Cykelväg till tätorten nu"
    assert plan.plan(1).items[0].title == OWN.title


def test_own_work_that_gets_another_year_is_planned_for_it(plan: PlanActs) -> None:
    plan.adopted()
    draft = plan.begin(at=A_YEAR_ON)
    later = tuple(replace(item, year=2028, quarter=2) for item in content_of(draft).items)
    plan.put(content_of(draft, items=later), at=A_YEAR_ON)
    plan.adopt(at=A_YEAR_ON)
    assert plan.named(OWN.title, at=A_YEAR_ON).due_on == date(2028, 6, 30)
    assert plan.named(ASKED.title, at=A_YEAR_ON).state is State.RECEIVED


def test_v8_what_is_neither_carried_nor_dropped_nor_ended_is_named(plan: PlanActs) -> None:
    first = plan.adopted()
    draft = plan.begin(at=A_YEAR_ON)
    kept = tuple(item for item in content_of(draft).items if item.title != ASKED.title)
    left = plan.put(content_of(draft, items=kept), at=A_YEAR_ON).left
    asked = next(item for item in first.items if item.title == ASKED.title)
    assert [item.key for item in left] == [asked.key]
    with pytest.raises(PlanNotWhole) as refused:
        plan.adopt(at=A_YEAR_ON)
    assert refused.value.lacks == (Lack("settled", asked.key, ASKED.title),)
    moved = dropping(draft, ASKED.title, "Byggs av andra", Fate.MOVED)
    plan.put(replace(moved, version=plan.draft().version), at=A_YEAR_ON)
    assert plan.adopt(at=A_YEAR_ON).dropped == 1


def test_what_is_dropped_goes_to_the_desk_with_the_reason(plan: PlanActs) -> None:
    plan.adopted()
    ref = plan.named(OWN.title).case
    plan.put(dropping(plan.begin(at=A_YEAR_ON), OWN.title, "Ingen har tid"), at=A_YEAR_ON)
    plan.adopt(at=A_YEAR_ON)
    case = plan.house.case(ref)
    assert (case.state, case.responsible_id) == (State.ASSIGNED, plan.house.unit_id("desk"))
    assert [event.type for event in plan.house.events(ref)][-2:] == ["case.assigned", "case.dropped_from_plan"]
    with plan.house.database.reading() as session:
        assert "Ingen har tid" in session.scalars(text("SELECT text FROM words WHERE field = 'note'")).all()
    drop = plan.plan(at=A_YEAR_ON).dropped[0]
    assert (drop.title, drop.fate, drop.reason) == (OWN.title, Fate.DROPPED, "Ingen har tid")


def test_a_parked_case_stays_parked_when_its_item_is_dropped(plan: PlanActs) -> None:
    plan.adopted()
    ref = plan.named(ASKED.title).case
    plan.house.change(ref, State.PARKED, due_on=date(2027, 2, 1), reason="Senare")
    at = MONDAY + timedelta(days=200)
    plan.put(dropping(plan.begin(at=at), ASKED.title), at=at)
    plan.adopt(at=at)
    assert plan.house.case(ref).state is State.PARKED
    assert plan.house.events(ref)[-1].type == "case.dropped_from_plan"


def test_what_had_ended_need_not_be_carried_and_is_named_in_the_event(plan: PlanActs) -> None:
    plan.adopted()
    ref = plan.named(OWN.title).case
    plan.house.change(ref, State.DONE, by="member", note="Klart", done_on=date(2026, 3, 2), done_by="Ungdomarna")
    plan.house.change(ref, State.CLOSED, by="clock")
    draft = plan.begin(at=A_YEAR_ON)
    assert OWN.title not in [item.title for item in draft.items]
    assert draft.lacks == ()
    plan.adopt(at=A_YEAR_ON)
    with plan.house.database.reading() as session:
        facts = session.scalars(text("SELECT facts FROM event WHERE type = 'plan.adopted' ORDER BY id DESC")).first()
    assert ref in str(facts)
    plan.house.change(ref, State.ASSIGNED, note="Det flagnar", responsible="norrby", step="reopen", at=A_YEAR_ON)
    third = A_YEAR_ON + timedelta(days=366)
    assert OWN.title in [item.title for item in plan.begin(at=third).items]


def test_two_adoptions_on_one_day_are_one_too_many(plan: PlanActs) -> None:
    plan.adopted()
    plan.begin()
    with pytest.raises(AdoptedToday):
        plan.adopt()
    with pytest.raises(AdoptedToday):
        plan.adopt(Adoption(date(2026, 3, 1)))
    with pytest.raises(AdoptedToday):
        plan.adopt(Adoption(date(2026, 3, 2)), at=MONDAY + timedelta(days=1))
    plan.adopt(at=MONDAY + timedelta(days=1))


@pytest.mark.parametrize("on", [date(2026, 3, 3), date(2026, 3, 9)])
def test_a_plan_is_not_adopted_on_a_day_to_come(plan: PlanActs, on: date) -> None:
    plan.begin()
    plan.put()
    with pytest.raises(DateOutside):
        plan.adopt(Adoption(on))


def test_a_draft_that_somebody_else_has_saved_is_not_adopted_unread(plan: PlanActs) -> None:
    plan.begin()
    read = plan.put()
    plan.put(replace(WHOLE, version=read.version), by="contact")
    with pytest.raises(StaleDraft) as refused:
        plan.adopt(Adoption(version=read.version))
    assert (refused.value.name, refused.value.on, refused.value.clock) == ("Contact", date(2026, 3, 2), "09.00")


def test_without_a_draft_nothing_is_adopted(plan: PlanActs) -> None:
    with pytest.raises(NoDraft):
        plan.adopt()


@pytest.mark.parametrize("who", ["neighbour", "officer", "representative", "visitor", "board_member", "desk_head"])
def test_only_the_group_and_the_contact_person_adopt(plan: PlanActs, who: str) -> None:
    plan.begin()
    plan.put()
    with pytest.raises(NotAllowed):
        plan.adopt(by=who)


def test_the_contact_person_adopts_for_a_group_that_rings_and_the_event_names_who(plan: PlanActs) -> None:
    plan.adopted(by="contact")
    event = plan.house.events(plan.named(OWN.title).case)[0]
    assert event.person_id == plan.house.actors["contact"].person_id


def test_the_adoption_is_one_sealed_batch(plan: PlanActs) -> None:
    plan.adopted()
    with plan.house.database.reading() as session:
        assert session.execute(text("SELECT count(*), count(sealed_at) FROM tick")).one() == (1, 1)
        alone = "SELECT count(*) FROM event WHERE tick_id IS NULL AND type <> 'unit.added'"
        assert session.execute(text(alone)).scalar() == 0


DUE = [
    (2026, None, date(2026, 3, 2), date(2026, 12, 30)),
    (2026, 1, date(2026, 3, 2), date(2026, 3, 31)),
    (2025, 2, date(2026, 3, 2), date(2026, 3, 31)),
    (2026, 1, date(2026, 4, 1), date(2026, 6, 30)),
    (2027, 4, date(2026, 3, 2), date(2027, 12, 30)),
]


@pytest.mark.parametrize(("year", "quarter", "today", "due"), DUE)
def test_an_item_is_due_on_the_last_working_day_of_its_quarter_or_year(
    year: int, quarter: int | None, today: date, due: date
) -> None:
    assert due_day(year, quarter, today=today, calendar=CALENDAR) == due
