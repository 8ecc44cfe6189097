"""The public figures for machines: the same numbers as the page, with what they mean."""

import pytest

from cases.public.figures.groups import PARTS, Figure, Span
from cases.states import State


@pytest.fixture
def town(web):
    """Six cases in Norrby and two in Söderby, all closed, and five without a place at the desk."""
    for place, many in (("norrby", 6), ("soderby", 2)):
        for _ in range(many):
            web.house.reach(State.CLOSED, place=place, category="trafik")
    for _ in range(5):
        web.house.hand_in()
    return web


def counts(group):
    return {figure: told["count"] if told["count"] is not None else told["withheld"] for figure, told in
            group["figures"].items()}  # fmt: skip


def test_anybody_reads_the_figures_of_all_cases(town):
    told = town.get("/statistics").json
    total = counts(told["total"])
    assert set(total) == set(Figure)
    assert total["received"] == 13 == sum(total[part] for part in PARTS)
    assert (total["done"], total["with_desk"], total["declined"]) == (8, 5, 0)
    assert told["total"]["median_days"] == {"first_answer": 0, "end": 0}
    assert set(told["definitions"]) == {*Figure, *Span}
    assert (told["first_year"], told["last_year"], told["check"]) == (2026, 2026, None)


def test_small_counts_are_null_and_say_why(town):
    by_place = {one["value"]: counts(one)["received"] for one in town.get("/statistics").json["by_place"]}
    assert by_place == {"soderby": "fewer_than_5", "norrby": 6, None: "withheld"} or by_place == {
        "soderby": "fewer_than_5",
        "norrby": "withheld",
        None: 5,
    }
    few = town.get("/statistics?place=soderby").json["total"]
    assert counts(few)["received"] == "fewer_than_5"
    assert few["median_days"] == {"first_answer": None, "end": None}


def test_a_query_narrows_them(town):
    assert counts(town.get("/statistics?category=trafik").json["total"])["received"] == 8
    assert counts(town.get("/statistics?period=2026").json["total"])["received"] == 13
    assert "by_topic" not in town.get("/statistics?category=trafik").json


@pytest.mark.parametrize(("query", "field"), [("place=x", "place"), ("period=1999", "period"), ("period=x", "period")])
def test_what_is_unknown_is_refused_by_its_name(town, query, field):
    answer = town.get(f"/statistics?{query}")
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_names_and_meanings_are_in_the_callers_language(town):
    english = town.get("/statistics", headers={"Accept-Language": "en"}).json
    assert "Traffic" in [one["name"] for one in english["by_topic"]]
    assert english["definitions"]["received"].startswith("All cases that came in")
