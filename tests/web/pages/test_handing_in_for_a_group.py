"""A representative hands in from the group's page: for that group, in their own name, and gets the receipt."""

import re

import pytest
from sqlalchemy import select
from support.houses.small_pages import fields_of, stamp, visitor

from cases.case import Case
from cases.history.journal import Event
from cases.organisation.units import unit_named

HAND_IN_LINK = re.compile(r'href="(/lamna[^"]*)"')


def handed_in(web, **form):
    """Send the form as the member of the group norrby; return the case and its reporter's name and address."""
    browser = visitor(web, "member")
    empty = {name: values[0] for name, values in fields_of(browser.get("/lamna").text, "/lamna").items() if values}
    sent = browser.send("/lamna", **{**empty, "reach": "", "title": "Bryggan är lös", **form})
    assert sent.status_code == 303, sent.text
    with web.database.reading() as session:
        case = session.scalars(select(Case).order_by(Case.id.desc())).first()
        return case.group.slug if case.group else None, case.reporter and (case.reporter.name, case.reporter.email)


def test_every_hand_in_link_of_the_groups_page_names_the_group(sqlite_web):
    page = visitor(sqlite_web, "member").get("/enhet/norrby").text
    links = HAND_IN_LINK.findall(page)
    assert len(links) == 3 and set(links) == {"/lamna?group=norrby"}


@pytest.mark.parametrize(
    ("sort", "word"), [(None, "Grupp"), ("village", "Bygdegrupp"), ("town", "Tätortsgrupp"), ("sector", "Branschgrupp")]
)
def test_the_groups_page_says_of_what_sort_it_is(sqlite_web, sort, word):
    with sqlite_web.database.transaction() as session:
        group = unit_named(session, "norrby")
        group.sort, group.place_id = sort, None
    assert f'<p class="quiet small">{word}</p>' in visitor(sqlite_web, "member").get("/enhet/norrby").text


def test_the_group_is_chosen_and_stands_above_the_words(sqlite_web):
    page = visitor(sqlite_web, "member").get("/lamna?group=norrby").text
    assert re.search(r'<option value="norrby" selected>', page)
    assert page.index('name="group"') < page.index('name="title"')


def test_a_member_chooses_among_their_own_groups_only(sqlite_web):
    page = visitor(sqlite_web, "member").get("/lamna?group=gata").text
    choices = page.partition('name="group"')[2].partition("</select>")[0]
    assert re.findall(r'<option value="([^"]*)"', choices) == ["", "norrby"]
    assert "selected" not in choices


def test_the_form_says_where_the_receipt_goes(sqlite_web):
    email = sqlite_web.house.actors["member"].email
    assert f'value="{email}"' in visitor(sqlite_web, "member").get("/lamna?group=norrby").text
    assert email not in visitor(sqlite_web).get("/lamna").text


@pytest.mark.parametrize("given", [{}, {"reach": "070-174 06 05"}, {"name": " "}])
def test_who_is_logged_in_is_the_one_who_asks(sqlite_web, given):
    member = sqlite_web.house.actors["member"]
    assert handed_in(sqlite_web, group="norrby", **given) == ("norrby", (member.name, member.email))


def test_another_name_or_address_that_was_given_stays(sqlite_web):
    given = {"name": "Nils Granne", "reach": "nils@hemma.example"}
    assert handed_in(sqlite_web, **given) == (None, ("Nils Granne", "nils@hemma.example"))


def test_staff_who_write_down_what_somebody_said_do_not_become_the_one_who_asks(sqlite_web):
    sent = visitor(sqlite_web, "contact").send("/lamna", title="Någon ringde", stamp=stamp(sqlite_web), kind="issue")
    assert sent.status_code == 303
    with sqlite_web.database.reading() as session:
        assert session.scalars(select(Case.reporter_id).order_by(Case.id.desc())).first() is None


def test_the_api_takes_a_members_case_in_their_own_name(sqlite_web):
    answer = sqlite_web.post("/cases", {"title": "Bryggan är lös", "kind": "issue", "group": "norrby"}, by="member")
    assert answer.status_code == 201, answer.text
    with sqlite_web.database.reading() as session:
        case = session.scalars(select(Case).order_by(Case.id.desc())).first()
        assert case.reporter.email == sqlite_web.house.actors["member"].email
        assert session.scalars(select(Event.person_id).order_by(Event.id.desc())).first() is not None
