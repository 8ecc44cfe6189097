"""Writing the draft of a plan: what stands in the form, what is saved, and that nothing typed is lost."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from support.houses.small_pages import form_as_sent, visitor
from support.plans.plan_acts import A_YEAR_ON, OWN, PlanActs

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.organisation.places import Place
from cases.organisation.units import unit_named
from cases.states import State

DRAFT, BEGIN = "/plan/norrby/utkast", "/plan/norrby/utkast/borja"
ONE = {
    "year": "2026", "area-0-rank": "1", "area-0-name": "Vägar", "item-0-title": "Måla bystugan", "item-0-kind": "own",
    "item-0-area": "0", "item-0-category": "trafik", "item-0-responsible": "norrby", "item-0-year": "2027",
    "item-0-quarter": "2", "item-0-cost_kr": "1 500,50", "item-0-text": "Färg finns", "item-0-place": "norrby",
}  # fmt: skip


@pytest.fixture
def plan(sqlite_web):
    """The acts on the plan of norrby."""
    return PlanActs(sqlite_web.house)


@pytest.fixture
def member(sqlite_web):
    """The browser of a member of norrby."""
    return visitor(sqlite_web, "member")


def form_of(browser):
    """Return the fields of the draft's form as a browser would send them back."""
    return form_as_sent(browser.get(DRAFT).text, DRAFT)


def save(browser, **given):
    """Save what the form holds with these changes; a draft that was opened in the present revision."""
    return browser.send(DRAFT, **{"version": form_of(browser).get("version", "1"), **given})


def key(plan, title):
    """Return the key of the item with this title in the plan that stands."""
    return str(plan.named(title).key)


def next_draft(plan, **becomes):
    """Begin the draft after WHOLE has been adopted; return its form, which keeps all three items."""
    fields = {"year": "2027", "area-0-rank": "1", "area-0-name": "Vägar", "area-1-rank": "2", "area-1-name": "Bad"}
    for n, title in enumerate(("Måla bystugan", "Ny badplats", "Cykelväg till tätorten")):
        area = "1" if title == "Ny badplats" else "0"
        row = {"origin": key(plan, title), "what": "keep", "title": title, "area": area}
        fields |= {f"item-{n}-{name}": value for name, value in row.items()}
    return fields | becomes


def test_ideas_from_the_village_stand_beside(sqlite_web, plan, member):
    house, by, now = sqlite_web.house, sqlite_web.house.actors["contact"], datetime.now(UTC)
    with sqlite_web.database.transaction() as session:
        unit_named(session, "norrby").place_id = session.scalars(select(Place.id).where(Place.slug == "norrby")).one()
    plan.adopted()
    plan.begin(at=A_YEAR_ON)
    own = house.hand_in("Lyktor längs stigen", by="member", group="norrby", place="norrby", at=now)
    other = house.hand_in("Lekplats, ring 070-174 06 05", by="contact", place="norrby", at=now)
    house.hand_in("Hemlig fråga", by="contact", place="norrby", at=now)
    elsewhere = house.hand_in("Fråga från Soderby", by="contact", place="soderby", at=now)
    with sqlite_web.database.transaction() as session:
        for ref in (other, elsewhere):
            correct(session, case_to_change(session, ref), Correction(published=True), by=by, at=now)
    page = member.read(DRAFT)
    beside = page.partition("Idéer från bygden")[2].partition("Kommunen")[0]
    assert (beside.count("Lyktor längs stigen"), beside.count("Lekplats, ring")) == (1, 1)
    assert not any(words in page for words in ("070", "Hemlig fråga", "Fråga från Soderby"))
    assert OWN.title not in beside  # stands in the plan already
    for ref in (own, other):
        house.change(ref, State.DECLINED, by="contact", reason="Finns redan", at=now)
    assert "Idéer från bygden" not in member.read(DRAFT)


def test_what_is_typed_is_saved_and_stands_in_the_form_again(plan, member):
    assert "Det finns inget utkast" in member.read(DRAFT)
    assert member.send(BEGIN).location == DRAFT
    answer = save(member, **ONE)
    assert (answer.status_code, answer.location) == (303, DRAFT)
    [item] = plan.draft().items
    assert (item.title, item.year, item.quarter, item.cost_ore, item.text) == (
        "Måla bystugan", 2027, 2, 150050, "Färg finns",
    )  # fmt: skip
    assert "Utkastet är sparat." in member.read(DRAFT)
    shown = form_of(member)
    assert (shown["item-0-title"], shown["item-0-cost_kr"], shown["area-0-name"]) == (
        "Måla bystugan", "1500,50", "Vägar",
    )  # fmt: skip


