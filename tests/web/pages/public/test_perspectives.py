"""From whose view something is asked: said on the form and in the API, shown on the case, counted in the statistics."""

import pytest
from sqlalchemy import select
from support.houses.small_house import MONDAY
from support.houses.small_pages import stamp, visitor

from cases.case import Case
from cases.handing_in import Request, hand_in
from cases.organisation.municipality import municipality
from cases.refusals import UnknownName
from cases.states import Kind

WORDS = {"young": ["Unga", "Young people"], "newcomers": ["Nyinflyttade", None]}


@pytest.fixture
def house(sqlite_web):
    """The small municipality, which tells young people and newcomers apart."""
    with sqlite_web.database.transaction() as session:
        municipality(session).perspectives = WORDS
    return sqlite_web.house


def asked(house, perspective, *, by="visitor"):
    """Hand a case in from this view; return its reference."""
    with house.database.transaction() as session:
        request = Request(Kind.ISSUE, "Ingen plats att ses", perspective=perspective)
        return hand_in(session, request, by=house.actors[by], at=MONDAY).ref


def test_the_form_offers_the_words_of_the_house_and_the_case_shows_them(sqlite_web, house):
    browser = visitor(sqlite_web)
    assert "Vems perspektiv gäller det?" in browser.read("/lamna")
    assert "Young people" in browser.read("/lamna?lang=en")
    sent = browser.send("/lamna", title="Buss till träningen", perspective="young", stamp=stamp(sqlite_web))
    assert sent.status_code == 303
    with sqlite_web.database.reading() as session:
        case = session.scalars(select(Case).where(Case.title == "Buss till träningen")).one()
    assert case.perspective == "young"
    assert house.events(case.ref)[0].facts["perspective"] == "young"
    assert "Perspektiv Unga" in visitor(sqlite_web, "contact").read(f"/arenden/{case.ref}")


def test_a_house_without_such_words_asks_for_none(sqlite_web):
    assert "perspektiv" not in visitor(sqlite_web).read("/lamna").lower()
    assert "perspektiv" not in visitor(sqlite_web).read("/statistik").lower()


def test_another_word_is_refused_beside_its_field_and_what_was_typed_is_kept(sqlite_web, house):
    with pytest.raises(UnknownName) as refused:
        asked(house, "cats")
    assert refused.value.field == "perspective"
    answer = visitor(sqlite_web).send(
        "/lamna", title="Buss till träningen", perspective="cats", stamp=stamp(sqlite_web)
    )
    assert answer.status_code == 422
    assert "Buss till träningen" in answer.text


def test_the_api_takes_it_and_answers_it(sqlite_web, house):
    api = sqlite_web.app.test_client()
    given = {"kind": "issue", "title": "Buss till träningen", "perspective": "newcomers"}
    answer = api.post("/api/v1/cases", json=given)
    assert (answer.status_code, answer.get_json()["perspective"]) == (201, "newcomers")
    refused = api.post("/api/v1/cases", json=given | {"perspective": "cats"})
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["perspective"])


def test_the_statistics_count_each_by_itself_and_withhold_the_few(sqlite_web, house):
    for perspective, many in {"young": 6, "newcomers": 6, None: 7}.items():
        for _ in range(many):
            asked(house, perspective)
    page = visitor(sqlite_web).read("/statistik?perspective=young")
    assert "Inkomna 6" in page
    found = sqlite_web.app.test_client().get("/api/v1/statistics").get_json()
    assert {one["value"]: one["figures"]["received"]["count"] for one in found["by_perspective"]} == {
        "young": 6, "newcomers": 6, None: 7
    }  # fmt: skip
    assert (
        "ett perspektiv räknas för sig" in visitor(sqlite_web).read("/statistik?perspective=young&place=norrby").lower()
    )
    few = visitor(sqlite_web).get("/statistik.csv").text
    assert "Unga" in few
    asked(house, "young")
    assert sqlite_web.app.test_client().get("/api/v1/statistics?perspective=young&category=trafik").get_json()["total"][
        "figures"
    ]["received"] == {"count": None, "withheld": "withheld"}
