"""The page of a village: everybody reads what it has done and means to do, its members also what it owes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.houses.statements import counted
from support.plans.plan_acts import A_YEAR_ON, ASKED, JOINT, OWN, WHOLE, PlanActs

from cases.case import Case, case_to_change
from cases.correcting import Correction, correct
from cases.history.words import Visibility
from cases.organisation.places import Place
from cases.organisation.units import GroupSort, Unit
from cases.states import State
from cases.village.plans.draft_content import DraftItem
from cases.village.plans.records.plan_item import PlanItemKind

IN_SUMMER = datetime(2026, 7, 1, 10, tzinfo=UTC)
A_DAY = timedelta(days=1)
MOST_QUERIES = 10  # nine, and for a member the meetings to which they are invited
CANARY = "Kanariefågel"


@pytest.fixture
def plan(sqlite_web) -> Iterator[PlanActs]:
    """The plan of norrby, a village, adopted on a Monday in March; a summer's day is the present."""
    plan = PlanActs(sqlite_web.house)
    with sqlite_web.database.transaction() as session:
        norrby = session.scalars(select(Unit).where(Unit.slug == "norrby")).one()
        norrby.place_id = session.scalars(select(Place.id).where(Place.slug == "norrby")).one()
        norrby.sort = GroupSort.VILLAGE
    plan.house.sweep(MONDAY)
    plan.adopted()
    for days in (1, 30):
        plan.house.sweep(MONDAY + days * A_DAY)
    with time_machine.travel(IN_SUMMER, tick=False):
        yield plan


def test_everybody_reads_the_plan_by_area_what_is_done_and_what_others_do(sqlite_web, plan):
    ref = plan.named(OWN.title).case
    said = {"done_on": date(2026, 5, 30), "done_by": "Målarlaget", "note": "Målad"}
    plan.house.change(ref, State.DONE, by="member", at=IN_SUMMER - A_DAY, **said)
    page = visitor(sqlite_web).read("/bygd/norrby")
    for words in (
        "Bygdegrupp Norrby En by att bo i", "Planen för 2026", "33 % 1 av 3 klara", "Klart 1 Planerat 2",
        "1. Vägar 1 1", "2. Bad 0 1", f"Det här har vi gjort {OWN.title} 30 maj 2026 · av Målarlaget",
        "Det här gör andra för oss", "Det ber vi andra om", "Det gör vi med andra", "Planen antogs 2 mars 2026",
    ):  # fmt: skip
        assert words in page


def test_it_can_be_read_in_english(sqlite_web, plan):
    page = visitor(sqlite_web).read("/bygd/norrby?lang=en")
    assert "Village group Norrby" in page
    assert "What others do for us" in page
    assert "0 of 3 done" in page


def test_v34_nobody_outside_reads_drafts_notes_or_cases_that_are_not_published(sqlite_web, plan):
    own = plan.house.hand_in(f"{CANARY} ärende", by="member", group="norrby", place="norrby")
    plan.house.comment(plan.named(OWN.title).case, f"{CANARY} intern", Visibility.INTERNAL, by="officer")
    plan.begin(at=IN_SUMMER)
    draft = replace(WHOLE, vision=f"{CANARY} vision", areas=(*WHOLE.areas[:1], replace(WHOLE.areas[1], name=CANARY)))
    items = tuple(replace(item, title=f"{CANARY} {item.title}", origin=None) for item in WHOLE.items)
    plan.put(replace(draft, items=items), at=IN_SUMMER)
    for who in (None, "neighbour", "board_member", "representative"):
        for path in ("/bygd/norrby", "/bygd/norrby?lang=en", "/planer", "/planer.csv"):
            assert CANARY not in visitor(sqlite_web, who).get(path).text, (who, path)
        page = visitor(sqlite_web, who).read("/bygd/norrby")
        assert "Det här är på gång" not in page
        assert "öppna ärenden" not in page
    assert f"{CANARY} ärende" in visitor(sqlite_web, "member").read("/bygd/norrby")
    assert f"{CANARY} vision" not in visitor(sqlite_web, "member").read("/bygd/norrby")
    _publish(sqlite_web, own)
    assert f"{CANARY} ärende" in visitor(sqlite_web).read("/bygd/norrby")


