"""Working through a pile of the desk: from a case to the next one, also after a step that has taken it away."""

import re
from html import unescape

import pytest
from support.houses.small_pages import stamp, visitor

from cases.states import State

NEXT = re.compile(r'href="([^"]*/skrivbord/nasta[^"]*)"')


@pytest.fixture
def pile(web):
    """Three cases that came in, in the order of the pile."""
    refs = [web.house.hand_in(f"Hål {number}") for number in range(3)]
    page = visitor(web, "contact").get("/skrivbord?del=inkommet").text
    assert re.findall(r"hog=inkommet&amp;rad=(\d)", page) == ["1", "2", "3"]
    return refs


def follow(client, address):
    """Follow the link to the next case in the address of a case; return where it leads."""
    return client.get(unescape(NEXT.search(client.get(address).text).group(1))).headers["Location"]


def test_the_next_case_in_the_pile_is_one_link_away(web, pile):
    client = visitor(web, "contact")
    assert follow(client, f"/arenden/{pile[0]}?hog=inkommet&rad=1") == f"/arenden/{pile[1]}?hog=inkommet&rad=2"


def test_when_a_step_took_the_case_away_the_next_one_stands_in_its_row(web, pile):
    client = visitor(web, "contact")
    given = {"step": "assign", "responsible": "gata", "version": "1", "visibility": "public", "stamp": stamp(web)}
    answer = client.send(f"/arenden/{pile[0]}/steg", **given, hog="inkommet", rad="1")
    assert answer.headers["Location"] == f"/arenden/{pile[0]}?hog=inkommet&rad=1"
    assert web.house.case(pile[0]).state is State.ASSIGNED
    assert follow(client, answer.headers["Location"]) == f"/arenden/{pile[1]}?hog=inkommet&rad=1"


def test_after_the_last_one_the_pile_is_shown(web, pile):
    client = visitor(web, "contact")
    assert follow(client, f"/arenden/{pile[2]}?hog=inkommet&rad=3") == "/skrivbord?del=inkommet"
    assert "Du har kommit till slutet av högen." in client.read("/skrivbord?del=inkommet")
    assert client.get("/skrivbord/nasta?hog=finnsej").headers["Location"] == "/skrivbord"


def test_nobody_else_sees_a_pile(web, pile):
    own = web.house.hand_in("Vårt", by="member", group="norrby")
    assert not NEXT.search(visitor(web, "member").get(f"/arenden/{own}?hog=inkommet").text)
    assert not NEXT.search(visitor(web, "contact").get(f"/arenden/{pile[0]}").text)


def test_the_order_of_a_pile_and_what_several_means_are_said(web, pile):
    read = visitor(web, "contact").read
    assert "Lättfixat först, sedan efter dag." in read("/skrivbord?del=inkommet")
    assert "Lättfixat först, sedan det som är mest försenat." in read("/skrivbord?del=forsenat")
    assert "Skriv in flera från ett möte" in read("/skrivbord")
