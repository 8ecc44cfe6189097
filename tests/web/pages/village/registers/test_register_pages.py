"""The register of a topic: one table of all that was published, the same rows on the page, in files and on paper."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import time_machine
from sqlalchemy import text, update
from support.houses.small_house import MONDAY
from support.houses.small_pages import PageClient, fields_of, visitor
from support.houses.small_web import Web
from support.houses.statements import counted
from support.plans.plan_acts import ASKED, OWN, WHOLE, PlanActs
from support.registers.register_acts import ANSWERED, GIVEN, SENT, RegisterActs

from cases.case import Case
from cases.imports.tables import read_table
from cases.organisation.municipality import municipality
from cases.organisation.outlines import Outline
from cases.states import Kind, State
from cases.village.registers.listing import RegisterCounts
from web.current import Ventil
from web.pages.village.registers.map import draw

PAGE, MANY = "/amne/trafik", 200
WHOLE_ENTRY = replace(GIVEN, forwarded_on=SENT, answered_on=ANSWERED, answer="Vi sänker farten.", their_ref="TRV 14")
OUTER = [[15.0, 60.0], [15.0, 61.0], [16.0, 61.0], [16.0, 60.0], [15.0, 60.0]]  # clockwise: not as the standard has it
HOLE = [[15.2, 60.2], [15.8, 60.2], [15.8, 60.8], [15.2, 60.8], [15.2, 60.2]]


@pytest.fixture(autouse=True)
def a_march() -> Iterator[None]:
    """The morning after the cases came in."""
    with time_machine.travel(MONDAY + timedelta(hours=2), tick=False):
        yield


def furnished(web: Web) -> dict[str, str]:
    """Issues, a proposal and items of a plan, of which some are entered; return their references by what they are."""
    acts = RegisterActs(web.house)
    web.house.sweep(MONDAY)
    with web.database.transaction() as session:
        municipality(session).proposals = True
    refs = {
        "whole": acts.hand_in("Bilarna kör för fort"),
        "sent": acts.hand_in("Skylten är borta", place="soderby"),
        "plain": acts.hand_in("Ingen gångväg", place=None),
        "proposal": acts.hand_in("Bygg en cykelväg", kind=Kind.PROPOSAL),
        "hidden": acts.hand_in("Kanariefågeln", published=False, description="bofinksbo"),
        "other": web.house.hand_in("Lampan", category="belysning"),
    }
    acts.publish(refs["other"])
    PlanActs(web.house).adopted(
        replace(WHOLE, items=(replace(OWN, category="trafik"), replace(ASKED, category="trafik")))
    )
    acts.enter(refs["whole"], WHOLE_ENTRY)
    acts.enter(refs["sent"], replace(GIVEN, keeper=None, sort="skylt", forwarded_on=SENT))
    acts.enter(refs["hidden"], replace(WHOLE_ENTRY, where="kanarieviken", answer="bofinken svarar"))
    return refs


def on_pages(browser: PageClient, path: str) -> list[str]:
    """Return the references in the table, page after page."""
    found = []
    while path:
        page = browser.get(path)
        assert page.status_code == 200, path
        table = page.text.partition('id="raderna"')[2].partition("</table>")[0]
        found += re.findall(r'<span class="ref">([\d-]+)</span>', table)
        more = re.search(r'href="([^"]+)" hx-get', page.text)
        path = more[1].replace("&amp;", "&") if more else ""
    return found


def in_file(browser: PageClient, path: str, folder: Path) -> list[str]:
    """Return the references in a table for spreadsheets."""
    answer = browser.get(path)
    assert answer.status_code == 200, path
    file = folder / path.partition("?")[0].rpartition("/")[2]
    file.write_bytes(answer.data)
    return [next(iter(record.values.values())) for record in read_table(file)[1]]


def everywhere(web: Web, query: str, folder: Path) -> dict[str, list[str]]:
    """Return the references that each form of the register has, for this query."""
    browser = visitor(web)
    printed = browser.get(f"{PAGE}/utskrift{query}").text
    drawn = json.loads(browser.get(f"{PAGE}.geojson{query}").data)
    return {
        "page": on_pages(browser, PAGE + query),
        "csv": in_file(browser, f"{PAGE}.csv{query}", folder),
        "xlsx": in_file(browser, f"{PAGE}.xlsx{query}", folder),
        "geojson": [feature["properties"]["ref"] for feature in drawn["features"]],
        "print": re.findall(r'<span class="ref">([\d-]+)</span>', printed),
        "api": [row["ref"] for row in web.get(f"/registers/trafik{query.replace('=1', '=true')}").json["items"]],
    }


def test_issues_proposals_and_items_are_one_table_with_who_decides_and_the_same_everywhere(
    web: Web, tmp_path: Path
) -> None:
    refs = furnished(web)
    found = everywhere(web, "", tmp_path)
    kinds = {row["kind"] for row in web.get("/registers/trafik").json["items"]}
    assert kinds == {"issue", "proposal", "action"}
    assert len(found["page"]) == len(set(found["page"])) == 6
    assert set(found["page"]) >= {refs["whole"], refs["sent"], refs["plain"], refs["proposal"]}
    assert {name: rows for name, rows in found.items() if rows != found["page"]} == {}
    page = visitor(web).read(PAGE)
    assert "Vem beslutar" in page and "Väghållare" in page
    assert "Trafikverket Norrby vägförening" in page
    assert "svarade 27 februari 2026 Vi sänker farten." in page
    assert "skickat vidare 3 februari 2026 , inget svar än" in page
    assert "TRV 14" not in page


FILTERS = {
    "?place=soderby": ["sent"],
    "?kind=proposal": ["proposal"],
    "?decides=trafikverket": ["whole", "sent"],
    "?keeper=vagforening": ["whole"],
    "?sort=skylt": ["sent"],
    "?answer=answered": ["whole"],
    "?answer=waiting": ["sent"],
    "?q=gångväg": ["plain"],
    "?state=received&answer=answered": ["whole"],
    "?overdue=1": [],
}


def test_each_filter_gives_the_same_rows_everywhere(web: Web, tmp_path: Path) -> None:
    refs = furnished(web)
    for query, expected in FILTERS.items():
        found = everywhere(web, query, tmp_path)
        wanted = {refs[one] for one in expected}
        assert [(query, name) for name, rows in found.items() if set(rows) != wanted] == []


def test_many_rows_are_the_same_on_all_pages_as_in_the_files_and_take_six_queries(
    sqlite_web: Web, tmp_path: Path
) -> None:
    refs = RegisterActs(sqlite_web.house).many(MANY)
    found = everywhere(sqlite_web, "", tmp_path)
    found.pop("api")  # whose page holds 50
    assert {name: len(rows) for name, rows in found.items()} == dict.fromkeys(found, MANY)
    assert [name for name, rows in found.items() if set(rows) != refs] == []
    browser = visitor(sqlite_web)
    for path in (PAGE, f"{PAGE}/utskrift", f"{PAGE}.csv", f"{PAGE}.geojson", f"/api/v1/registers/trafik?limit={MANY}"):
        browser.get(path)
        with counted(sqlite_web.database) as sent:
            assert browser.get(path).status_code == 200
        assert len(sent) <= 6, (path, [statement[:90] for statement in sent])


def test_late_is_an_item_from_the_day_after_and_an_issue_once_those_who_asked_were_told(sqlite_web: Web) -> None:
    acts = RegisterActs(sqlite_web.house)
    issue = acts.hand_in("Bilarna kör för fort")
    action = sqlite_web.house.hand_in("Gungor", by="contact", kind=Kind.ACTION, category="trafik")
    acts.publish(action)
    due = sqlite_web.house.case(issue).state_clock.due_at
    with sqlite_web.database.transaction() as session:
        session.execute(update(Case).where(Case.ref == action).values(due_at=due))

    def late(at: datetime) -> set[str]:
        with time_machine.travel(at, tick=False):
            return {row["ref"] for row in sqlite_web.get("/registers/trafik?overdue=true").json["items"]}

    assert late(due - timedelta(minutes=1)) == set()
    assert late(due + timedelta(minutes=1)) == {action}
    for day in range(1, 25):
        sqlite_web.house.sweep(MONDAY + timedelta(days=day))
    rungs = [event.facts["rung"] for event in sqlite_web.house.events(issue, "case.escalated")]
    assert 3 in rungs
    assert issue in late(MONDAY + timedelta(days=25))
    assert "Försenat" in visitor(sqlite_web).read(f"{PAGE}?overdue=1")


@pytest.fixture
def mapped(sqlite_web: Web, tmp_path: Path) -> Iterator[Web]:
    """The small house with the outline of norrby, which has a hole."""
    shape = {"type": "Polygon", "coordinates": [OUTER, HOLE]}
    feature = {"type": "Feature", "properties": {"place": "norrby"}, "geometry": shape}
    path = tmp_path / "outlines.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    ventil = sqlite_web.app.extensions["ventil"]
    sqlite_web.app.extensions["ventil"] = Ventil(ventil.database, replace(ventil.settings, outlines=path))
    yield sqlite_web
    sqlite_web.app.extensions["ventil"] = ventil


def test_the_map_counts_by_place_beside_a_list_that_says_the_same(mapped: Web) -> None:
    furnished(mapped)
    answer = visitor(mapped).get(PAGE)
    [drawing] = re.findall(r"(?s)<svg viewBox.*?</svg>", answer.text.partition("register-map")[2])
    assert 'aria-hidden="true"' in drawing and "http" not in drawing and "style=" not in drawing
    assert '<path class="register-some"' in drawing and "?place=norrby" in drawing
    [path] = re.findall(r' d="([^"]+)"', drawing)
    assert path.count("z") == 2  # the place and its hole
    assert "gäller ingen ort på kartan" in visitor(mapped).read(PAGE)
    assert "is-chosen" in visitor(mapped).get(f"{PAGE}?place=norrby").text


def test_the_map_says_what_it_counts(mapped: Web) -> None:
    furnished(mapped)
    browser = visitor(mapped)
    assert "Inget publicerat" not in browser.read(PAGE)
    left_out = browser.read(f"{PAGE}?answer=waiting&place=norrby")  # the one that waits is of another place
    assert "Inget i listan" in left_out and "Inget publicerat" not in left_out
    assert "Kartan räknar alla orter" in left_out and "listans ärenden" not in left_out
    whole = browser.read(PAGE)
    assert "Kartan räknar listans ärenden" in whole and "alla orter, också" not in whole


def test_the_chosen_place_is_drawn_last() -> None:
    def square(place: str, west: float) -> Outline:
        east = west + 1
        return Outline(place, (([(west, 60.0), (east, 60.0), (east, 61.0), (west, 61.0), (west, 60.0)],),))

    outlines = (square("norrby", 15.0), square("soderby", 16.0), square("vasterby", 14.0))
    names = {outline.place: outline.place for outline in outlines}
    drawn = draw(outlines, RegisterCounts(), names, chosen="norrby")
    assert drawn is not None and [one.shape.place for one in drawn.drawn] == ["soderby", "vasterby", "norrby"]


def test_the_geojson_of_a_place_with_a_hole_is_valid(mapped: Web) -> None:
    refs = furnished(mapped)
    answer = visitor(mapped).get(f"{PAGE}.geojson")
    assert answer.content_type == "application/geo+json"
    assert 'filename="trafik.geojson"' in answer.headers["Content-Disposition"]
    shown = json.loads(answer.data)
    geometries = {feature["properties"]["ref"]: feature["geometry"] for feature in shown["features"]}
    assert geometries[refs["sent"]] is None and geometries[refs["plain"]] is None
    assert geometries[refs["whole"]]["type"] == "Polygon"
    outer, hole = geometries[refs["whole"]]["coordinates"]
    assert area(outer) > 0 > area(hole)  # counterclockwise and clockwise (RFC 7946, 3.1.6)
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in (outer, hole))
    [properties] = [one["properties"] for one in shown["features"] if one["properties"]["ref"] == refs["whole"]]
    assert (properties["decides"], properties["answered_on"], properties["late"]) == (
        "trafikverket",
        "2026-02-27",
        False,
    )


def area(ring: list[list[float]]) -> float:
    """Return twice the area, which is negative clockwise."""
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring))


def test_v34_nothing_of_an_unpublished_case_is_in_a_register(web: Web) -> None:
    refs = furnished(web)
    acts, phone = RegisterActs.__new__(RegisterActs), "070-174 06 05"
    acts.house = web.house
    acts.enter(refs["plain"], replace(WHOLE_ENTRY, where=f"Ring {phone}", answer=f"Ring {phone}"))
    paths = (PAGE, f"{PAGE}/utskrift", f"{PAGE}.csv", f"{PAGE}.geojson", f"{PAGE}.atom",
             "/api/v1/registers/trafik", f"/arenden/{refs['plain']}", "/bygd/norrby.atom", "/bygd/norrby")  # fmt: skip
    for who in (None, "neighbour"):
        for path in paths:
            answer = visitor(web, who).get(path)
            assert answer.status_code == 200
            for secret in ("anarie", "bofink", refs["hidden"], "174 06 05", "TRV 14"):
                assert secret not in answer.text, (path, secret)
    assert on_pages(visitor(web), f"{PAGE}?q=kanariefågeln") == []
    assert visitor(web).get(f"/arenden/{refs['plain']}").text.count("[telefonnummer borttaget]") == 2


def test_the_feed_tells_what_was_published_said_and_answered_once(web: Web) -> None:
    refs = furnished(web)
    acts = RegisterActs.__new__(RegisterActs)
    acts.house = web.house
    acts.enter(refs["whole"], replace(WHOLE_ENTRY, answer="Vi sänker den till 40."))
    answer = visitor(web).get(f"{PAGE}.atom")
    assert answer.status_code == 200
    feed = ElementTree.fromstring(answer.data)  # noqa: S314 - our own
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [entry.findtext(f"{atom}title") for entry in feed.findall(f"{atom}entry")]
    assert titles.count("Besvarat: Bilarna kör för fort") == 1
    assert "Nytt: Skylten är borta" in titles
    assert "Vi sänker den till 40." in answer.text and "Vi sänker farten." not in answer.text
    assert (
        visitor(web).browser.get(f"{PAGE}.atom", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )


@pytest.mark.parametrize("path", ["", ".csv", ".xlsx", ".geojson", ".atom", "/utskrift"])
def test_a_topic_that_is_not_there_or_is_switched_off_has_no_register(sqlite_web: Web, path: str) -> None:
    assert visitor(sqlite_web).get(f"/amne/finns-inte{path}").status_code == 404
    with sqlite_web.database.transaction() as session:
        session.execute(text("UPDATE category SET active = :off WHERE slug = 'trafik'"), {"off": False})
    assert visitor(sqlite_web).get(f"/amne/trafik{path}").status_code == 404


def test_a_topic_without_words_of_its_own_has_a_register_too(sqlite_web: Web) -> None:
    refs = furnished(sqlite_web)
    page = visitor(sqlite_web).read("/amne/belysning")
    assert refs["other"] in page
    assert "Vem sköter vägen eller platsen" in page
    assert "Nothing" not in visitor(sqlite_web).read("/amne/belysning?sort=")


@pytest.mark.parametrize(
    "query", ["sort=rymden", "decides=ingen", "place=ingen", "kind=dream", "answer=ja", "overdue=2", "category=x"]
)
def test_an_address_that_is_not_understood_shows_no_list_and_gives_no_file(sqlite_web: Web, query: str) -> None:
    furnished(sqlite_web)
    answer = visitor(sqlite_web).get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert '<span class="ref">' not in answer.text
    assert visitor(sqlite_web).get(f"{PAGE}/utskrift?{query}").status_code == 422
    if query != "category=x":
        assert visitor(sqlite_web).get(f"{PAGE}.csv?{query}").location == f"{PAGE}?{query}"


# --- the form of staff ---------------------------------------------------------------------------


def form_of(web: Web, ref: str, who: str = "officer") -> dict[str, str]:
    """Return the form as the page shows it."""
    found = fields_of(visitor(web, who).get(f"/arenden/{ref}").text, f"/arenden/{ref}/register")
    return {name: values[0] for name, values in found.items() if name not in {"selected", "csrf_token"}}


def test_staff_enter_in_a_form_on_the_case_and_everybody_concerned_reads_it_there(sqlite_web: Web) -> None:
    refs = furnished(sqlite_web)
    ref, officer = refs["plain"], visitor(sqlite_web, "officer")
    sent = form_of(sqlite_web, ref) | {
        "reg_decides": "trafikverket", "reg_where": "Vid bron", "reg_sort": "skylt",
        "reg_forwarded_on": "3 februari 2026", "reg_answered_on": "2026-02-27", "reg_answer": "Vi flyttar skylten.",
    }  # fmt: skip
    assert officer.send(f"/arenden/{ref}/register", **sent).location.endswith(f"/arenden/{ref}")
    page = officer.read(f"/arenden/{ref}")
    assert "Trafikverket svarade 27 februari 2026" in page
    assert "Trafikverket beslutar. Uppdaterat: vad det gäller (skylt) och var det är" in page
    assert "Notera vem som beslutar och vad de svarar" not in page
    shown = form_of(sqlite_web, ref)
    assert (shown["reg_where"], shown["reg_answer"]) == ("Vid bron", "Vi flyttar skylten.")
    assert (
        officer.send(f"/arenden/{ref}/register", **shown, reg_decides="trafikverket", reg_sort="skylt").status_code
        == 303
    )
    public = visitor(sqlite_web).read(f"/arenden/{ref}")
    assert "Vem beslutar Trafikverket" in public and "Vi flyttar skylten." in public
    assert "Vi flyttar skylten." in visitor(sqlite_web).read(PAGE)


def test_the_form_is_named_for_what_is_done_in_it(sqlite_web: Web) -> None:
    refs = furnished(sqlite_web)
    officer = visitor(sqlite_web, "officer")
    empty, entered = (officer.get(f"/arenden/{refs[one]}").text for one in ("plain", "whole"))
    assert "<summary>Notera vem som beslutar och vad de svarar</summary>" in empty
    assert "<summary>Ändra</summary>" in entered
    assert "Skickat vidare den" in empty and "De svarade den" in empty


REFUSED = {
    "Skriv också vilken dag de svarade.": {"reg_decides": "trafikverket", "reg_forwarded_on": "2026-02-03"},
    "Välj också vem det skickades vidare till": {"reg_forwarded_on": "2026-02-03", "reg_answered_on": "2026-02-27"},
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_a_refused_form_says_what_is_missing(sqlite_web: Web, sentence: str) -> None:
    ref = furnished(sqlite_web)["plain"]
    sent = form_of(sqlite_web, ref) | {"reg_answer": "Vi flyttar skylten."} | REFUSED[sentence]
    answer = visitor(sqlite_web, "officer").send(f"/arenden/{ref}/register", **sent)
    assert answer.status_code == 422 and sentence in answer.text


TOLD = (  # one entry after the other, and what the history says of each
    ({"keeper": "trafikverket", "sort": "skylt"},
     "Trafikverket beslutar och sköter vägen eller platsen. Uppdaterat: vad det gäller (skylt) och var det är"),
    ({"keeper": "vagforening", "sort": "skylt"}, "Norrby vägförening sköter vägen eller platsen"),
    ({"decides": None, "keeper": "vagforening", "sort": "skylt", "their_ref": "TRV 14"},
     "Det står inte längre vem som beslutar. Uppdaterat: deras ärendenummer"),
    ({"keeper": None, "sort": None, "their_ref": "TRV 14"},
     "Trafikverket beslutar. Det står inte längre vem som sköter vägen eller platsen."
     " Uppdaterat: vad det gäller (inte angivet)"),
    ({"keeper": None, "sort": None, "their_ref": "TRV 14", "forwarded_on": SENT}, "Skickat vidare till Trafikverket"),
    ({"keeper": None, "sort": None, "their_ref": "TRV 14"}, "Det är inte skickat vidare"),
    ({"decides": "vagforening", "keeper": "trafikverket", "sort": None, "their_ref": "TRV 14"},
     "Norrby vägförening beslutar, och Trafikverket sköter vägen eller platsen"),
)  # fmt: skip


def test_the_history_says_in_sentences_what_was_noted(sqlite_web: Web) -> None:
    acts = RegisterActs(sqlite_web.house)
    ref = acts.hand_in()
    for given, sentence in TOLD:
        acts.enter(ref, replace(GIVEN, **given))
        assert f"{sentence} " in visitor(sqlite_web, "officer").read(f"/arenden/{ref}")


def test_a_refused_form_says_why_beside_its_field_and_keeps_what_was_typed(sqlite_web: Web) -> None:
    ref = furnished(sqlite_web)["plain"]
    sent = form_of(sqlite_web, ref) | {"reg_answer": "Vi flyttar skylten.", "reg_answered_on": "2026-02-27"}
    answer = visitor(sqlite_web, "officer").send(f"/arenden/{ref}/register", **sent)
    assert answer.status_code == 422
    assert re.search(
        r'id="reg_forwarded_on-refusal"[^>]*>[^<]*Skriv också vilken dag det skickades vidare\.', answer.text
    )
    assert "Vi flyttar skylten." in answer.text


def test_whoever_comes_second_sees_what_stands_and_may_send_again(sqlite_web: Web) -> None:
    ref = furnished(sqlite_web)["plain"]
    first, second = form_of(sqlite_web, ref), form_of(sqlite_web, ref, "colleague")
    visitor(sqlite_web, "officer").send(f"/arenden/{ref}/register", **first, reg_decides="trafikverket")
    browser = visitor(sqlite_web, "colleague")
    refused = browser.send(
        f"/arenden/{ref}/register", **second | {"reg_decides": "vagforening", "reg_where": "Vid bron"}
    )
    assert refused.status_code == 409
    assert "Trafikverket</dd>" in refused.text and "Vid bron" in refused.text
    again = fields_of(refused.text, f"/arenden/{ref}/register")
    sent = {name: values[0] for name, values in again.items() if name not in {"selected", "csrf_token"}}
    assert browser.send(f"/arenden/{ref}/register", **sent, reg_decides="vagforening").status_code == 303
    assert RegisterActs.entry(vars_of(sqlite_web), ref).decides == "vagforening"


def vars_of(web: Web) -> RegisterActs:
    """Return the acts of a house that is furnished already."""
    acts = RegisterActs.__new__(RegisterActs)
    acts.house = web.house
    return acts


def test_nobody_else_has_the_form(sqlite_web: Web) -> None:
    ref = sqlite_web.house.hand_in(by="member", group="norrby", category="trafik")
    RegisterActs(sqlite_web.house).enter(ref)
    page = visitor(sqlite_web, "member").get(f"/arenden/{ref}").text
    assert f"/arenden/{ref}/register" not in page
    assert "Trafikverket</dd>" in page


def test_a_day_that_is_typed_is_a_day_of_the_past(sqlite_web: Web) -> None:
    ref = furnished(sqlite_web)["plain"]
    sent = form_of(sqlite_web, ref) | {"reg_decides": "trafikverket", "reg_forwarded_on": "28 februari"}
    visitor(sqlite_web, "officer").send(f"/arenden/{ref}/register", **sent)
    assert vars_of(sqlite_web).entry(ref).forwarded_on == date(2026, 2, 28)
    assert sqlite_web.house.case(ref).state is State.RECEIVED
    assert datetime.now(UTC) == MONDAY + timedelta(hours=2)