def test_personal_data_are_masked_for_everybody_and_not_for_members(sqlite_web, plan):
    ref = plan.named(OWN.title).case
    plan.house.change(ref, State.DONE, by="member", at=IN_SUMMER, note="Klart", done_by="Siv, siv@example.se")
    for path in ("/bygd/norrby", "/plan/norrby", f"/arenden/{ref}"):
        page = visitor(sqlite_web).read(path)
        assert "siv@example.se" not in page
        assert "av Siv" in page
    assert "siv@example.se" in visitor(sqlite_web, "member").read("/bygd/norrby")


def test_a_case_says_the_same_day_of_its_end_as_the_plan(sqlite_web, plan):
    ref = plan.named(OWN.title).case
    plan.house.change(ref, State.DONE, by="member", at=IN_SUMMER, note="Klart", done_on=date(2026, 5, 30))
    assert "30 maj 2026 av Norrby" in visitor(sqlite_web).read("/plan/norrby")
    assert "Klart 30 maj 2026" in visitor(sqlite_web).read(f"/arenden/{ref}")


def test_members_read_what_they_owe_with_the_day_in_words(sqlite_web, plan):
    case = _owed(sqlite_web, "plan")
    due_on = date(2026, 8, 12)
    plan.house.change(case, State.PLANNED, by="contact", at=IN_SUMMER, due_on=due_on, note="I augusti")
    page = visitor(sqlite_web, "member").read("/bygd/norrby")
    assert "Uppdatera planen om 6 veckor Ni gör det senast 12 augusti 2026. Skriv nästa plan" in page
    assert "Nästa kontakt med kommunen" in page
    assert "Lämna in för gruppen" in page
    staff = visitor(sqlite_web, "officer").read("/bygd/norrby")
    assert "Gruppen gör det senast 12 augusti 2026." in staff
    assert "Lämna in för gruppen" not in staff
    assert "Skriv nästa plan" in visitor(sqlite_web, "contact").read("/bygd/norrby")
    for who in ("officer", "admin"):  # whose press would be refused
        assert "Skriv nästa plan" not in visitor(sqlite_web, who).read("/bygd/norrby")


def test_the_group_reads_each_own_item_with_its_day_and_says_there_that_it_is_done(sqlite_web, plan):
    own, to_do = plan.named(OWN.title), "Det här ska ni göra enligt planen"
    row = f"{OWN.title} Det gör vi själva · klart senast 30 september 2026 Planerat"
    button = f'href="/plan/norrby/gjort/{own.key}"'
    assert f"{to_do} {row} Det här är gjort" in visitor(sqlite_web, "member").read("/bygd/norrby")
    assert f"Det här ska gruppen göra enligt planen {row}" in visitor(sqlite_web, "officer").read("/bygd/norrby")
    shown = {
        who: button in visitor(sqlite_web, who).get("/bygd/norrby").text for who in ("member", "contact", "officer")
    }
    assert shown == {"member": True, "contact": True, "officer": False}
    assert OWN.title not in visitor(sqlite_web).read("/bygd/norrby")
    with time_machine.travel(datetime(2026, 10, 1, 9, tzinfo=UTC), tick=False):
        assert "skulle ha varit klart 30 september 2026 Försenat" in visitor(sqlite_web, "member").read("/bygd/norrby")
    plan.house.change(own.case, State.DONE, by="member", at=IN_SUMMER, note="Målad")
    page = visitor(sqlite_web, "member").read("/bygd/norrby")
    assert to_do not in page
    assert f"Det här har vi gjort {OWN.title}" in page


