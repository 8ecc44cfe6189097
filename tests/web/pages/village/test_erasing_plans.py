"""Erasing a case takes what plans say of it too: in frozen versions, drafts, kept answers, exports; by a decision."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from support.canaries import CANARY, DECISION, dumped, erase_all, holds, on_disk, send
from support.houses.moving import export_to
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.houses.small_web import Web
from support.plans.plan_acts import AREAS, ASKED, JOINT, OWN, PlanActs, content_of, dropping

from cases.checks.forgotten import find_forgotten
from cases.database.clock import present
from cases.database.tables.sent_forms import KeptForm
from cases.history.journal import Event
from cases.imports.formats.writing import CsvForm
from cases.imports.plans.exporting import export_plans
from cases.organisation.units import unit_named
from cases.refusals import StaleDraft
from cases.states import State
from cases.village.plans.adopting import Adoption
from cases.village.plans.anchoring import AnchoringShown, show_anchoring
from cases.village.plans.draft_content import DraftContent
from cases.village.plans.records.anchoring import AnchoringKind
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, log_contact
from proof.checker import Outside, check
from workers.relay.draining import drain_outbox

ERASED = "(raderat)"
REVISED = MONDAY + timedelta(days=30)
DONE = replace(OWN, title="kanarietitel som blir gjord", text="kanarietext")
KEPT = replace(ASKED, title="kanarietitel som lever", text="kanarietext om Bengt")
LEFT = replace(JOINT, title="kanarietitel som släpps", text="kanarietext")
SAID = DraftContent(
    2026, vision="kanarievision", situation="kanarieläge", strengths="kanariestyrka",
    areas=(replace(AREAS[0], why="kanarieskäl"), AREAS[1]), items=(DONE, KEPT, LEFT),
)  # fmt: skip

OTHERS = ", ".join(f"'{title}'" for title in (DONE.title, LEFT.title, f"{LEFT.title} nu"))


@pytest.fixture
def plan(sqlite_web: Web) -> PlanActs:
    """What `lived_in` says, on SQLite."""
    return lived_in(sqlite_web)


def lived_in(web: Web) -> PlanActs:
    """Two versions and a draft with a canary in every text, which answers of the API and letters told too."""
    plan = PlanActs(web.house)
    web.house.sweep(MONDAY)
    plan.begin()
    plan.put(SAID)
    kept = web.post("/plans/norrby/draft", {}, by="member", headers={"Idempotency-Key": "kanarie"})
    assert holds(kept.data)
    plan.adopt(Adoption(where="kanariesal", note="kanariebeslut"))
    done = plan.named(DONE.title).case
    web.house.change(done, State.DONE, by="member", note="kanarienot", done_by="kanarielaget")
    with web.database.transaction() as session:
        actors = web.house.actors
        shown = AnchoringShown(AnchoringKind.MEETING, MONDAY.date(), "kanariemöte")
        show_anchoring(session, "norrby", shown, by=actors["member"], at=MONDAY)
        given = ContactGiven(MONDAY.date(), ContactWay.PHONE, date(2026, 6, 1), note="kanariesamtal", met="kanarie Bo")
        kept_form = KeptForm(hash="aa", path="/plan/norrby/utkast", typed='{"vision": "kanarie"}', made_at=MONDAY)
        session.add(kept_form)
        log_contact(session, unit_named(session, "norrby"), given, by=actors["contact"], at=MONDAY)
    send(web)
    revise(plan)
    drain_outbox(web.database)  # and not sent: letters wait while it is erased
    return plan


def revise(plan: PlanActs) -> None:
    draft = plan.begin(at=REVISED)
    items = tuple(
        replace(item, title=f"{item.title} nu", text=f"{item.text} och Britta")
        for item in content_of(draft).items
        if item.title != DONE.title
    )
    plan.put(content_of(draft, items=items), at=REVISED)
    plan.put(dropping(plan.draft(at=REVISED), f"{LEFT.title} nu", "kanarieskäl"), at=REVISED)
    plan.adopt(at=REVISED)
    draft = plan.begin(at=datetime.now(UTC))
    items = tuple(replace(item, text="kanarieutkast") for item in content_of(draft).items)
    plan.put(content_of(draft, items=items), at=datetime.now(UTC))


def refs(web: Web) -> list[str]:
    with web.database.reading() as session:
        return list(session.scalars(text('SELECT ref FROM "case" ORDER BY id')))


def exported(web: Web, folder: Path) -> bytes:
    """Return what the files of all plans and of all cases say."""
    path = folder / "plans.csv"
    with web.database.reading() as session:
        export_plans(session, path, group=None, year=None, form=CsvForm.MACHINE, at=datetime.now(UTC))
    return path.read_bytes() + export_to(folder / "cases.csv", web.database).read_bytes()


def test_nothing_of_it_is_left_in_any_plan_answer_or_file(web: Web, tmp_path: Path) -> None:
    lived_in(web)
    assert CANARY in visitor(web, "contact").read("/sok?q=kanarietext")
    assert holds(exported(web, tmp_path))
    for ref in refs(web):
        erase_all(web, ref)
    assert not holds(dumped(web.database))
    assert not holds(exported(web, tmp_path))
    assert not holds(visitor(web, "contact").get("/plan/norrby/utkast").data)
    with web.database.reading() as session:
        assert [str(found) for found in find_forgotten(session, present(session)) if found.guarantee[0] == "V"] == []
    found = check(web.house.database.url, Outside(drained=False))
    assert [str(breach) for breach in found if breach.invariant in {"I5", "I19", "I20"}] == []
    send(web)
    assert on_disk(web, tmp_path) == {}


def kept_items(web: Web) -> list[tuple[str, str]]:
    """Return title and text of the item that lives on: in both versions, and in the draft."""
    with web.database.reading() as session:
        said = session.execute(text(f"SELECT title, text FROM plan_item WHERE title NOT IN ({OTHERS}) ORDER BY id"))
        return [tuple(row) for row in said]


def test_one_can_erase_what_one_version_says_and_keep_the_rest(sqlite_web: Web, plan: PlanActs) -> None:
    item = next(item for item in plan.plan(at=REVISED).items if item.title.startswith(KEPT.title))
    [carried] = sqlite_web.house.events(item.case, "case.carried")
    contact, draft = visitor(sqlite_web, "contact"), plan.draft(at=REVISED)
    page = contact.read(f"/arenden/{item.case}/radera")
    assert "kanarietext om Bengt och Britta" in page and "kanarieutkast" in page
    assert contact.send(f"/arenden/{item.case}/radera", event=str(carried.seq), decision=DECISION).status_code == 303
    assert kept_items(sqlite_web) == [(KEPT.title, KEPT.text), (ERASED, ERASED), (ERASED, ERASED)]
    with sqlite_web.database.reading() as session:
        [erasure] = session.scalars(select(Event).where(Event.type == "case.words_erased")).all()
        assert erasure.facts["also"] == ["plans"]
        decisions = session.scalars(text("SELECT DISTINCT erased_by_id FROM plan_item WHERE erased_by_id IS NOT NULL"))
        assert decisions.all() == [erasure.id]
    assert contact.read("/plan/norrby").count(ERASED) == 2
    with pytest.raises(StaleDraft):
        plan.put(content_of(draft), at=datetime.now(UTC))
    plan.adopt(at=datetime.now(UTC))  # what was erased hinders no next version


def test_the_words_that_the_case_began_with_go_from_each_version_that_says_the_same(
    sqlite_web: Web, plan: PlanActs
) -> None:
    case = plan.plan(1).items[0].case
    assert (
        visitor(sqlite_web, "contact").send(f"/arenden/{case}/radera", event="1", decision=DECISION).status_code == 303
    )
    [item] = [item for item in plan.plan(1).items if item.case == case]
    assert (item.title, item.text, item.done_by) == (ERASED, ERASED, "kanarielaget")


def test_the_same_words_go_in_each_version_and_all_when_no_words_are_left(sqlite_web: Web, plan: PlanActs) -> None:
    case = next(item for item in plan.plan(at=REVISED).items if item.title.startswith(KEPT.title)).case
    [renamed] = [
        event.seq for event in sqlite_web.house.events(case, "case.corrected") if "title" in event.facts["what"]
    ]
    contact = visitor(sqlite_web, "contact")
    assert contact.send(f"/arenden/{case}/radera", event=str(renamed), decision=DECISION).status_code == 303
    assert kept_items(sqlite_web) == [
        (KEPT.title, KEPT.text), (ERASED, f"{KEPT.text} och Britta"), (ERASED, "kanarieutkast")
    ]  # fmt: skip
    assert contact.send(f"/arenden/{case}/radera", event="1", decision=DECISION).status_code == 303
    assert kept_items(sqlite_web) == [(ERASED, ERASED)] * 3  # nothing else was said of it
