"""The page of the public figures: periods, meanings, filters in its address, downloads, small numbers."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from openpyxl import load_workbook
from support.houses.small_house import MONDAY, furnished_with
from support.houses.small_pages import visitor, words

from cases.access.actors import THE_CLOCK
from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.events import MorningCame
from cases.history.journal import Entry
from cases.organisation.municipality import municipality
from cases.organisation.places import Place
from cases.public.figures.groups import OF_RECEIVED, Span
from cases.states import State

CARD = re.compile(r'<dt>([^<]+)</dt>\s*<dd class="value[^"]*">([^<]+)</dd>')
MEANING = re.compile(r'<dt>([^<]+)</dt>\s*<dd(?: class="means")?>([^<]+)</dd>')
FIGURES = len(OF_RECEIVED) + len(Span) + 1  # and what the check found


def begin(house):
    """Ten cases in Norrby and three in Söderby, all done; nine in no place, still at the desk."""
    for place, many in (("norrby", 10), ("soderby", 3)):
        for _ in range(many):
            house.reach(State.CLOSED, place=place, category="trafik", title="Hemligheten")
    for _ in range(9):
        house.hand_in()


@pytest.fixture
def furnishing():
    return furnished_with("statistics", begin)


def cards(web, path):
    return dict(CARD.findall(visitor(web).get(path).text))


@pytest.mark.parametrize(("path", "many"), [("/", 5), ("/statistik", FIGURES)])
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_each_figure_has_its_period_and_its_meaning(web, path, many, lang):
    page = visitor(web).get(f"{path}?lang={lang}").text
    assert ("Ärenden som kom in 2026" if lang == "sv" else "Cases received in 2026") in page
    assert len(CARD.findall(page)) == many
    means = dict(MEANING.findall(page))
    assert all(len(meaning.strip()) > 20 for meaning in means.values())
    assert path == "/" or list(means) == [name for name, _ in CARD.findall(page)]


def test_no_word_of_a_case_that_is_not_published_is_there(web):
    for path in ("/", "/statistik", "/statistik?place=norrby", "/statistik.csv", "/api/v1/statistics"):
        assert "Hemligheten" not in visitor(web).get(path).text


def test_a_filter_stands_in_the_address_and_narrows_every_figure(web):
    shown = cards(web, "/statistik?place=norrby")
    assert (shown["Inkomna"], shown["Mediantid till avslut"]) == ("10", "0 dagar")
    assert cards(web, "/statistik")["Inkomna"] == "22"
    assert cards(web, "/statistik?period=2026&category=trafik")["Inkomna"] == "13"
    page = visitor(web).get("/statistik?place=norrby").text
    assert '<option value="norrby" selected>' in page
    assert "/statistik.csv?place=norrby" in page


def test_a_small_number_is_said_in_words_and_the_next_one_is_withheld(web):
    assert cards(web, "/statistik?place=soderby")["Inkomna"] == "färre än 5"
    english = visitor(web).read("/statistik?place=soderby&lang=en")
    assert "fewer than 5" in english
    beside = visitor(web).read("/statistik?responsible=gata&category=trafik")
    assert "Inkomna 13" in beside
    assert "Norrby visas inte" in visitor(web).read("/statistik?responsible=gata")


def test_three_filters_are_explained(web):
    page = visitor(web).read("/statistik?responsible=gata&category=trafik&place=norrby")
    assert "Välj högst två av enhet, ämne och ort." in page
    shown = cards(web, "/statistik?responsible=gata&category=trafik&place=norrby")
    assert {shown[name] for name in ("Inkomna", "Klara", "Försenade")} == {"visas inte"}


@pytest.mark.parametrize("query", ["place=finnsej", "period=1999", "period=x", "category=*x", "responsible=%E5"])
def test_a_name_that_nobody_has_is_refused_and_not_counted_as_nothing(web, query):
    for path in ("/statistik", "/statistik.csv"):
        assert visitor(web).get(f"{path}?{query}").status_code == 422


def test_nobody_under_protected_identity_is_in_a_figure(web):
    before = cards(web, "/statistik")
    rut = Reporter(name="Rut", email="rut@example.se", protected=True)
    web.house.hand_in(by="contact", reporter=rut, place="norrby")
    assert cards(web, "/statistik") == before


def test_the_independent_check_is_told_with_its_moment(web):
    assert cards(web, "/statistik")["Glömda"] == "inte kontrollerat än"
    figures = dict.fromkeys(("received", "due", "overdue", "parked_back", "sent_back", "calls", "set_aside"), 0)
    with web.database.transaction() as session:
        entry = Entry(municipality(session, locked=True), by=THE_CLOCK, at=MONDAY)
        entry.add(MorningCame(day="2026-03-02", all_clear=True, breaches=0, head="ab", **figures))
        entry.write(session)
    assert cards(web, "/statistik")["Glömda"] == "0"
    assert re.search(r"fristående kontrollen hittade \d+ \w+ \d{4} kl\.", visitor(web).read("/statistik"))


def test_a_picture_says_in_words_what_it_shows_and_stands_beside_its_numbers(web):
    page = visitor(web).get("/statistik").text
    assert 'role="img"' in page
    assert 'aria-label="Hos kontaktpersonen: 9. Klara: 13"' in page
    assert 'role="img"' not in visitor(web).get("/statistik?place=soderby").text


def test_the_downloads_say_what_the_page_says(web):
    text = visitor(web).get("/statistik.csv?place=soderby").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    first = rows[0]
    assert (first["Uppgift"], first["Period"], first["Ort"], first["Värde"]) == (
        "Inkomna",
        "2026",
        "Soderby",
        "färre än 5",
    )
    assert all(row["Förklaring"] and row["Räknat"] for row in rows[:-1])
    whole = visitor(web).get("/statistik.csv").data.decode("utf-8-sig")
    assert '"Inkomna";"2026";"alla";"alla";"Norrby"' in whole
    for ending, kind in (("csv", "text/csv"), ("xlsx", "spreadsheetml")):
        answer = visitor(web).get(f"/statistik.{ending}")
        assert kind in answer.content_type
        assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="statistik.{ending}"')


def test_no_name_in_a_download_is_a_formula(web):
    with web.database.transaction() as session:
        session.add(Place(slug="evil", name="=1+1"))
    assert '"\'=1+1"' in visitor(web).get("/statistik.csv").data.decode("utf-8-sig")


def test_the_page_says_when_its_figures_were_counted(web):
    assert re.search(r"Räknat \d+ \w+ \d{4} kl\. \d\d\.\d\d\.", words(visitor(web).get("/").text))


def test_the_front_page_has_few_figures_and_each_in_a_whole_sentence(web):
    page = visitor(web).get("/").text
    assert page.count('class="card"') == 5 and "<table" not in page
    assert "Av dem:" not in visitor(web).read("/statistik")
    assert "De av dem som just nu är fördelade, planerade" in visitor(web).read("/statistik")


def test_who_is_counted_is_said_in_one_sentence(web):
    assert (
        "Alla ärenden räknas, publicerade eller inte, utom dem från personer med skyddade personuppgifter."
        in visitor(web).read("/statistik")
    )


def test_lines_without_numbers_are_folded_into_one(web):
    with web.database.transaction() as session:
        session.add_all(Place(slug=f"by{number}", name=f"By {number}") for number in range(12))
    page = visitor(web).get("/statistik?category=trafik").text
    assert re.search(r"1\d orter (med färre än 5 vardera|vars siffror inte visas)", words(page))
    assert page.count('data-label="Inkomna">färre än 5') == 0
    assert 'href="/statistik?category=trafik&amp;place=by3"' in page


def test_how_many_are_published_is_told_and_leads_to_them(web):
    ref = web.house.reach(State.CLOSED, place="norrby", category="trafik", title="Publicerat")
    with web.database.transaction() as session:
        correct(session, case_to_change(session, ref), Correction(published=True),
                by=web.house.actors["contact"], at=MONDAY)  # fmt: skip
    for who in (None, "member"):
        page = visitor(web, who).get("/statistik?period=2026&place=norrby").text
        addresses = re.findall(r'href="([^"]+)">1 av 11 är publicerade', page)
        [address] = addresses
        shown = visitor(web, who).get(unescape(address)).text
        assert "Publicerat" in shown and "1 ärende" in words(shown)
    assert "0 ärenden" in visitor(web).read("/sok?period=2025")
    assert "färre än 5 är" not in visitor(web).read("/statistik?period=2026&place=soderby")


def test_staff_find_the_cases_of_one_year_behind_a_figure(web):
    page = visitor(web, "contact").get("/statistik?period=2026").text
    [address] = re.findall(r'href="(/arenden[^"]+state=received[^"]*)"', page)
    assert "9 ärenden" in visitor(web, "contact").read(unescape(address))


def test_decimals_in_csv_are_those_of_the_language(web):
    for day in (1, 2) * 3:
        ref = web.house.hand_in(category="belysning")
        web.house.change(ref, State.DONE, note="Klart", at=MONDAY + timedelta(days=day))
    for lang, written in (("sv", '"1,5"'), ("en", '"1.5"')):
        csv_file = visitor(web).get(f"/statistik.csv?category=belysning&lang={lang}").data.decode("utf-8-sig")
        assert written in csv_file and {'"1,5"', '"1.5"'} & set(re.findall(r'"[\d.,]+"', csv_file)) == {written}
    sheet = load_workbook(io.BytesIO(visitor(web).get("/statistik.xlsx?category=belysning").data)).active
    assert 1.5 in [row[6] for row in sheet.iter_rows(values_only=True)]
    assert sheet.column_dimensions["H"].width > sheet.column_dimensions["G"].width > 8


def test_the_check_stands_in_the_downloads(web):
    text = visitor(web).get("/statistik.csv?place=norrby").data.decode("utf-8-sig")
    assert '"Glömda";"alla";"alla";"alla";"alla";"alla";"inte kontrollerat än";"Gäller alla ärenden i kommunen' in text


def test_a_name_that_nobody_has_is_refused_beside_its_filter(web):
    page = visitor(web).get("/statistik?place=finnsej&period=2026")
    assert page.status_code == 422
    assert '<option value="finnsej" selected>' in page.text and '<option value="2026" selected>' in page.text
    assert "”finnsej” finns inte att välja här." in words(page.text)
    assert "Inkomna" not in words(page.text)