def test_all_that_is_done_can_be_read_and_stands_in_one_place(sqlite_web, plan):
    for title, by in ((JOINT.title, "contact"), (ASKED.title, "contact"), (OWN.title, "member")):
        plan.house.change(plan.named(title).case, State.DONE, by=by, at=IN_SUMMER, note="Klart")
    page = visitor(sqlite_web).get("/bygd/norrby").text
    others = page.index("Det här gör andra för oss")
    assert page.index(JOINT.title) == page.rindex(JOINT.title) < others < page.index(ASKED.title)
    assert "tillsammans med " in page
    plan.begin(at=A_YEAR_ON)
    more = tuple(replace(OWN, title=f"Punkt {n}", year=2027) for n in range(6))
    plan.put(replace(WHOLE, year=2027, items=more), at=A_YEAR_ON)
    plan.adopt(at=A_YEAR_ON)
    for n in range(6):
        plan.house.change(plan.named(f"Punkt {n}").case, State.DONE, by="member", at=A_YEAR_ON, note="Klart")
    page = visitor(sqlite_web).get("/bygd/norrby").text
    assert page.count(OWN.title) == page.count(JOINT.title) == 1
    assert ASKED.title not in page
    assert page.index("Visa alla 8") < page.index(OWN.title)
    assert "30 maj" not in page and page.count("ur en tidigare plan") == 2


def test_what_was_given_today_is_owed_no_longer(sqlite_web):
    plan = PlanActs(sqlite_web.house)
    plan.house.sweep(MONDAY)
    with time_machine.travel(MONDAY, tick=False):
        member, contact = visitor(sqlite_web, "member"), visitor(sqlite_web, "contact")
        assert "Skriv den första planen om " in member.read("/bygd/norrby")
        assert contact.read("/bygderna").count("Skriv den första planen") == 2
        plan.adopted()
        assert "Det här är på gång Nästa kontakt" in member.read("/bygd/norrby")
        beside = contact.read("/bygderna")
        assert beside.count("Skriv den första planen") == 1
        assert "2 mars 2026 ingenting" in beside  # when its plan was adopted, and what it owes now


@pytest.mark.parametrize(
    ("hours", "lang", "said"),
    [
        (0, "sv", "senast 12 augusti 2026"),
        (24, "sv", "Försenad: skulle ha uppdaterats senast 12 augusti 2026."),
        (24, "en", "Late: it should have been updated by 12 August 2026."),
    ],
)
def test_a_late_plan_is_called_late_from_the_day_after(sqlite_web, plan, hours, lang, said):
    plan.house.change(
        _owed(sqlite_web, "plan"), State.PLANNED, by="contact", at=IN_SUMMER, due_on=date(2026, 8, 12), note="I augusti"
    )
    with time_machine.travel(datetime(2026, 8, 12, 20, tzinfo=UTC) + timedelta(hours=hours), tick=False):
        page = visitor(sqlite_web).read(f"/bygd/norrby?lang={lang}")
        assert said in page
        assert ("Försenad" in page or "Late:" in page) is (hours > 0)


def test_a_group_without_a_plan_has_a_page_and_what_is_no_group_has_none(sqlite_web, plan):
    assert "Ingen plan är antagen ännu." in visitor(sqlite_web).read("/bygd/soderby")
    for slug in ("gata", "desk", "finns-inte"):
        assert visitor(sqlite_web).get(f"/bygd/{slug}").status_code == 404


@pytest.mark.parametrize("who", [None, "member", "contact"])
def test_a_plan_of_forty_items_takes_no_more_queries_than_ten(web, who):
    plan = PlanActs(web.house)
    kinds = tuple(PlanItemKind)
    items = tuple(
        DraftItem(1 + n % 2, f"Åtgärd {n}", kinds[n % 3], category="trafik", responsible="gata", year=2027)
        for n in range(40)
    )
    plan.house.sweep(MONDAY)
    shown = plan.adopted(replace(WHOLE, items=items))
    for item in shown.items[:10]:
        if item.kind is PlanItemKind.OWN:
            plan.house.change(item.case, State.DONE, by="member", note="Klart")
    browser = visitor(web, who)
    browser.get("/bygd/norrby")  # what is kept between requests
    with counted(web.database) as statements:
        browser.get("/bygd/norrby")
    assert len(statements) <= MOST_QUERIES, "\n\n".join(statements)


def _owed(web, obligation: str) -> str:
    with web.database.reading() as session:
        found = select(Case.ref).where(Case.obligation == obligation, Case.subject == "norrby")
        return session.scalars(found.where(Case.state == State.PLANNED)).one()


def _publish(web, ref: str) -> None:
    with web.database.transaction() as session:
        case = case_to_change(session, ref)
        correct(session, case, Correction(published=True), by=web.house.actors["contact"], at=IN_SUMMER)
