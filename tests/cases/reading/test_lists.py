"""Reading: pages that neither skip nor repeat, whatever happens between them."""

import base64
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse
from support.houses.statements import counted

from cases.handing_in import Reporter
from cases.reading import searching
from cases.reading.lists import Filters, Sort, count_cases, list_cases
from cases.refusals import UnknownName
from cases.states import State

LATER = CALENDAR.morning_of(date(2026, 5, 4))


def page(house: SmallHouse, filters: Filters, who: str = "contact") -> tuple[list[str], str | None]:
    with house.database.reading() as session:
        shown = list_cases(session, filters, house.actors[who], now=LATER)
        return [case.ref for case in shown.items], shown.next


def refs(house: SmallHouse, **filters: object) -> set[str]:
    return set(page(house, Filters(**filters))[0])


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_neither_skip_nor_repeat_while_cases_come_in(small_house: SmallHouse, sort: Sort) -> None:
    there = [small_house.hand_in(f"Fråga {n}", at=MONDAY + timedelta(days=n % 3)) for n in range(9)]
    small_house.change(there[4], State.DECLINED, reason="Nej")
    seen: list[str] = []
    filters: Filters | None = Filters(sort=sort, limit=2)
    while filters:
        shown, after = page(small_house, filters)
        seen += shown
        small_house.hand_in("Ny", at=MONDAY)
        filters = replace(filters, cursor=after) if after and len(seen) < 60 else None
    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


NOT_OURS = (
    "null",
    "{}",
    "[" * 9000,
    json.dumps(["due", "2026-01-01T00:00:00", 1]),
    json.dumps(["due", "igår", 1]),
    json.dumps(["due", 17, 1]),
    json.dumps(["due", None, 2**70]),
    json.dumps(["due", None, True]),
    json.dumps(["due", True, 1]),
    json.dumps(["received", None, 1]),
)


def test_a_cursor_that_is_not_ours_is_refused(small_house: SmallHouse) -> None:
    small_house.hand_in()
    for cursor in ("x", "!!", *(base64.urlsafe_b64encode(content.encode()).decode() for content in NOT_OURS)):
        with pytest.raises(UnknownName):
            page(small_house, Filters(sort=Sort.DUE, cursor=cursor))


def test_filters_narrow_the_list(small_house: SmallHouse) -> None:
    received = small_house.hand_in("Ett", category="trafik", place="norrby")
    planned = small_house.reach(State.PLANNED, group="norrby")
    parked = small_house.reach(State.PARKED)
    closed = small_house.reach(State.CLOSED)
    assert refs(small_house) == {received, planned, parked, closed}
    assert refs(small_house, states=(State.PLANNED, State.CLOSED)) == {planned, closed}
    assert refs(small_house, category="trafik") == refs(small_house, place="norrby") == {received}
    assert refs(small_house, responsible="gata") == {planned, parked, closed}
    assert refs(small_house, group="norrby") == {planned}
    assert refs(small_house, parked=True) == {parked}
    assert refs(small_house, overdue=True) == {received, planned}
    assert refs(small_house, overdue=False) == {parked, closed}
    assert refs(small_house, responsible="ingen") == set()


def test_the_desk_finds_what_is_due_soon_untouched_or_sent_back(small_house: SmallHouse) -> None:
    sent_back, old = small_house.reach(State.ASSIGNED), small_house.reach(State.ASSIGNED)
    small_house.change(sent_back, State.RECEIVED, by="officer", reason="Inte vår", at=LATER)
    parked = small_house.reach(State.PARKED)
    soon = small_house.reach(State.ASSIGNED, at=LATER)
    due = small_house.case(soon).due_at
    assert due is not None
    moment = timedelta(seconds=1)
    assert refs(small_house, sent_back=True) == {sent_back}
    assert refs(small_house, untouched_since=MONDAY + moment) == {old}
    assert refs(small_house, untouched_since=LATER + moment) == {old, sent_back, soon}
    assert refs(small_house, due_by=due, responsible="gata") == {soon}
    assert refs(small_house, due_by=due - moment, responsible="gata") == set()
    assert parked in refs(small_house, due_by=due + timedelta(days=60))


def test_what_the_desk_had_closed_is_back_on_its_list_when_it_is_contested(small_house: SmallHouse) -> None:
    contested = small_house.hand_in("Skylten", reporter=Reporter(name="Rut", email="rut@example.se"))
    small_house.change(contested, State.DONE, note="Den är lagad", at=LATER)
    small_house.change(contested, State.ASSIGNED, by="reporter", note="Nej, det är inte klart", at=LATER)
    small_house.reach(State.ASSIGNED)
    assert small_house.case(contested).responsible_id == small_house.unit_id("desk")
    assert refs(small_house, sent_back=True) == {contested}
    small_house.change(contested, State.ASSIGNED, responsible="vatten", at=LATER)
    assert refs(small_house, sent_back=True) == set()


def test_a_count_counts_the_same_list_up_to_its_bound(small_house: SmallHouse) -> None:
    for _ in range(5):
        small_house.hand_in()
    with small_house.database.reading() as session:
        contact, visitor = small_house.actors["contact"], small_house.actors["visitor"]
        assert count_cases(session, Filters(), contact, now=LATER) == 5
        assert count_cases(session, Filters(), contact, now=LATER, most=3) == 3
        assert count_cases(session, Filters(), visitor, now=LATER) == 0


def test_a_page_has_a_bound(small_house: SmallHouse) -> None:
    for _ in range(3):
        small_house.hand_in()
    assert [len(page(small_house, Filters(limit=limit))[0]) for limit in (-1, 0, 2, 10**9)] == [1, 1, 2, 3]


def test_a_search_further_and_further_back_neither_skips_nor_repeats(small_house: SmallHouse, monkeypatch) -> None:
    monkeypatch.setattr(searching, "REACHES", (2, 5))
    there = [small_house.hand_in(f"Lampa {n}" if n % 3 else f"Bänk {n}") for n in range(12)]
    small_house.comment(there[0], "Det sitter en lampa vid bänken", by="contact")
    seen: list[str] = []
    filters: Filters | None = Filters(q="lampan", limit=2)
    while filters:
        shown, after = page(small_house, filters)
        seen += shown
        filters = replace(filters, cursor=after) if after and len(seen) < 60 else None
    assert seen == [there[n] for n in (11, 10, 8, 7, 5, 4, 2, 1, 0)]


def test_a_search_reads_all_about_the_cases_only_once_however_far_it_looks(
    small_house: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "REACHES", (1, 2, 3))
    for title in ("Lampan vid bron", "Hål", "Hål", "Hål", "Hål"):
        small_house.hand_in(title)
    with counted(small_house.database) as sent:
        found, _ = page(small_house, Filters(q="lampan"))
    assert len(found) == 1
    assert ["JOIN unit" in statement for statement in sent].count(True) == 1
    assert len(sent) == 8  # names, up to which case, four reaches, what is like it, and all about the one
    with counted(small_house.database) as sent:
        assert page(small_house, Filters(q="finnsej")) == ([], None)
    assert len(sent) == 7


@pytest.mark.parametrize("wanted", ["lampan", "lampor", "vägarna", "vägen", "träden"])
def test_a_word_is_found_in_its_other_forms(small_house: SmallHouse, wanted: str) -> None:
    ref = small_house.hand_in("Lampor längs väg 40", description="Ett träd skymmer.")
    small_house.hand_in("Något annat")
    found, _ = page(small_house, Filters(q=wanted))
    assert found == [ref]
