"""The feed of a place tells what is published of it, and nothing else, to everybody."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.houses.small_web import Web

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.history.words import Visibility
from cases.states import State

FEED = "/ort/norrby.atom"
ATOM = "{http://www.w3.org/2005/Atom}"
SECRET = "Kanariefågel"


def published(web: Web, title: str, place: str = "norrby", *, done: str | None = None) -> str:
    ref = web.house.hand_in(title, place=place, description="Ring Siv, 070-174 06 05")
    if done:
        web.house.change(ref, State.ASSIGNED, by="contact", at=MONDAY, responsible="gata")
        web.house.change(ref, State.DONE, by="officer", at=MONDAY + timedelta(hours=1), note=done)
    publish(web, ref, published=True)
    return ref


def publish(web: Web, ref: str, *, published: bool) -> None:
    with web.database.transaction() as session:
        at = datetime(2026, 3, 20, 10, tzinfo=UTC)
        correct(session, case_to_change(session, ref), Correction(published=published), by=web.house.actors["contact"],
                at=at)  # fmt: skip


def read(web: Web, path: str = FEED) -> tuple[ElementTree.Element, dict[str, str]]:
    """Return the feed, and the texts of its entries by their titles."""
    answer = visitor(web).get(path)
    assert (answer.status_code, answer.content_type) == (200, "application/atom+xml; charset=utf-8")
    root = ElementTree.fromstring(answer.data)  # noqa: S314 - our own answer
    told = {}
    for entry in root.iter(f"{ATOM}entry"):
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "").tzinfo is not None
        told[entry.findtext(f"{ATOM}title") or ""] = entry.findtext(f"{ATOM}content") or ""
    return root, told


def test_the_feed_of_a_place_tells_what_is_published_of_it(web: Web) -> None:
    ref = published(web, "Lampan är trasig", done="Lagat. Ring 070-174 06 05")
    published(web, "Gropen", "soderby")
    root, told = read(web)
    assert set(told) == {"Nytt: Lampan är trasig", "Klart: Lampan är trasig"}
    assert told["Klart: Lampan är trasig"].startswith("Lagat.")
    assert "070" not in str(told)
    links = {link.get("rel"): link.get("href") or "" for link in root.findall(f"{ATOM}link")}
    assert links["self"].endswith(FEED) and links["alternate"].endswith("/?place=norrby")
    assert root.findtext(f"{ATOM}title") == "Publicerade ärenden från Norrby"
    hrefs = {link.get("href") or "" for link in root.iterfind(f"{ATOM}entry/{ATOM}link")}
    assert {href.rpartition("/")[2] for href in hrefs} == {ref}
    assert set(read(web, f"{FEED}?lang=en")[1]) == {"New: Lampan är trasig", "Done: Lampan är trasig"}


def test_v34_nothing_that_is_not_published_is_in_it(web: Web) -> None:
    shown = published(web, "Lampan är trasig")
    web.house.comment(shown, f"{SECRET} intern", Visibility.INTERNAL, by="officer")
    web.house.hand_in(f"{SECRET} ärende", place="norrby")
    hidden = published(web, f"{SECRET} taget tillbaka")
    publish(web, hidden, published=False)
    for who in (None, "contact"):
        for path in (FEED, f"{FEED}?lang=en"):
            assert SECRET not in visitor(web, who).get(path).text
    assert list(read(web)[1]) == ["Nytt: Lampan är trasig"]


def test_a_program_that_has_it_already_gets_it_no_second_time(sqlite_web: Web) -> None:
    published(sqlite_web, "Lampan är trasig")
    tag = visitor(sqlite_web).get(FEED).headers["ETag"]
    again = visitor(sqlite_web).browser.get(FEED, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_there_is_a_feed_of_a_place_without_news_and_none_of_an_unknown_one(sqlite_web: Web) -> None:
    assert read(sqlite_web)[1] == {}
    assert visitor(sqlite_web).get("/ort/finns-inte.atom").status_code == 404


def test_the_pages_lead_to_it(sqlite_web: Web) -> None:
    ref = published(sqlite_web, "Lampan är trasig")
    found = re.compile(r'<link rel="alternate" type="application/atom\+xml" title="[^"]+Norrby" href="([^"]+)">')
    for path in ("/?place=norrby", f"/arenden/{ref}"):
        assert found.findall(visitor(sqlite_web).get(path).text) == [FEED], path
        joined = "&" if "?" in path else "?"
        assert found.findall(visitor(sqlite_web).get(f"{path}{joined}lang=en").text) == [f"{FEED}?lang=en"]
    page = visitor(sqlite_web).get("/?place=norrby").text
    assert f'<a class="ds-button" data-variant="tertiary" href="{FEED}">' in page
    assert ".atom" not in visitor(sqlite_web).get("/").text
