"""Merging what two people wrote in one draft: nothing is lost, and what both changed is told."""

import pytest

from web.pages.village.merging.fields import GONE, Clash, merge
from web.pages.village.merging.opened import packed, unpacked


def area(n, name, rank=None, why=""):
    """Return the fields of an area."""
    return {f"area-{n}-rank": str(rank or n + 1), f"area-{n}-name": name, f"area-{n}-why": why}


def item(n, title, **more):
    """Return the fields of a new item."""
    fields = {"title": title, "kind": "own", "responsible": "norrby", "year": "2027", "area": "0"} | more
    return {f"item-{n}-{name}": value for name, value in fields.items()}


OPENED = {"vision": "", "situation": "Så", **area(0, "Vägar"), **area(1, "Bad"), **item(0, "Måla"), **item(1, "Gräva")}


@pytest.mark.parametrize(
    ("saved", "typed", "expected"),
    [
        ({"vision": "Deras"}, {}, {"vision": "Deras"}),
        ({}, {"vision": "Min"}, {"vision": "Min"}),
        ({"vision": "Samma"}, {"vision": "Samma"}, {"vision": "Samma"}),
        ({"situation": ""}, {}, {"situation": ""}),
        ({}, {"situation": ""}, {"situation": ""}),
        ({}, {"situation": "Så\r\n"}, {"situation": "Så\r\n"}),
        ({"item-0-year": "2028"}, {"item-0-title": "Måla allt"}, {"item-0-year": "2028", "item-0-title": "Måla allt"}),
        ({"item-0-title": "Måla om"}, {"item-0-text": "Rött"}, {"item-0-title": "Måla om", "item-0-text": "Rött"}),
        ({"area-0-name": "Broar"}, {"area-0-rank": "2"}, {"area-0-name": "Broar", "area-0-rank": "2"}),
    ],
)
def test_what_one_changed_is_taken(saved, typed, expected):
    merged = merge(OPENED, OPENED | saved, OPENED | typed)
    assert merged.clashes == []
    assert merged.fields == OPENED | expected


@pytest.mark.parametrize(
    ("saved", "typed", "clash"),
    [
        ({"vision": "Deras"}, {"vision": "Min"}, Clash("vision", "Deras")),
        ({"situation": ""}, {"situation": "Min"}, Clash("situation", "")),
        ({"item-0-year": "2028"}, {"item-0-year": "2029"}, Clash("item-0-year", "2028")),
        ({"item-0-year": "2028"}, {"item-0-remove": "1"}, Clash("item-0-title", "Måla")),
    ],
)
def test_what_both_changed_is_a_clash_and_the_typed_stands(saved, typed, clash):
    merged = merge(OPENED, OPENED | saved, OPENED | typed)
    assert merged.clashes == [clash]
    assert merged.fields.get("item-0-remove") is None
    assert merged.fields[clash.name] == typed.get(clash.name, clash.theirs)


def test_rows_that_the_other_added_come_after_those_added_here():
    saved = {**OPENED, **area(2, "Skola"), **item(2, "Deras", area="2")}
    typed = {**OPENED, **item(2, "Min")}
    merged = merge(OPENED, saved, typed)
    assert merged.clashes == []
    assert merged.fields == {**typed, **area(2, "Skola"), **item(3, "Deras", area="2")}


def test_rows_are_found_again_when_the_other_changed_their_order_or_took_one_away():
    saved = {"vision": "", "situation": "Så", **area(0, "Bad"), **area(1, "Vägar"), **item(0, "Gräva", area="1")}
    merged = merge(OPENED, saved, OPENED | {"item-1-year": "2030"})
    assert merged.clashes == []
    assert "item-0-title" not in merged.fields
    assert {name: merged.fields[name] for name in ("area-0-name", "area-0-rank", "item-1-year", "item-1-area")} == {
        "area-0-name": "Vägar", "area-0-rank": "2", "item-1-year": "2030", "item-1-area": "0",
    }  # fmt: skip


def test_a_row_changed_here_and_taken_away_there_is_kept_and_told():
    saved = {name: value for name, value in OPENED.items() if not name.startswith("item-0")}
    merged = merge(OPENED, saved, OPENED | {"item-0-year": "2030"})
    assert merged.clashes == [Clash("item-0-title", GONE, is_gone=True)]
    assert merged.fields["item-0-year"] == "2030"


def test_items_of_the_plan_before_are_known_by_what_they_carry_on():
    opened = item(0, "Bad", origin="7", what="", area="", fate="")
    saved = item(0, "Bättre bad", origin="7", what="change", area="1", fate="")
    typed = item(0, "Bad", origin="7", area="0", fate="dropped")  # as a browser sends what nobody touched
    merged = merge(opened, saved, typed)
    assert merged.clashes == []
    assert (merged.fields["item-0-title"], merged.fields["item-0-what"]) == ("Bättre bad", "change")
    merged = merge(opened, saved, typed | {"item-0-what": "drop", "item-0-reason": "Nej"})
    assert {clash.name for clash in merged.clashes} == {"item-0-what", "item-0-area"}


def test_without_what_it_was_opened_with_all_that_differs_is_a_clash():
    merged = merge(None, OPENED | {"vision": "Deras", **item(2, "Ny")}, OPENED | {"vision": "Min"})
    assert merged.clashes == [Clash("vision", "Deras")]
    assert merged.fields["item-2-title"] == "Ny"


def test_the_hidden_field_is_read_again_and_nothing_else_is():
    assert unpacked(2, packed(2, {"vision": "En by"})) == {"vision": "En by"}
    for bad in (packed(1, {}), "", "x", "YWJj", "å", packed(2, {})[:-6]):
        assert unpacked(2, bad) is None
