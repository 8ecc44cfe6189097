"""The order of a register: told in words, the same on the page, page after page, in files and on paper."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import update
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.houses.small_web import Web
from support.registers.register_acts import ANSWERED, GIVEN, SENT, RegisterActs

from cases.case import Case
from cases.organisation.categories import Category
from cases.states import Kind
from cases.village.registers.filters import RegisterFilters, RegisterOrder
from cases.village.registers.listing import is_cursor, list_register

PAGE = "/amne/trafik"


@pytest.fixture(autouse=True)
def a_march() -> Iterator[None]:
    """The morning after the cases came in."""
    with time_machine.travel(MONDAY + timedelta(hours=2), tick=False):
        yield


def furnished(web: Web) -> dict[str, str]:
    """Return the references of five published cases by their titles, the oldest first, which is late."""
    acts = RegisterActs(web.house)
    late = web.house.hand_in("Cykelväg", by="contact", kind=Kind.ACTION, category="trafik", place="soderby")
    acts.publish(late)
    titles = {"ögla": "norrby", "Åkern": None, "bron": "soderby", "Älgen": "norrby"}
    refs = {"late": late} | {title: acts.hand_in(title, place=place) for title, place in titles.items()}
    with web.database.transaction() as session:
        session.execute(update(Case).where(Case.ref == refs["late"]).values(due_at=MONDAY))
    for title, answered in (("ögla", ANSWERED - timedelta(days=1)), ("Åkern", ANSWERED)):
        acts.enter(refs[title], replace(GIVEN, forwarded_on=SENT, answered_on=answered, answer="Ja."))
    return refs


ORDERS = {
    RegisterOrder.NEWEST: ["Älgen", "bron", "Åkern", "ögla", "late"],
    RegisterOrder.LATE: ["late", "Älgen", "bron", "Åkern", "ögla"],
    RegisterOrder.PLACE: ["Älgen", "ögla", "bron", "late", "Åkern"],
    RegisterOrder.TITLE: ["bron", "late", "Åkern", "Älgen", "ögla"],
    RegisterOrder.ANSWER: ["Åkern", "ögla", "Älgen", "bron", "late"],
}


def test_each_order_goes_on_by_cursors_of_its_own_and_is_the_same_in_files_and_on_paper(web: Web) -> None:
    refs = furnished(web)
    for order in RegisterOrder:
        wanted = [refs[one] for one in ORDERS[order]]
        assert (order, paged(web, order)) == (order, wanted)
        printed = visitor(web).get(f"{PAGE}/utskrift?order={order}").text
        assert re.findall(r'<span class="ref">([\d-]+)</span>', printed) == wanted
        csv = visitor(web).get(f"{PAGE}.csv?order={order}").text
        assert re.findall(r'(?m)^"([\d-]+)"', csv) == wanted


def paged(web: Web, order: RegisterOrder) -> list[str]:
    """Return the references of the register in this order, read two at a time."""
    found, after, filters = list[str](), "", RegisterFilters(order=order)
    with web.database.reading() as session:
        while True:
            now = MONDAY + timedelta(hours=2)
            rows, after = list_register(session, "trafik", filters, at=now, after=after, limit=2)
            found += [row.case.ref for row in rows]
            if not after:
                return found
            assert [one for one in RegisterOrder if is_cursor(after, RegisterFilters(order=one))] == [order]


def test_the_page_says_its_order_and_keeps_it_when_the_filters_are_cleared(sqlite_web: Web) -> None:
    furnished(sqlite_web)
    browser = visitor(sqlite_web)
    usual = browser.read(PAGE)
    assert "Det som kom in senast står först." in usual and "Rensa filter" not in usual
    answer = browser.get(f"{PAGE}?order=title&place=norrby")
    assert "I bokstavsordning efter rubrik." in answer.text
    assert f'href="{PAGE}?order=title">Rensa filter</a>' in answer.text
    assert "Rensa filter" not in browser.read(f"{PAGE}?order=title")  # an order leaves nothing out
    assert "I bokstavsordning efter rubrik." in browser.read(f"{PAGE}/utskrift?order=title")
    assert browser.get(f"{PAGE}?order=newest").status_code == 200
    assert browser.get(f"{PAGE}?order=bakvänt").status_code == 422


def test_only_a_search_that_finds_nothing_speaks_of_words(sqlite_web: Web) -> None:
    furnished(sqlite_web)
    for path in (PAGE, f"{PAGE}/utskrift"):
        by_filters, by_words = (visitor(sqlite_web).read(f"{path}?{one}") for one in ("keeper=trafikverket", "q=xyzzy"))
        assert "Inget ärende stämmer med filtren." in by_filters and "andra ord" not in by_filters
        assert "andra ord" in by_words


# --- the spreadsheet for people ------------------------------------------------------------------


def sheet_of(web: Web, query: str = "") -> Worksheet:
    """Return the sheet of the register as a spreadsheet."""
    answer = visitor(web).get(f"{PAGE}.xlsx{query}")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_the_spreadsheet_has_the_words_of_the_page_real_days_and_a_heading_to_filter_by(sqlite_web: Web) -> None:
    refs = furnished(sqlite_web)
    sheet = sheet_of(sqlite_web, "?order=title")
    rows = list(sheet.iter_rows(values_only=True))
    assert sheet.title == "Trafik"
    assert sheet.freeze_panes == "A2" and sheet["A1"].font.b and not sheet["A2"].font.b
    assert sheet.auto_filter.ref == f"A1:S{len(rows)}"
    assert {"Ärendenummer", "Rubrik", "Ort", "Läge", "Vem beslutar", "Väghållare", "Deras svar"} <= {*rows[0]}
    by_ref = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    answered, late = by_ref[refs["Åkern"]], by_ref[refs["late"]]
    assert (answered["Vem beslutar"], answered["Väghållare"]) == ("Trafikverket", "Norrby vägförening")
    assert answered["De svarade"].date() == ANSWERED and answered["Skickat vidare"].date() == SENT
    assert answered["Inkommet"].date() == date(2026, 3, 2)
    assert (answered["Läge"], late["Försenat"], answered["Försenat"]) == ("Inkommet", "Ja", None)
    assert not {"issue", "action", "received", "norrby", "trafikverket"} & {cell for row in rows for cell in row}
    english = next(sheet_of(sqlite_web, "?lang=en").iter_rows(values_only=True))
    assert {"Reference", "Title", "Their answer"} <= {*english}


@pytest.mark.parametrize(
    ("topic", "sheet"), [("Vägar: [26/70]?", "Vägar   26 70"), ("History", "cases"), ("x" * 40, "x" * 31)]
)
def test_a_topic_of_any_name_names_its_sheet(sqlite_web: Web, topic: str, sheet: str) -> None:
    furnished(sqlite_web)
    with sqlite_web.database.transaction() as session:
        session.execute(update(Category).where(Category.slug == "trafik").values(name=topic))
    assert sheet_of(sqlite_web).title == sheet


def test_a_register_without_rows_is_a_sheet_of_headings(sqlite_web: Web) -> None:
    furnished(sqlite_web)
    sheet = sheet_of(sqlite_web, "?q=xyzzy")
    assert sheet.max_row == 1 and sheet.auto_filter.ref == "A1:S1"


def test_the_file_for_people_is_offered_first(sqlite_web: Web) -> None:
    furnished(sqlite_web)
    page = visitor(sqlite_web).read(PAGE)
    assert "Ladda ner som Excel (XLSX) CSV (för datorprogram)" in page
