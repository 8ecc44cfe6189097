"""Adopting a plan by its page: what is missing, what adopting does, and the receipt."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.plans.plan_acts import A_YEAR_ON, ASKED, OWN, WHOLE, PlanActs, content_of, dropping

from cases.village.plans.draft_content import DraftContent

ADOPT = "/plan/norrby/anta"


@pytest.fixture
def plan(sqlite_web):
    """The acts on the plan of norrby."""
    return PlanActs(sqlite_web.house)


@pytest.fixture
def member(sqlite_web):
    """The browser of a member of norrby."""
    return visitor(sqlite_web, "member")


def adopt(browser, plan, **given):
    """Send the form, with the tick and in the present revision of the draft."""
    return browser.send(ADOPT, **{"version": str(plan.draft().version), "published": "1", **given})


def test_what_is_missing_is_listed_by_item_and_leads_to_its_place(plan, member):
    plan.begin()
    bare = (replace(OWN, category=None), replace(ASKED, responsible=None, year=None))
    plan.put(DraftContent(2026, areas=WHOLE.areas, items=bare))
    page = member.get(ADOPT).text
    assert "3 saker saknas" in page
    for field in ("item-0-category", "item-1-responsible", "item-1-year"):
        assert f'href="/plan/norrby/utkast#{field}"' in page
        assert f'id="{field}"' in member.get("/plan/norrby/utkast").text
    assert 'name="published"' not in page


def test_an_empty_draft_lacks_an_area(plan, member):
    plan.begin()
    assert 'href="/plan/norrby/utkast#area-0-name"' in member.get(ADOPT).text


def test_an_item_that_is_left_out_leads_to_its_choice(plan, member):
    plan.adopted()
    draft = plan.begin(at=A_YEAR_ON)
    content = content_of(draft)
    plan.put(replace(content, items=content.items[:1] + content.items[2:]), at=A_YEAR_ON)
    page = member.get(ADOPT).text
    assert 'href="/plan/norrby/utkast#item-1"' in page
    draft_page = member.get("/plan/norrby/utkast").text
    assert 'id="item-1"' in draft_page
    assert 'name="item-1-what" id="item-1-what-keep" value="keep" >' in draft_page


def test_the_page_says_what_adopting_does_and_the_plan_gives_a_receipt(plan, member):
    plan.house.sweep(MONDAY)
    plan.adopted()
    draft = plan.begin(at=A_YEAR_ON)
    content = dropping(draft, "Ny badplats")
    new = replace(OWN, title="Gungor")
    plan.put(replace(content, items=(*content.items, new)), at=A_YEAR_ON)
    assert "1 nytt ärende, 2 fortsätter, 1 tas bort." in member.read(ADOPT)
    assert "Planen blir offentlig" in member.read(ADOPT)
    assert "Nästa uppdatering senast" in member.read(ADOPT)
    answer = adopt(member, plan, on="2026-11-02", where="Bystugan", note="Alla var med")
    assert (answer.status_code, answer.location) == (303, "/plan/norrby")
    page = member.read("/plan/norrby")
    assert "Planen är antagen: 1 nytt ärende, 2 fortsätter, 1 tas bort. Nu kan alla läsa den här." in page
    assert "Version 2, antagen 2 november 2026" in page
    assert "Gungor" in visitor(plan_web(member)).read("/plan/norrby")


def plan_web(browser):
    """Return the house's web behind this browser."""
    return browser.web


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"published": ""}, "published", "Kryssa i att ni vet"),
        ({"on": "2090-01-01"}, "on", "Datumet får vara senast"),
        ({"on": "i våras"}, "on", "Skriv dagen som"),
        ({"where": "x" * 201}, "where", "högst 200 tecken"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(plan, member, given, field, said):
    plan.begin()
    plan.put()
    answer = adopt(member, plan, **{"note": "Alla var med"} | given)
    assert answer.status_code == 422
    assert f'id="{field}-refusal"' in answer.text
    assert said in answer.text
    assert "Alla var med" in answer.text
    assert plan.plan().current is None


def test_what_was_saved_since_is_read_before_it_is_adopted(plan, member):
    plan.begin()
    version = str(plan.put().version)
    plan.put(by="contact")
    answer = adopt(member, plan, version=version)
    assert answer.status_code == 409
    assert "Contact sparade utkastet" in answer.text
    assert plan.plan().current is None


def test_a_draft_that_became_incomplete_is_not_adopted(plan, member):
    plan.begin()
    plan.put(DraftContent(2026))
    answer = adopt(member, plan)
    assert answer.status_code == 422
    assert "Planen kan inte antas än" in answer.text
    assert 'href="/plan/norrby/utkast#area-0-name"' in answer.text


def test_the_same_form_sent_twice_adopts_once(plan, member):
    plan.begin()
    plan.put()
    from support.houses.small_pages import fields_of

    form = {name: values[0] for name, values in fields_of(member.get(ADOPT).text, ADOPT).items()}
    form |= {"published": "1", "csrf_token": member.form_token()}
    assert [member.send(ADOPT, **form).status_code for _ in range(2)] == [303, 303]
    assert plan.plan().current.number == 1


def test_only_the_group_and_the_contact_person_adopt(sqlite_web, plan):
    plan.begin()
    plan.put()
    for who, status in {"member": 200, "contact": 200, "officer": 403, "neighbour": 403, None: 303}.items():
        browser = visitor(sqlite_web, who)
        assert browser.get(ADOPT).status_code == status, who
        if status != 200:
            assert adopt(browser, plan).status_code == (401 if who is None else 403), who
    assert plan.plan().current is None


def test_without_a_draft_the_page_says_so(member):
    assert "Det finns inget utkast att anta." in member.read(ADOPT)


def test_the_page_is_english_in_english(plan, member):
    plan.begin()
    plan.put()
    assert "3 new cases, 0 go on, 0 are left out." in member.read(ADOPT + "?lang=en")


def test_a_time_that_has_passed_is_told_before_the_plan_is_adopted(plan, member):
    plan.begin()
    plan.put()
    with time_machine.travel(MONDAY, tick=False):
        assert "Tiden för det här har passerat" not in member.read(ADOPT)
    with time_machine.travel(datetime(2026, 11, 29, 10, tzinfo=UTC), tick=False):
        page = member.read(ADOPT)
    told = page.partition("Tiden för det här har passerat")[2]
    assert told.startswith(" Måla bystugan (2026, juli–september) Välj en ny tid")


def test_nobody_asks_their_own_group(plan, member):
    plan.begin()
    plan.put(DraftContent(2026, areas=WHOLE.areas, items=(replace(ASKED, responsible="norrby"),)))
    page = member.get(ADOPT).text
    assert "Cykelväg till tätorten: välj vem ni ber, eller säg att ni gör det själva." in page
    assert 'href="/plan/norrby/utkast#item-0-responsible"' in page
