"""Each count that is shown beside a list is the number of its lines, on every page of the list together."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape

import pytest
from sqlalchemy import select
from support.houses.small_house import CALENDAR, MONDAY, STEPS_TO, copied_sqlite, furnish, open_small_house
from support.houses.small_pages import visitor
from support.houses.small_web import open_web

from cases.case import Case
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.progress import WaitingFor
from cases.reading.lists import Filters, list_cases
from cases.states import LADDER_STATES, OPEN, State
from notifications.deliveries import Channel
from notifications.telephone.calls import to_ring
from web.operations.metrics import figures
from web.pages.list_part import ROWS
from web.pages.staff.desk import PILES
from web.pages.staff.list_query import UNIT_VIEWS
from workers.jobs.morning_letter import count_for_morning
from workers.relay.draining import drain_outbox

WITHOUT_MAIL = Reporter(name="Gösta", phone="0123-99 99")


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request, run_folder, tmp_path):
    """A house with something of everything, on each database: made once per run, and copied."""
    if request.param == "sqlite":
        url = copied_sqlite(run_folder, tmp_path, "full_house", furnish_fully)
    else:
        url = request.getfixturevalue("postgres_copy")("full_house", furnish_fully)
    opened = open_web(url, tmp_path)
    yield opened
    opened.database.close()


def furnish_fully(url):
    """Let cases come into every state, late and new, sent back, waited for, published, and by telephone."""
    furnish(url)
    house, present = open_small_house(url), datetime.now(UTC)
    for state in STEPS_TO:
        house.reach(state, group="norrby", category="trafik", place="norrby")
        house.reach(state, reporter=WITHOUT_MAIL)
    for state in (State.ASSIGNED, State.IN_PROGRESS, State.DONE, State.CLOSED):
        house.reach(state, at=present)
    back = house.reach(State.ASSIGNED)
    house.change(back, State.RECEIVED, by="officer", reason="Inte vår väg")
    waited_for = WaitingFor("unit", unit="norrby")
    house.change(house.reach(State.ASSIGNED), State.WAITING, waiting_for=waited_for, note="Vad tycker ni?")
    replied = house.reach(State.DONE, at=present, group="norrby")
    new, junk = [house.hand_in(at=present) for _ in range(ROWS + 5)], house.hand_in(at=present, junk=True)
    for days in range(20, 90, 10):  # up to the rung from which a case is delayed
        house.sweep(MONDAY + timedelta(days=days))
    with house.database.transaction() as session:
        for number, case in enumerate(session.scalars(select(Case).with_for_update())):
            published, quick_win = case.ref not in {*new[3:], junk}, number % 3 == 0
            case.unread_reply = case.version if case.ref == replied else None
            case.junk_since = present if case.ref == junk else None
            right = Correction(published=published, quick_win=quick_win)
            correct(session, case, right, by=house.actors["contact"], at=present)
            if case.state in LADDER_STATES and number % 3 == 0:
                case.due_at = present + timedelta(hours=2, minutes=number)  # not while the tests run
    drain_outbox(house.database)
    house.database.close()


def pages(client, path):
    """Return the page, and the references on it and on all the pages that "show more" leads to."""
    first = text = client.get(path).text
    refs = re.findall(r'<span class="ref">([\d-]+)</span>', text)
    while more := re.search(r'data-variant="secondary" href="([^"]+)" hx-get=', text):
        text = client.get(unescape(more.group(1))).text
        refs += re.findall(r'<span class="ref">([\d-]+)</span>', text)
    return first, refs


def counts_beside(page):
    """Return the count that stands beside each link of the page's lists, by the list's key or path."""
    lines = re.findall(r'<a href="([^"]+)"[^>]*>(?:(?!</a>).)*?<span class="count[^"]*">(\d+)</span>', page, re.S)
    return {path.rpartition("del=")[2]: int(count) for path, count in lines}


def in_list(client, page):
    """Return the references in the list of all cases to which the page leads, and the number that it says."""
    first, refs = pages(client, unescape(re.search(r'href="(/arenden\?[^"]+)"', page).group(1)))
    assert len(refs) == len(set(refs))
    return set(refs), int(re.search(r'id="antal" role="status">(\d+)', first).group(1))


def test_each_pile_on_the_desk_has_as_many_cases_as_it_says(full):
    client = visitor(full, "contact")
    for pile in PILES:
        page, refs = pages(client, f"/skrivbord?del={pile}")
        assert len(refs) == len(set(refs)) == counts_beside(page)[pile] > 0, pile
        assert in_list(client, page) == (set(refs), len(refs)), pile


def test_the_lists_outside_the_desks_piles_have_as_many_rows_as_it_says(full):
    client = visitor(full, "contact")
    beside = counts_beside(client.get("/skrivbord").text)
    assert client.get("/ring").text.count('action="/ring/') == beside["/ring"] > 0
    assert client.get("/undanlagt").text.count('action="/undanlagt/') == beside["/undanlagt"] == 0


def test_each_list_of_a_unit_has_as_many_cases_as_it_says(full):
    for who, unit in (("contact", "gata"), ("member", "norrby")):
        client = visitor(full, who)
        for name in UNIT_VIEWS:
            page, refs = pages(client, f"/enhet/{unit}?del={name}")
            assert len(refs) == len(set(refs)) == counts_beside(page)[name] > 0, (unit, name)
            assert who == "member" or in_list(client, page) == (set(refs), len(refs)), (unit, name)


def listed(session, actor, moment, **filters):
    """Return how many cases such a list has."""
    page = list_cases(session, Filters(limit=500, **filters), actor, now=moment)
    assert page.next is None
    return len(page.items)


def test_each_figure_for_prometheus_is_the_length_of_its_list(full):
    with full.database.reading() as session:
        moment, contact = datetime.now(UTC), full.house.actors["contact"]
        told = dict(re.findall(r"^(ventil_\S+) (\S+)$", figures(session, full.settings.incoming).decode(), re.M))
        for state in OPEN:
            number = listed(session, contact, moment, states=(state,))
            assert float(told[f'ventil_open_cases{{state="{state}"}}']) == number > 0, state
        assert float(told["ventil_overdue_cases"]) == listed(session, contact, moment, overdue=True) > 0
        calls = told[f'ventil_deliveries{{channel="{Channel.CALL}",outcome="waiting"}}']
        assert float(calls) == len(to_ring(session)) > 0


def test_each_figure_of_the_morning_letter_is_the_length_of_its_list(full):
    with full.database.reading() as session:
        moment, contact = datetime.now(UTC), full.house.actors["contact"]
        told = count_for_morning(session, moment, MONDAY - timedelta(days=1))
        today = CALENDAR.end_of(CALENDAR.day_of(moment))
        assert told["overdue"] == listed(session, contact, moment, overdue=True) > 0
        assert told["due"] == listed(session, contact, moment, states=LADDER_STATES, due_by=today)
        assert told["calls"] == len(to_ring(session)) > 0
        happened = Counter(session.scalars(select(Event.type)))
        types = {"received": "case.received", "sent_back": "case.sent_back", "parked_back": "case.taken_up"}
        owed = len(session.scalars(select(Case.id).where(Case.obligation.is_not(None))).all())
        assert told["junk"] == listed(session, contact, moment, junk=True) > 0
        told["received"] += owed + told["junk"]  # nobody handed in what is owed, and junk has a line of its own
        assert owed > 0
        assert {name: told[name] for name in types} == {name: happened[type_] for name, type_ in types.items()}
        assert told["received"] == listed(session, contact, moment)


CARD = re.compile(r'<dt>([^<]+)</dt>\s*<dd class="value[^"]*">([^<]+)</dd>')


def test_each_figure_of_the_statistics_is_the_length_of_its_list(full):
    client = visitor(full)
    shown = dict(CARD.findall(client.get("/statistik").text))
    done = (State.DONE, State.CLOSED)
    under_way = sorted(set(LADDER_STATES) - {State.RECEIVED})
    with full.database.reading() as session:
        moment, contact = datetime.now(UTC), full.house.actors["contact"]
        real = partial(listed, junk=False)  # it is in no figures
        lists = {
            "Inkomna": real(session, contact, moment),
            "Hos kontaktpersonen": real(session, contact, moment, states=(State.RECEIVED,)),
            "Pågående": real(session, contact, moment, states=tuple(under_way)),
            "Vilande": real(session, contact, moment, parked=True),
            "Klara": real(session, contact, moment, states=done),
            "Avböjda": real(session, contact, moment, states=(State.DECLINED,)),
            "Sammanförda": real(session, contact, moment, states=(State.MERGED,)),
            "Försenade": real(session, contact, moment, overdue=True),
        }
    assert {name: int(shown[name]) for name in lists} == lists
    assert lists["Inkomna"] > lists["Pågående"] > lists["Försenade"] > 0 < lists["Avböjda"]
    on_start_page = dict(CARD.findall(client.get("/").text))
    assert on_start_page.items() <= shown.items()
    assert {"Inkomna", "Pågående", "Klara", "Försenade", "Mediantid till avslut"} == set(on_start_page)
