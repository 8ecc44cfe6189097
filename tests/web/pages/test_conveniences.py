"""Conveniences: one's own start page, officers of the unit first, and words for who acted and by which channel."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor

from cases.case import case_to_change
from cases.meetings.agenda_items import choose_for_agenda
from cases.organisation.people import Membership, Role
from cases.states import Kind, State
from web.pages.layout import posts


@pytest.mark.parametrize(
    ("who", "first"),
    [
        ("contact", "/skrivbord"),
        ("admin", "/skrivbord"),
        ("officer", "/enhet/gata"),
        ("head", "/enhet/gata"),
        ("member", "/bygd/norrby"),
        ("representative", "/forum"),
    ],
)
def test_everybody_comes_to_where_their_work_is(sqlite_web, who, first):
    assert visitor(sqlite_web, who).get("/min-sida").headers["Location"] == first
    assert visitor(sqlite_web, who).get(first).status_code == 200


def test_a_member_of_two_groups_comes_to_the_cases_of_the_first(sqlite_web):
    person = sqlite_web.house.actors["member"].person_id
    with sqlite_web.database.transaction() as session:
        other = sqlite_web.house.unit_id("soderby")
        session.add(Membership(person_id=person, unit_id=other, role=Role.MEMBER, since=date(2020, 1, 1)))
    assert visitor(sqlite_web, "member").get("/min-sida").location == "/enhet/norrby"


def test_who_was_told_names_the_unit_that_was_chosen(sqlite_web):
    ref = sqlite_web.house.hand_in()
    desk = visitor(sqlite_web, "contact")
    assert desk.send(f"/arenden/{ref}/steg", step="assign", responsible="gata").status_code == 303
    page = desk.read(f"/arenden/{ref}")
    assert "Besked går till: Gata" in page
    assert "den som väljs" not in page.partition("Vad händer nu?")[0]


@pytest.mark.parametrize(
    ("serves", "is_offered"),
    [({"since": date(9999, 1, 1)}, False), ({"until": date(9999, 1, 1)}, True), ({"until": MONDAY.date()}, False)],
)
def test_only_who_serves_today_is_offered_as_an_officer(sqlite_web, serves, is_offered):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    _serves(sqlite_web, "colleague", serves)
    page = visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text
    assert ('value="colleague@example.se"' in page) is is_offered


def test_the_demonstration_tells_only_what_somebody_is_today(sqlite_web):
    _serves(sqlite_web, "officer", {"since": date(9999, 1, 1)})
    _serves(sqlite_web, "colleague", {"until": date(9999, 1, 1)})
    with sqlite_web.app.test_request_context("/"):
        told = posts()
    assert sqlite_web.person_id("officer") not in told
    assert told[sqlite_web.person_id("colleague")].endswith(", Gata")


def _serves(web, who, days):
    """Set the days since and until which this person is a member of their unit."""
    with web.database.transaction() as session:
        session.execute(update(Membership).where(Membership.person_id == web.person_id(who)).values(days))


def test_your_own_page_calls_you_you(sqlite_web):
    ref = sqlite_web.house.hand_in()
    page = visitor(sqlite_web).read(f"/arende/{sqlite_web.house.case(ref).public_id}")
    assert "kl. 09.00 · Du" in page
    assert "kl. 09.00 · En besökare" in visitor(sqlite_web, "contact").read(f"/arenden/{ref}")


def test_how_a_duty_came_in_has_a_name(sqlite_web):
    ref = sqlite_web.house.hand_in(kind=Kind.DUTY, by="contact", channel="duty")
    page = visitor(sqlite_web, "contact").read(f"/arenden/{ref}")
    assert "Kom in via ett återkommande uppdrag" in page


def test_the_demonstration_tells_all_that_somebody_is(sqlite_web):
    person, unit = sqlite_web.person_id("member"), sqlite_web.house.unit_id("forum")
    with sqlite_web.database.transaction() as session:
        session.add(Membership(person_id=person, unit_id=unit, role=Role.MEMBER, since=date(2026, 3, 2)))
    with sqlite_web.app.test_request_context("/"):
        assert posts()[person].startswith("Medlem, Norrby; Medlem, ")


def test_a_meeting_that_was_held_keeps_its_agenda(sqlite_web):
    held, later = "2026-06-10", (date.today() + timedelta(days=400)).isoformat()  # noqa: DTZ011 - well ahead
    contact = visitor(sqlite_web, "contact")
    for day in (held, later):
        contact.send("/forum", name="Forum", held_on=day)
    there, settled = (sqlite_web.house.reach(State.ASSIGNED, title=title) for title in ("Bryggan", "Bänken"))
    put_on_agenda(sqlite_web, there, settled)
    sqlite_web.house.change(settled, State.DONE, note="Lagad", at=MONDAY + timedelta(days=200))
    before = contact.read("/forum/1")
    assert "Bryggan" in before
    assert "Bänken" in before
    after = contact.read("/forum/2")
    assert "Bryggan" in after
    assert "Bänken" not in after


def put_on_agenda(web, *refs):
    with web.database.transaction() as session:
        for ref in refs:
            choose_for_agenda(session, case_to_change(session, ref), by=web.house.actors["contact"], at=MONDAY)


def test_staff_go_from_the_receipt_to_the_case(sqlite_web):
    ref = sqlite_web.house.hand_in()
    receipt = f"/kvitto/{sqlite_web.house.case(ref).public_id}"
    assert f'href="/arenden/{ref}"' in visitor(sqlite_web, "contact").get(receipt).text
    assert f'href="/arenden/{ref}"' not in visitor(sqlite_web).get(receipt).text


def test_the_forum_stands_in_the_menu_once(sqlite_web):
    menu = visitor(sqlite_web, "representative").get("/forum").text.partition("</nav>")[0]
    assert menu.count("Forum</a>") == 1
    assert "/enhet/forum" not in menu
    assert "/enhet/gata" in visitor(sqlite_web, "officer").get("/forum").text.partition("</nav>")[0]
