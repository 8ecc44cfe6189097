"""Public figures and public lists are asked in the same words, by year of receipt and of the end; no wrong list."""

import re
from datetime import timedelta
from html import unescape

import pytest
from support.houses.small_house import MONDAY, STEPS_TO, furnished_with
from support.houses.small_pages import visitor, words

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.states import State

LAST_YEAR, THIS_YEAR = MONDAY.replace(year=2025), MONDAY
BEHIND = re.compile(
    r'<dt>([^<]+)</dt>\s*<dd class="value">(\d+)</dd>\s*<dd class="means"><a href="([^"]+)">([^<]+)</a>'
)


def publish(house, ref):
    with house.database.transaction() as session:
        correct(
            session, case_to_change(session, ref), Correction(published=True), by=house.actors["contact"], at=MONDAY
        )


def begin(house):
    """One published case in each state, and as many that are not; two of last year ended this year, one last year."""
    for state in (*STEPS_TO, State.RECEIVED):
        publish(house, house.reach(state))
        house.reach(state)
    for number, ended_at in enumerate((LAST_YEAR, THIS_YEAR, THIS_YEAR)):
        ref = house.hand_in(f"Fjolårets {number}", at=LAST_YEAR - timedelta(days=30))
        house.change(ref, State.DONE, note="Lagat", at=ended_at)
        publish(house, ref)


@pytest.fixture
def furnishing():
    return furnished_with("figures_and_lists", begin)


def shown_in(client, address):
    return int(re.search(r'id="antal"[^>]*>\s*(\d+) ', client.get(unescape(address)).text)[1])


@pytest.mark.parametrize("path", ["/statistik", "/statistik?period=2026", "/statistik?ended=2026"])
@pytest.mark.parametrize("who", [None, "member"])
def test_each_figure_leads_to_the_published_cases_behind_it(web, path, who):
    client = visitor(web, who)
    found = BEHIND.findall(client.get(path).text)
    assert {name for name, *_ in found} >= ({"Avslutade"} if "ended" in path else {"Pågående", "Försenade", "Avböjda"})
    for name, count, address, said in found:
        many = int(re.fullmatch(rf"(\d+) av {count} är publicerade", said)[1])
        assert 0 < many <= int(count), name
        if address != "/#senaste":
            assert shown_in(client, address) == many, name


def test_what_ended_in_a_year_is_told_whenever_it_came_in(web):
    whole, this_year = (visitor(web).get(f"/statistik{query}").text for query in ("", "?ended=2026"))
    assert "Ärenden som avslutades 2026" in words(this_year)
    figures = {name: int(count) for name, count, *_ in BEHIND.findall(this_year)}
    assert figures["Avslutade"] == figures["Klara"] + 2 and figures["Klara"] == 6
    assert "Försenade" not in dict.fromkeys(name for name, *_ in BEHIND.findall(this_year))
    assert "Efter året då de avslutades" in words(whole) and 'href="/statistik?ended=2025"' in whole
    assert "Efter året då de avslutades" not in words(this_year)


def test_the_list_of_a_year_of_the_end_has_those_and_no_others(web):
    client = visitor(web)
    page = client.read("/sok?ended=2025")
    assert "Fjolårets 0" in page and "Fjolårets 1" not in page and "1 ärende " in page
    assert shown_in(client, "/sok?ended=2026&period=2025") == 2
    assert shown_in(client, "/sok?ended_from=2026-01-01&ended_to=31+dec+2026&period=2025") == 2
    assert shown_in(client, "/sok?ended_from=2026-03-03") == 0
    assert shown_in(client, "/sok?from=2025-01-01&to=2025-12-31") == shown_in(client, "/sok?period=2025") == 3


def test_the_same_names_mean_the_same_on_every_list(web):
    client, contact = visitor(web), visitor(web, "contact")
    assert shown_in(client, "/sok?responsible=gata") < shown_in(client, "/sok?q=")
    by_days, by_year = (
        visitor(web).get(f"/statistik?{asked}").text for asked in ("ended_from=1/1&ended_to=2026-12-31", "ended=2026")
    )
    assert BEHIND.findall(by_days) == BEHIND.findall(by_year) != []
    assert shown_in(contact, "/arenden?period=2025") == shown_in(contact, "/arenden?from=2025-01-01&to=2025-12-31") == 3
    assert shown_in(client, "/sok?overdue=1") == shown_in(client, "/?overdue=1") > 0


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/statistik?ended_from=2026-03-01", "Siffrorna räknas på hela år. Välj ett år."),
        ("/statistik?from=2026-01-01&to=2025-12-31", "Siffrorna räknas på hela år. Välj ett år."),
        ("/statistik?from=x", "Siffrorna räknas på hela år. Välj ett år."),
        ("/statistik?period=2026&ended=2026", "Siffrorna räknas inte på båda samtidigt."),
        ("/statistik?state=done&q=hål", "Webbadressen innehåller ”q=hål, state=done”. Det går inte att välja efter"),
        ("/sok?officer=7", "Webbadressen innehåller ”officer=7”"),
        ("/?unit=gata", "Webbadressen innehåller ”unit=gata”"),
        ("/sok?period=26", "”26” finns inte att välja här."),
        ("/sok?ended=x", "”x” finns inte att välja här."),
        ("/sok?ended_to=x", "Skriv dagen som"),
        ("/sok?overdue=ja", "”ja” finns inte att välja här."),
        ("/sok?responsible=finnsej", "”finnsej” finns inte att välja här."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", [None, "contact"])
def test_what_is_not_understood_is_refused_and_never_a_wrong_list(web, path, said, who):
    answer = visitor(web, who).get(path)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert 'id="raderna"' not in answer.text and 'class="card"' not in answer.text.split('id="senaste"')[-1]
    if "/statistik" in path:
        assert visitor(web, who).get(path.replace("statistik", "statistik.csv")).status_code == 422


@pytest.mark.parametrize("path", ["/arenden?ended=2026", "/arenden?period=x", "/skrivbord?period=2026"])
def test_so_it_is_on_the_lists_of_staff(web, path):
    answer = visitor(web, "contact").get(path)
    assert answer.status_code == 422 and 'id="raderna"' not in answer.text


def test_the_api_counts_by_the_year_of_the_end_too(web):
    counted = web.get("/statistics?ended=2026").json
    assert set(counted["total"]["figures"]) == {"ended", "done", "declined", "merged"}
    assert "by_place" in counted and "by_ended" not in counted and "by_year" not in counted
    whole = web.get("/statistics").json
    of_years = [line["figures"]["ended"]["count"] for line in whole["by_ended"]]
    assert sum(of_years) == whole["total"]["figures"]["ended"]["count"]
    refused = web.get("/statistics?ended=2026&period=2026")
    assert refused.status_code == 422 and "inte på båda" in str(refused.json["errors"])


def test_the_downloads_tell_a_year_of_the_end_from_one_of_receipt(web):
    text = visitor(web).get("/statistik.csv").data.decode("utf-8-sig")
    assert '"Avslutade";"avslutade 2025"' in text and '"Inkomna";"2025"' in text