@pytest.mark.parametrize(("what", "first"), [("area", "area-1-name"), ("item", "item-1-title")])
def test_adding_a_row_saves_nothing_and_loses_nothing(plan, member, what, first):
    member.send(BEGIN)
    answer = save(member, **ONE, add=what, vision="En by att bo i")
    assert answer.status_code == 200
    for kept in ("Måla bystugan", "1 500,50", "Färg finns", "En by att bo i"):
        assert kept in answer.text
    assert f'id="{first}"' in answer.text
    assert answer.text.count("autofocus") == 1
    assert plan.draft().items == ()


@pytest.mark.parametrize(
    ("given", "field", "said", "saved"),
    [
        ({"item-0-title": " "}, "item-0-title", "Skriv med några ord", 0),
        ({"item-0-year": "snart"}, "item-0-year", "Skriv året med fyra siffror.", 1),
        ({"item-0-year": "26"}, "item-0-year", "1990", 1),
        ({"item-0-cost_kr": "mycket"}, "item-0-cost_kr", "Skriv beloppet i kronor", 1),
        ({"item-0-cost_kr": "-5"}, "item-0-cost_kr", "", 0),
        ({"item-0-category": "påhittat"}, "item-0-category", "", 0),
        ({"item-0-kind": "påhittat"}, "item-0-kind", "Det här är inget av alternativen", 1),
        ({"area-0-rank": "först"}, "area-0-rank", "Skriv ett heltal", 1),
        ({"area-0-name": "", "area-0-why": "Därför"}, "area-0-name", "Ge området ett namn.", 0),
        ({"area-0-name": ""}, "item-0-area", "Välj ett område.", 0),
        ({"year": ""}, "year", "Skriv året med fyra siffror.", 1),
        ({"vision": "x" * 20_001}, "vision", "", 0),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_all_is_kept(plan, member, given, field, said, saved):
    member.send(BEGIN)
    answer = save(member, **ONE | given)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-refusal"' in answer.text
    assert said in answer.text
    assert "Färg finns" in answer.text
    assert len(plan.draft().items) == saved  # what is half written is saved so far


def test_all_that_is_unfinished_is_told_at_once_by_name_and_the_rest_is_saved(sqlite_web, plan, member):
    plan.adopted()
    plan.begin(at=A_YEAR_ON)
    half = {"item-0-what": "done", "item-1-what": "change", "item-1-year": "snart", "item-1-kind": "joint",
            "item-2-what": "drop", "vision": "En by med bad"}  # fmt: skip
    told = save(member, **next_draft(plan, **half))
    assert told.status_code == 422
    page = told.text.partition("Utkastet är sparat, men inte allt")[2].partition("</ul>")[0]
    for row, words in (("Måla bystugan", "Skriv hur det gick. Alla kan läsa det."),
                       ("Ny badplats", "Skriv året med fyra siffror."),
                       ("Cykelväg till tätorten", "Skriv varför åtgärden inte är med längre.")):  # fmt: skip
        assert row in page and words in page
    assert sqlite_web.house.case(plan.named("Måla bystugan").case).state is State.PLANNED
    draft = plan.draft()
    assert (draft.vision, [item.title for item in draft.items]) == ("En by med bad", ["Ny badplats"])
    form = form_as_sent(told.text, DRAFT)
    whole = {"item-0-note": "Målad", "item-1-year": "2028", "item-2-reason": "Finns redan"}
    assert member.send(DRAFT, **form | whole).status_code == 303
    assert sqlite_web.house.case(plan.named("Måla bystugan").case).state is State.DONE
    assert (plan.draft().items[0].year, plan.draft().dropped[0].reason) == (2028, "Finns redan")


def test_each_item_of_the_plan_is_kept_changed_or_let_go_with_a_reason(plan, member):
    plan.adopted()
    plan.begin(at=A_YEAR_ON)
    page = member.read(DRAFT)
    assert page.index("Måla bystugan") < page.index("Det som är nytt")
    changed = {"what": "change", "title": "Bada bättre", "category": "belysning", "responsible": "vatten",
               "year": "2028", "kind": "joint"}  # fmt: skip
    form = next_draft(plan, **{f"item-1-{name}": value for name, value in changed.items()})
    refused = save(member, **form | {"item-2-what": "drop", "item-2-reason": ""})
    assert refused.status_code == 422
    assert "Skriv varför den lämnas" in refused.text or 'id="item-2-reason-refusal"' in refused.text
    saved = save(member, **form | {"item-2-what": "drop", "item-2-reason": "Finns redan", "item-2-fate": "moved"})
    assert saved.status_code == 303
    draft = plan.draft()
    assert [(item.title, item.year) for item in draft.items] == [("Måla bystugan", 2026), ("Bada bättre", 2028)]
    assert [(drop.title, drop.fate, drop.reason) for drop in draft.dropped] == [
        ("Cykelväg till tätorten", "moved", "Finns redan"),
    ]  # fmt: skip
    shown = member.get(DRAFT).text
    for n, what in enumerate(("keep", "change", "drop")):
        assert f'id="item-{n}-what-{what}" value="{what}" checked' in shown


def test_what_is_kept_stays_as_it_was_whatever_its_hidden_fields_hold(plan, member):
    plan.adopted()
    plan.begin(at=A_YEAR_ON)
    assert save(member, **next_draft(plan, **{"item-0-title": "Annat", "item-0-year": "2031"})).status_code == 303
    assert plan.draft().items[0].title == "Måla bystugan"


def test_what_is_said_to_be_done_finishes_its_case(sqlite_web, plan, member):
    plan.adopted()
    plan.begin(at=A_YEAR_ON)
    ref = plan.named("Måla bystugan").case
    done = {"item-0-what": "done", "item-0-done_on": "2026-03-05", "item-0-done_by": "Ungdomarna"}
    refused = save(member, **next_draft(plan, **done))
    assert refused.status_code == 422
    assert 'id="item-0-note-refusal"' in refused.text
    assert sqlite_web.house.case(ref).state is State.PLANNED
    assert len(plan.draft().items) == 2  # what could be read is saved
    assert save(member, **next_draft(plan, **done, **{"item-0-note": "Målad"})).status_code == 303
    assert sqlite_web.house.case(ref).state is State.DONE
    assert (plan.named("Måla bystugan").done_by, len(plan.draft().items)) == ("Ungdomarna", 2)
    assert 'id="item-0-what-done" value="done" checked' in member.get(DRAFT).text


def test_what_others_have_is_not_for_the_group_to_finish(sqlite_web, plan, member):
    plan.adopted()
    sqlite_web.house.change(plan.named("Ny badplats").case, State.ASSIGNED, responsible="vatten")
    plan.begin(at=A_YEAR_ON)
    assert 'id="item-1-what-done"' not in member.get(DRAFT).text
    told = {"item-1-what": "done", "item-1-note": "Klart", "item-1-area": "1"}
    assert save(member, **next_draft(plan, **told)).status_code == 403
    assert sqlite_web.house.case(plan.named("Ny badplats").case).state is State.ASSIGNED


def test_the_areas_stand_in_the_order_that_is_asked_for(plan, member):
    member.send(BEGIN)
    more = {"area-0-rank": "2", "area-1-rank": "1", "area-1-name": "Skolan", "area-2-rank": "", "area-2-name": "Sist"}
    save(member, **ONE | more)
    assert [area.name for area in plan.draft().areas] == ["Skolan", "Vägar", "Sist"]
    assert plan.draft().items[0].area == 2


def test_a_row_that_is_ticked_is_taken_away(plan, member):
    member.send(BEGIN)
    save(member, **ONE)
    assert save(member, **ONE, **{"item-0-remove": "1"}).status_code == 303
    assert plan.draft().items == ()


def test_what_only_one_of_two_changed_is_kept_without_a_question(sqlite_web, plan, member):
    member.send(BEGIN)
    save(member, **ONE)
    contact = visitor(sqlite_web, "contact")
    mine, theirs = form_of(member), form_of(contact)
    theirs |= {"vision": "En by att bo i", "strengths": "Vi hjälps åt", "item-0-year": "2028"}
    assert contact.send(DRAFT, **theirs).status_code == 303
    mine |= {"situation": "Vi har ingen buss", "item-0-title": "Måla hela bystugan"}
    assert member.send(DRAFT, **mine).status_code == 303
    draft = plan.draft()
    assert (draft.vision, draft.situation, draft.strengths) == ("En by att bo i", "Vi har ingen buss", "Vi hjälps åt")
    assert [(item.title, item.year) for item in draft.items] == [("Måla hela bystugan", 2028)]
    assert "Det som någon annan sparade medan du skrev finns också med." in member.read(DRAFT)


def test_what_both_changed_is_shown_with_the_words_of_the_other_before_it_is_saved(sqlite_web, plan, member):
    member.send(BEGIN)
    save(member, **ONE, **{"item-1-title": "Gräva", "item-1-kind": "own", "item-1-area": "0", "item-1-quarter": "1"})
    contact = visitor(sqlite_web, "contact")
    mine, theirs = form_of(member), form_of(contact)
    contact.send(DRAFT, **theirs | {"item-0-title": "Kontaktens punkt", "strengths": "Deras", "item-1-quarter": "4"})
    told = member.send(DRAFT, **mine | {"item-0-title": "Min punkt", "vision": "Min", "item-1-quarter": "3"})
    assert told.status_code == 409
    for words in (
        "Contact sparade utkastet",
        "Min punkt",
        "Den andra har: Kontaktens punkt",
        "Den andra har: oktober–december",
    ):
        assert words in told.text
    assert 'id="item-0-title-refusal"' in told.text
    assert "Öppna det igen" not in told.text
    assert [item.title for item in plan.draft().items] == ["Kontaktens punkt", "Gräva"]
    again = form_as_sent(told.text, DRAFT)
    assert (again["strengths"], again["vision"]) == ("Deras", "Min")
    assert member.send(DRAFT, **again).status_code == 303
    draft = plan.draft()
    assert [(item.title, item.quarter) for item in draft.items] == [("Min punkt", 2), ("Gräva", 3)]
    assert (draft.vision, draft.strengths) == ("Min", "Deras")


def test_the_second_to_save_is_told_what_happened_and_keeps_what_was_typed(sqlite_web, plan, member):
    member.send(BEGIN)
    version = form_of(member)["version"]
    contact = visitor(sqlite_web, "contact")
    assert contact.send(DRAFT, version=version, **ONE | {"item-0-title": "Kontaktens punkt"}).status_code == 303
    mine = {"version": version, **ONE, "item-0-title": "Min punkt"}  # what it was opened with is not known
    told = member.send(DRAFT, **mine)
    assert told.status_code == 409
    for words in ("Contact sparade utkastet", "Min punkt", "Kontaktens punkt"):
        assert words in told.text
    assert [item.title for item in plan.draft().items] == ["Kontaktens punkt"]


def test_a_form_of_the_draft_before_is_not_saved_over_the_next_one(plan, member):
    member.send(BEGIN)
    old = {"version": form_of(member)["version"], **ONE, "item-0-title": "Min punkt"}
    plan.put()
    plan.adopt()
    told = member.send(DRAFT, **old)  # the contact person adopted it meanwhile
    assert told.status_code == 409 and "Min punkt" in told.text
    plan.begin(at=A_YEAR_ON)
    told = member.send(DRAFT, **old)
    assert told.status_code == 409 and "Min punkt" in told.text
    assert "Min punkt" not in [item.title for item in plan.draft().items]


def test_the_same_form_sent_twice_saves_once(plan, member):
    member.send(BEGIN)
    form = {"version": "1", **ONE, "stamp": form_of(member)["stamp"]}
    token = member.form_token()
    answers = [member.send(DRAFT, **form | {"csrf_token": token}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert plan.draft().version == 2


def test_only_the_group_and_the_contact_person_open_it(sqlite_web, plan):
    plan.begin()
    allowed = {"member": 200, "contact": 200, "officer": 403, "neighbour": 403, "representative": 403, None: 303}
    sent = {200: 303, 403: 403, 303: 401}
    for who, status in allowed.items():
        browser = visitor(sqlite_web, who)
        assert browser.get(DRAFT).status_code == status, who
        assert browser.send(DRAFT, **ONE, version=str(plan.draft().version)).status_code == sent[status], who
    assert visitor(sqlite_web, "member").get("/plan/gata/utkast").status_code == 404


def test_the_form_is_english_in_english(member):
    member.send(BEGIN)
    page = member.read(DRAFT + "?lang=en")
    assert "What is to be done?" in page
    assert "Save and go on to adopting it" in page
