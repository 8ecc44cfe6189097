"""Saying that an item is done, and showing how a plan is anchored."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from support.houses.small_pages import fields_of, form_as_sent, visitor
from support.plans.plan_acts import PlanActs

from cases.states import State
from workers.relay.draining import drain_outbox

ANCHOR = "/plan/norrby/forankring"
MEETING = {"kind": "meeting", "on": "1 mars 2026", "reached": "40", "answered": "31", "text": "Stormöte i bystugan"}


@pytest.fixture
def plan(sqlite_web):
    """The acts on the plan of norrby, which is adopted."""
    acts = PlanActs(sqlite_web.house)
    acts.adopted()
    return acts


@pytest.fixture
def member(sqlite_web):
    """The browser of a member of norrby."""
    return visitor(sqlite_web, "member")


def done(plan, title="Måla bystugan"):
    """Return the path of the form that says that the item with this title is done."""
    return f"/plan/norrby/gjort/{plan.named(title).key}"


def test_an_item_is_said_to_be_done(sqlite_web, plan, member):
    item = plan.named("Måla bystugan")
    assert f'href="{done(plan)}"' in member.get("/plan/norrby").text
    answer = member.send(done(plan), done_on="5 mars 2026", done_by="Ungdomarna", note="Den är röd igen")
    assert (answer.status_code, answer.location) == (303, "/plan/norrby")  # where the receipt stands
    page = member.read("/plan/norrby")
    assert "Bra jobbat! Nu kan alla se det." in page
    assert "Gjort 5 mars 2026 av Ungdomarna" in page
    assert sqlite_web.house.case(item.case).state is State.DONE
    assert member.send(done(plan), note="Igen").status_code == 409


def test_what_was_said_of_it_is_put_right_by_the_group_and_the_contact_person(sqlite_web, plan, member):
    path, ref = done(plan), plan.named("Måla bystugan").case
    member.send(path, done_on="2026-03-05", done_by="Ungdomarna", note="Den är röd igen")
    sent = len(sqlite_web.house.events(ref))
    assert f'href="{path}"' in member.get("/plan/norrby").text
    form = form_as_sent(member.get(path).text, path)
    assert (form["done_on"], form["done_by"], form["note"]) == ("2026-03-05", "Ungdomarna", "Den är röd igen")
    right = form | {"done_on": "6 mars 2026", "done_by": "Målarlaget", "note": "Den är gul"}
    assert member.send(path, **right | {"stamp": ""}).status_code == 303
    page = visitor(sqlite_web).read("/plan/norrby")
    assert "Gjort 6 mars 2026 av Målarlaget" in page
    assert "Rätta" not in page
    assert "Klart 6 mars 2026" in visitor(sqlite_web).read(f"/arenden/{ref}")
    told = visitor(sqlite_web, "contact")
    assert form_as_sent(told.get(path).text, path)["note"] == "Den är gul"
    assert told.send(path, **right | {"stamp": "", "done_by": ""}).status_code == 303
    assert "Gjort 6 mars 2026 av Norrby" in visitor(sqlite_web).read("/plan/norrby")
    events = sqlite_web.house.events(ref)
    assert ([event.type for event in events[sent:]], events[-1].facts["what"]) == (["case.corrected"] * 2, ["done_on"])
    assert visitor(sqlite_web, "neighbour").send(path, **right | {"stamp": ""}).status_code == 403
    assert member.send(path, **right | {"stamp": "", "done_on": "1999-01-05"}).status_code == 422


def test_what_is_done_is_not_put_right_before_and_not_by_those_who_do_not_have_it(sqlite_web, plan, member):
    given = {"puts_right": "1", "note": "Klart"}
    assert member.send(done(plan), **given).status_code == 409
    other = plan.named("Ny badplats").case
    sqlite_web.house.change(other, State.ASSIGNED, responsible="vatten")
    sqlite_web.house.change(other, State.DONE, by="contact", note="Klart")
    assert member.send(done(plan, "Ny badplats"), **given).status_code == 403


def test_a_day_that_has_been_has_an_example_in_the_past(member, plan):
    for path in (done(plan), ANCHOR):
        page = member.read(path)
        example = date.fromisoformat(page.partition("Till exempel ")[2].partition(" eller ")[2].split()[0])
        assert example < datetime.now(UTC).date()
    for given, field in (({"done_on": "nyss"}, "done_on"), ({"on": "nyss"}, "on")):
        page = member.send(done(plan) if field == "done_on" else ANCHOR, **MEETING | {"note": "x"} | given).text
        said = page.partition(f'id="{field}-refusal"')[2].partition("Skriv dagen som ")[2]
        assert date.fromisoformat(said[:10]) < datetime.now(UTC).date()


@pytest.mark.parametrize(
    ("given", "field"),
    [({"note": ""}, "note"), ({"done_on": "2090-01-01"}, "done_on"), ({"done_on": "nyss"}, "done_on"),
     ({"done_by": "x" * 201}, "done_by"), ({"note": "x" * 2001}, "note"),
     ({"done_on": "1999-01-05"}, "done_on")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(sqlite_web, plan, member, given, field):
    answer = member.send(done(plan), **{"done_on": "2026-03-05", "done_by": "Vi", "note": "Röd"} | given)
    assert answer.status_code == 422
    assert f'id="{field}-refusal"' in answer.text
    assert sqlite_web.house.case(plan.named("Måla bystugan").case).state is State.PLANNED


def test_an_item_of_others_is_theirs_to_finish(sqlite_web, plan, member):
    sqlite_web.house.change(plan.named("Ny badplats").case, State.ASSIGNED, responsible="vatten")
    assert f'href="{done(plan, "Ny badplats")}"' not in member.get("/plan/norrby").text
    assert member.send(done(plan, "Ny badplats"), note="Klart").status_code == 403


def test_only_the_group_and_the_contact_person_open_the_forms(sqlite_web, plan):
    for path in (done(plan), ANCHOR):
        for who, status in {"member": 200, "contact": 200, "officer": 403, "neighbour": 403, None: 303}.items():
            assert visitor(sqlite_web, who).get(path).status_code == status, (path, who)
        assert visitor(sqlite_web, "neighbour").send(path, **MEETING, note="x").status_code == 403
    assert visitor(sqlite_web, "member").get("/plan/norrby/gjort/999999").status_code == 404


def test_the_anchoring_is_shown_to_everybody_and_put_right(sqlite_web, plan, member):
    assert member.send(ANCHOR, **MEETING).location == "/plan/norrby#forankring"
    page = visitor(sqlite_web).read("/plan/norrby")
    for words in ("Möte", "1 mars 2026", "nådde 40", "svarade eller kom: 31", "Stormöte i bystugan"):
        assert words in page
    number = plan.plan().anchorings[0].number
    form = fields_of(member.get(f"{ANCHOR}?rattar={number}").text, ANCHOR)
    assert (form["replaces"], form["on"], form["reached"], form["text"]) == (
        [str(number)], ["2026-03-01"], ["40"], ["Stormöte i bystugan"],
    )  # fmt: skip
    assert member.send(ANCHOR, **MEETING | {"reached": "45", "replaces": str(number)}).status_code == 303
    assert [row.reached for row in plan.plan().anchorings] == [45]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"kind": ""}, "kind"), ({"kind": "annat"}, "kind"), ({"on": ""}, "on"), ({"on": "2090-01-01"}, "on"),
     ({"reached": "många"}, "reached"), ({"answered": "-1"}, "answered"), ({"answered": "41"}, "answered"),
     ({"text": ""}, "text")],
)  # fmt: skip
def test_what_is_wrong_in_an_anchoring_is_said_beside_its_field(plan, member, given, field):
    answer = member.send(ANCHOR, **MEETING | given)
    assert answer.status_code == 422
    assert f'id="{field}-refusal"' in answer.text
    assert "Invalid" not in answer.text
    assert "Must be" not in answer.text
    assert ("Skriv antalet med siffror, till exempel 50." in answer.text) is bool({"många", "-1"} & {*given.values()})
    assert plan.plan().anchorings == ()


def test_the_forms_are_english_in_english(plan, member):
    assert "What became of it?" in member.read(done(plan) + "?lang=en")
    assert "How many were reached?" in member.read(ANCHOR + "?lang=en")


def test_whoever_did_it_is_not_asked_whether_it_is_true(sqlite_web, plan, member):
    own, other = plan.named("Måla bystugan").case, plan.named("Ny badplats").case
    member.send(done(plan), note="Den är röd igen")
    sqlite_web.house.change(other, State.ASSIGNED, responsible="vatten")
    sqlite_web.house.change(other, State.DONE, by="water_officer", note="Klart")
    drain_outbox(sqlite_web.database)
    told = """SELECT delivery.letter, address.email, "case".ref FROM delivery_line
        JOIN delivery ON delivery.id = delivery_line.delivery_id JOIN address ON address.id = delivery.address_id
        JOIN event ON event.id = delivery_line.event_id JOIN "case" ON "case".id = event.stream"""
    with sqlite_web.database.reading() as session:
        asked = {tuple(row) for row in session.execute(text(told)) if row.letter == "done"}
    assert ("done", "norrby@example.se", other) in asked
    assert {ref for _, _, ref in asked} == {other}
    page = member.get(f"/arenden/{own}").text
    assert '<details class="more" ><summary>Är det inte klart ändå?</summary>' in page
    assert "Är det inte klart ändå?" not in member.get(f"/arenden/{other}").text


def test_what_is_done_is_not_kept_in_the_next_draft_and_is_counted_there(plan, member):
    title = "Måla bystugan"
    member.send(done(plan), note="Den är röd igen")
    member.send("/plan/norrby/utkast/borja")
    page = member.get("/plan/norrby/utkast").text
    assert page.count('value="done" checked') == 1
    assert title not in {item.title for item in plan.draft().items}
    assert "0 nya ärenden, 2 fortsätter, 0 tas bort, 1 är klart." in member.read("/plan/norrby/anta")
    member.send("/plan/norrby/anta", version=str(plan.draft().version), published="1")
    assert "0 nya ärenden, 2 fortsätter, 0 tas bort, 1 är klart." in member.read("/plan/norrby")
