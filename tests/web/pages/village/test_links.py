"""Ways to the village pages: from the start page, the menu of members, a group's pile, and published cases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.plans.plan_acts import ASKED, PlanActs

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.organisation.people import Membership, Role
from cases.organisation.places import Place
from cases.organisation.units import Unit

HREF = 'href="/bygd/norrby"'


@pytest.fixture
def published(sqlite_web):
    """A function that publishes a new case with these fields, and returns its public page as a visitor gets it."""

    def publish(**fields: object) -> str:
        ref = sqlite_web.house.hand_in(by="contact", **fields)
        with sqlite_web.database.transaction() as session:
            by = sqlite_web.house.actors["contact"]
            correct(session, case_to_change(session, ref), Correction(published=True), by=by, at=datetime.now(UTC))
        return visitor(sqlite_web).get(f"/arenden/{ref}").text

    return publish


def test_the_start_page_leads_to_all_villages(sqlite_web):
    assert 'href="/planer"' in visitor(sqlite_web).get("/").text
    assert "Bygderna och deras planer" in visitor(sqlite_web).read("/")


def test_the_menu_of_members_has_their_village_and_that_of_others_has_none(sqlite_web):
    menu = visitor(sqlite_web, "member").get("/").text.partition("</nav>")[0]
    assert f"<a {HREF} >Vår bygd</a>" in menu
    for who in (None, "officer", "contact", "representative"):
        assert "Vår bygd" not in visitor(sqlite_web, who).get("/").text


def test_the_menu_of_visitors_and_members_leads_to_all_villages(sqlite_web):
    for who, path in ((None, "/planer"), ("member", "/planer"), ("officer", "/bygderna")):
        menu = visitor(sqlite_web, who).get("/").text.partition("</nav>")[0]
        assert f'<a href="{path}" >Bygderna</a>' in menu, who
        assert menu.count(">Bygderna<") == 1
    assert 'href="/planer"' in visitor(sqlite_web, "officer").get("/bygderna").text


@pytest.mark.parametrize("who", [None, "officer"])
def test_a_village_is_found_by_its_name(sqlite_web, who):
    browser = visitor(sqlite_web, who)
    for wanted in ("Norrby", "norr", "NORRBY norr"):
        page = browser.get(f"/sok?q={wanted}").text
        assert page.index(HREF) < page.index('id="antal"')
    for wanted in ("n", "orrby", "Norrby lampa", "Soderby", ""):
        assert HREF not in browser.get(f"/sok?q={wanted}").text


def test_a_member_of_two_villages_reads_which_is_which(sqlite_web):
    with sqlite_web.database.transaction() as session:
        unit = session.scalars(select(Unit.id).where(Unit.slug == "soderby")).one()
        person, since = sqlite_web.house.actors["member"].person_id, MONDAY.date()
        session.add(Membership(person_id=person, unit_id=unit, role=Role.MEMBER, since=since))
    menu = visitor(sqlite_web, "member").read("/")
    assert "Vår bygd, Norrby" in menu
    assert "Vår bygd, Soderby" in menu


def test_the_pile_of_a_group_leads_to_its_village_and_that_of_a_department_does_not(sqlite_web):
    assert HREF in visitor(sqlite_web, "contact").get("/enhet/norrby").text
    assert "/bygd/" not in visitor(sqlite_web, "contact").get("/enhet/gata").text


def test_an_item_of_a_plan_leads_to_the_village_whose_plan_it_is(sqlite_web):
    plan = PlanActs(sqlite_web.house)
    plan.adopted()
    assert HREF in visitor(sqlite_web).get(f"/arenden/{plan.named(ASKED.title).case}").text


def test_a_published_case_leads_to_the_village_of_its_place(sqlite_web, published):
    with sqlite_web.database.transaction() as session:
        place = session.scalars(select(Place.id).where(Place.slug == "norrby")).one()
        session.scalars(select(Unit).where(Unit.slug == "norrby")).one().place_id = place
    assert HREF in published(title="Hål i vägen", place="norrby")
    assert "/bygd/" not in published(title="Hål i bron", place="soderby")


def test_which_group_asked_is_not_public(sqlite_web, published):
    assert "/bygd/" not in published(title="Hål i vägen", group="norrby")
