"""Villagers: whoever has posts only in groups and the forum is never staff, on no page and in no answer of the API."""

from datetime import UTC, datetime

import pytest
from support.houses.small_house import SINCE
from support.houses.small_pages import PageClient, visitor

from cases.access.actors import actor_for
from cases.access.tokens import make_api_token
from cases.history.words import Visibility
from cases.organisation.people import Membership, Person, Role
from cases.states import State

ROLES = (Role.HEAD, Role.OFFICER, Role.CONTACT)
FOR_STAFF = ("/skrivbord", "/lamna/flera", "/ring", "/undanlagt")


def villager(web, role: Role) -> PageClient:
    """A browser, and an API token, of somebody with this role in the group norrby and in the forum."""
    with web.database.transaction() as session:
        person = Person(email="villager@example.se", name="Vera")
        session.add(person)
        session.flush()
        for unit in ("norrby", "forum"):
            held = Membership(person_id=person.id, unit_id=web.house.unit_id(unit), role=role, since=SINCE)
            session.add(held)
        session.flush()
        web.house.actors["villager"] = actor_for(session, person.id, on=datetime.now(UTC).date())
        web.tokens["villager"] = make_api_token(session, person, datetime.now(UTC))
    return visitor(web, "villager")


@pytest.mark.parametrize("role", ROLES)
def test_a_villager_meets_no_page_of_the_staff(sqlite_web, role):
    own = sqlite_web.house.reach(State.ASSIGNED, group="norrby", title="Badplatsen")
    other = sqlite_web.house.reach(State.ASSIGNED, title="Hemligheten")
    sqlite_web.house.comment(own, "Bara för oss", Visibility.INTERNAL, by="officer")
    browser = villager(sqlite_web, role)
    assert [browser.get(path).status_code for path in FOR_STAFF] == [403] * len(FOR_STAFF)
    assert browser.get(f"/arenden/{other}").status_code == 404
    assert browser.get("/enhet/gata").status_code == 404
    page = browser.get(f"/arenden/{own}").text
    assert "Bara för oss" not in page
    assert 'value="internal"' not in page
    assert "Hemligheten" not in browser.read("/sok?q=hemligheten")
    assert browser.get("/min-sida").location == "/bygd/norrby"
    menu = browser.get("/enhet/norrby").text.partition("</nav>")[0]
    assert "/skrivbord" not in menu
    assert "/ring" not in menu


@pytest.mark.parametrize("role", ROLES)
def test_the_api_shows_a_villager_what_a_member_sees(sqlite_web, role):
    own = sqlite_web.house.reach(State.ASSIGNED, group="norrby")
    sqlite_web.house.reach(State.ASSIGNED, title="Hemligheten")
    villager(sqlite_web, role)
    listed = sqlite_web.get("/cases", by="villager").json["items"]
    assert [case["ref"] for case in listed] == [own]
    assert listed == sqlite_web.get("/cases", by="member").json["items"]
    shown = sqlite_web.get(f"/cases/{own}", by="villager").json
    assert shown.get("reporter") is None
    assert "public_id" not in shown
    told = {"text": "Hemligt", "visibility": "internal"}
    assert sqlite_web.post(f"/cases/{own}/comments", told, by="villager").status_code == 403
    assert sqlite_web.patch(f"/cases/{own}", {"title": "Annat"}, by="villager").status_code == 403
