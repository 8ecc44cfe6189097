"""Staff's list of all cases: what its address asks for is shown, counted, kept on the next page, and downloaded."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update
from support.houses.small_house import CALENDAR, MONDAY
from support.houses.small_pages import visitor, words

from cases.case import Case, case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.states import State
from web.current import right_now
from web.pages.staff.list_columns import COLUMNS

REF = re.compile(r'href="/arenden/(\d{4}-\d{4})"')
MORE = re.compile(r'data-variant="secondary" href="([^"]+)" hx-get=')
COUNT = re.compile(r'id="antal" role="status">(\d+) ')


def shown(client, path):
    """The references on all pages of a list, and the number that it says."""
    text = client.get(path).text
    refs, count = REF.findall(text), int(COUNT.search(text).group(1))
    while more := MORE.search(text):
        text = client.get(unescape(more.group(1))).text
        refs += REF.findall(text)
    assert len(refs) == len(set(refs))
    return set(refs), count


@pytest.fixture
def cases(web):
    """A case in each state, one of them old, by name."""
    house = web.house
    made = {state: house.reach(state, title=f"Hål {state}") for state in (State.ASSIGNED, State.CLOSED, State.DECLINED)}
    rut = Reporter("Rut Eklöf", "rut@example.se", "0000-20 00 00")
    made["own"] = house.reach(State.PARKED, title="=1+1", category="trafik", place="norrby", group="norrby",
                              reporter=rut)  # fmt: skip
    made["old"] = house.hand_in("Gammalt", at=MONDAY - timedelta(days=40))
    return made


def test_the_filters_in_its_address_narrow_the_list_and_its_count(web, cases):
    client, every = visitor(web, "officer"), set(cases.values())
    officer = web.person_id("officer")
    for asked, wanted in {
        "": every,
        "state=ended": {cases[State.CLOSED], cases[State.DECLINED]},
        "state=closed": {cases[State.CLOSED]},
        "parked=1": {cases["own"]}, "category=trafik": {cases["own"]}, "place=norrby": {cases["own"]},
        "group=norrby": {cases["own"]}, "kind=issue": every, "kind=duty": set(),
        "responsible=gata": every - {cases["old"]},
        f"officer={officer}": every - {cases["old"]}, "officer=999999": set(), "unit=norrby": {cases["own"]},
        "from=2026-03-01": every - {cases["old"]}, "to=2026-03-01": {cases["old"]}, "from=2026-03-02&to=2026-03-02":
        every - {cases["old"]}, "overdue=1": {cases[State.ASSIGNED], cases["old"]},
        "q=rut": every - {cases["old"]}, "q=rut eklof": {cases["own"]},
        "q=0046 0 000 20 00 00": {cases["own"]}, "q=%2B46 000 20 00 00": {cases["own"]},
        "col=x&cursor=x": every,
        "ended_from=1 mars 2026&ended_to=5/3 2026": {cases[State.CLOSED], cases[State.DECLINED]} & ended(web, 2, 5),
        "ended_from=2027-01-01": set(),
    }.items():  # fmt: skip
        assert shown(client, f"/arenden?{asked}") == (wanted, len(wanted)), asked


def ended(web, first, last):
    """The references of the cases that ended in March 2026, from and to these days."""
    with web.database.reading() as session:
        rows = session.execute(select(Case.ref, Case.ended_at).where(Case.ended_at.is_not(None)))
        return {ref for ref, at in rows if first <= CALENDAR.day_of(at).day <= last and CALENDAR.day_of(at).month == 3}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("state", "xx", "”xx” finns inte att välja här."),
        ("responsible", "finnsej", "”finnsej” finns inte att välja här."),
        ("unit", "finnsej", "”finnsej” finns inte att välja här."),
        ("place", "finnsej", "”finnsej” finns inte att välja här."),
        ("sort", "x", "”x” finns inte att välja här."),
        ("officer", "å", "”å” finns inte att välja här."),
        ("overdue", "kanske", "”kanske” finns inte att välja här."),
        ("from", "32 maj", "Den dagen finns inte"),
        ("from", "i vintras", "Skriv dagen som"),
        ("ended_to", "1 januari ", ""),
        ("to", "onsdag 1 januari 2026", "Den dagen är en annan veckodag"),
    ],
)
def test_a_filter_that_is_not_understood_is_refused_and_no_list_looks_right(web, cases, name, value, sentence):
    client = visitor(web, "officer")
    answer = client.get(f"/arenden?{urlencode({name: value})}")
    refused = bool(sentence)
    assert answer.status_code == (422 if refused else 200)
    assert sentence in words(answer.text)
    assert bool(REF.findall(answer.text)) is False and ("Ingen lista visas" in words(answer.text)) is refused
    assert name == "overdue" or f'value="{value.strip()}"' in answer.text  # a box has no words
    assert client.get(f"/arenden.csv?{urlencode({name: value})}").status_code == (303 if refused else 200)


@pytest.mark.parametrize(
    "path", ["/sok?place=x", "/sok?state=x", "/sok?period=x", "/?category=x", "/skrivbord?place=x"]
)
def test_so_it_is_on_the_other_lists(web, cases, path):
    answer = visitor(web, "officer").get(path)
    assert answer.status_code == 422
    assert "”x” finns inte att välja här." in words(answer.text)
    assert not REF.findall(answer.text)


def test_the_next_page_keeps_filters_order_and_columns(web):
    for number in range(30):
        web.house.hand_in(f"Lampa {number}", category="trafik")
        web.house.hand_in(f"Bänk {number}")
    client = visitor(web, "contact")
    asked = "/arenden?category=trafik&q=lampa&sort=received&col=title&col=place"
    [more] = MORE.findall(client.get(asked).text)
    kept = parse_qs(urlsplit(unescape(more)).query)
    assert (bool(kept.pop("cursor")), kept.pop("rad")) == (True, ["26"])
    assert kept == parse_qs(urlsplit(asked).query)
    assert len(shown(client, asked)[0]) == 30


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_shown_is_downloaded_with_its_columns_and_no_formula(web, cases, form):
    client = visitor(web, "officer")
    every = "&".join(f"col={name}" for name in COLUMNS)
    rows = rows_of(client.get(f"/arenden.{form}?parked=1&{every}"), form)
    assert len(rows) == 2
    assert len(rows[0]) == len(COLUMNS)
    assert cases["own"] in rows[1]
    assert rows[1][1] == "'=1+1"
    assert "Rut Eklöf" not in str(rows)
    assert len(rows_of(client.get(f"/arenden.{form}"), form)) == 1 + len(cases)
    with web.database.reading() as session:
        told = session.scalars(select(Event).where(Event.type == "house.exported").order_by(Event.id)).all()
        assert [event.facts["cases"] for event in told] == [1, len(cases)]


def rows_of(answer, form):
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    if form == "csv":
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    return [list(row) for row in load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)]


def test_due_soon_goes_by_the_day_and_not_by_the_hour(web):
    house = web.house
    for hours in range(24, 24 * 5, 6):
        ref = house.hand_in(f"Om {hours}")
        due_on = CALENDAR.day_of(right_now_of(web) + timedelta(hours=hours))
        due(web, ref, CALENDAR.end_of(due_on))
    client = visitor(web, "contact")
    text = client.get("/skrivbord?del=snart").text
    assert {"om 2 dagar", "om 3 dagar"} <= set(re.findall(r"om \d dagar", text))
    assert "om 4 dagar" not in text


def test_a_day_in_a_filter_is_typed_as_people_write_it_or_picked(sqlite_web):
    sqlite_web.house.hand_in()
    client = visitor(sqlite_web, "contact")
    iso = client.get("/arenden?from=2026-03-02&to=2026-03-03").text
    for asked in ("from=2+mars+2026&to=3/3+2026", "from-picked=2026-03-02&to=tisdag+3+mars+2026"):
        page = client.get(f"/arenden?{asked}").text
        assert 'type="date" name="from-picked"' in page
        assert COUNT.search(page).group(1) == COUNT.search(iso).group(1), asked
        assert "from=2" in re.search(r"/arenden\.csv\?[^\"]*", page).group()


def right_now_of(web):
    with web.app.app_context():
        return right_now()


def due(web, ref, at):
    with web.database.transaction() as session:
        session.execute(update(Case).where(Case.ref == ref).values(due_at=at))


def test_a_filtered_list_says_how_many_it_holds_and_carries_show_more_with_it(web):
    contact = web.house.actors["contact"]
    for number in range(30):
        ref = web.house.hand_in(f"Lampa {number}", category="trafik" if number % 2 else None)
        publish(web, ref, contact)
    for who, path in (
        (None, "/"),
        (None, "/sok?q=lampor"),
        ("contact", "/skrivbord?del=inkommet"),
        ("contact", "/arenden"),
    ):
        client, sign = visitor(web, who), "&" if "?" in path else "?"
        text = client.get(f"{path}{sign}category=trafik").text
        assert COUNT.search(text).group(1) == "15", path
        form = re.search(r"<form[^>]*hx-get[^>]*>", text).group(0)
        assert 'hx-select-oob="#antal:innerHTML,#andra-spraket"' in form, path
        target = re.search(r'hx-target="#(\w+)"', form).group(1)
        whole = client.get(path).text
        assert "Visa fler" in whole[whole.index(f'id="{target}"') :], path  # swapped with the list


def publish(web, ref, by):
    with web.database.transaction() as session:
        correct(session, case_to_change(session, ref), Correction(published=True), by=by, at=MONDAY)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (None, "/?category=trafik"),
        (None, "/sok?q=lampor&category=trafik"),
        ("contact", "/sok?q=lampor&category=trafik"),
        ("member", "/sok?category=trafik"),
        ("contact", "/skrivbord?del=inkommet&category=trafik"),
        ("contact", "/skrivbord?del=inkommet&q=lampor&category=trafik"),
        ("officer", "/arenden?category=trafik"),
    ],
)
def test_show_more_leads_through_what_was_filtered_and_to_nothing_else(sqlite_web, who, path):
    contact, wanted = sqlite_web.house.actors["contact"], set()
    for number in range(70):
        ref = sqlite_web.house.hand_in(f"Lampa {number}", category="trafik" if number % 5 else None)
        publish(sqlite_web, ref, contact)
        wanted |= {ref} if number % 5 else set()
    assert shown(visitor(sqlite_web, who), path) == (wanted, len(wanted))
