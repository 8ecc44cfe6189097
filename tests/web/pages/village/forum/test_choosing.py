"""The form of an agenda: choosing, ordering, grouping and taking away, without JavaScript, and sending it."""

from datetime import UTC, datetime, timedelta

import pytest
from support.houses.small_house import CALENDAR
from support.houses.small_pages import form_as_sent, visitor, words
from support.meetings.meeting_acts import MeetingActs

from cases.meetings.agenda_items import SettledHow

NOW = datetime.now(UTC)
COMING = CALENDAR.day_of(NOW) + timedelta(days=60)
PATH = "/forum/1/dagordning"


@pytest.fixture
def meetings(sqlite_web):
    meetings = MeetingActs(sqlite_web.house)
    assert meetings.call(COMING, at=NOW) == 1
    return meetings


def form_of(web, who="contact"):
    return form_as_sent(visitor(web, who).get(PATH).text, PATH)


def send(web, who="contact", **changed):
    return visitor(web, who).send(PATH, **form_of(web) | changed)


def row_of(form, key):
    """Return how the names of the fields of this item's row begin."""
    return next(name.removesuffix("-key") for name, value in form.items() if name.endswith("-key") and value == key)


def titles(web):
    items = web.get("/meetings/1/agenda", by="contact").json["items"]
    return [(item["n"], item["title"], item["under"]) for item in items if item["n"]]


def test_an_agenda_that_nobody_has_chosen_takes_up_all_that_is_proposed(sqlite_web, meetings):
    first, second = meetings.waiting("Cykelväg"), meetings.waiting("Bussen")
    assert send(sqlite_web, then="send").location == "/forum/1"
    assert titles(sqlite_web) == [(1, "Cykelväg", None), (2, "Bussen", None)]
    page = visitor(sqlite_web, "representative").read("/forum/1")
    assert "Dagordningen skickades" in page and page.index(first) < page.index(second)


def test_numbers_and_buttons_order_the_items(sqlite_web, meetings):
    refs = [meetings.waiting(title) for title in ("A", "B", "C", "D")]
    form = form_of(sqlite_web)
    send(sqlite_web, **{f"{row_of(form, refs[3])}-at": "1", f"{row_of(form, refs[0])}-fate": "off"})
    assert titles(sqlite_web) == [(1, "D", None), (2, "B", None), (3, "C", None)]
    form = form_of(sqlite_web)
    assert form[f"{row_of(form, refs[0])}-fate"] == "off", "what was left out is proposed again"
    assert send(sqlite_web, move=f"up:{row_of(form, refs[2])}").location == PATH
    assert [title for _, title, _ in titles(sqlite_web)] == ["D", "C", "B"]
    send(sqlite_web, move=f"down:{row_of(form_of(sqlite_web), refs[3])}")
    assert [title for _, title, _ in titles(sqlite_web)] == ["C", "D", "B"]
    form = form_of(sqlite_web)
    send(sqlite_web, **{f"{row_of(form, refs[2])}-at": "3"})
    assert [title for _, title, _ in titles(sqlite_web)] == ["D", "B", "C"]


def test_a_topic_gathers_cases_under_it(sqlite_web, meetings):
    cycles, bus, school = (meetings.waiting(title) for title in ("Cykelväg", "Bussen", "Skolan"))
    send(sqlite_web, topic="Trafiken")
    form = form_of(sqlite_web)
    assert [title for _, title, _ in titles(sqlite_web)] == ["Cykelväg", "Bussen", "Skolan", "Trafiken"]
    under = {f"{row_of(form, ref)}-under": "4" for ref in (cycles, school)}
    send(sqlite_web, **under)
    assert titles(sqlite_web) == [(1, "Bussen", None), (2, "Trafiken", None), (3, "Cykelväg", 2), (4, "Skolan", 2)]
    form = form_of(sqlite_web)
    assert form[f"{row_of(form, cycles)}-under"] == "2"
    form = form_of(sqlite_web)
    send(sqlite_web, **{f"{row_of(form, '2#Trafiken')}-fate": "off"})
    assert titles(sqlite_web) == [(1, "Bussen", None), (2, "Cykelväg", None), (3, "Skolan", None)]
    assert bus in form.values()


def test_a_case_is_put_in_by_its_number(sqlite_web, meetings):
    ref = sqlite_web.house.reach("assigned", title="Lampan")
    assert send(sqlite_web, case=ref).location == PATH
    assert titles(sqlite_web) == [(1, "Lampan", None)]
    refused = send(sqlite_web, case="2020-0001", topic="Något")
    assert refused.status_code == 422
    assert "2020-0001" in words(refused.text)
    assert form_as_sent(refused.text, PATH)["topic"] == "Något"


def test_what_is_taken_away_has_a_reason_that_its_case_tells(sqlite_web, meetings):
    ref = sqlite_web.house.reach("assigned", title="Lampan")
    send(sqlite_web, case=ref)
    row = row_of(form_of(sqlite_web), ref)
    refused = send(sqlite_web, **{f"{row}-fate": "away"})
    assert refused.status_code == 422
    assert titles(sqlite_web) == [(1, "Lampan", None)], "nothing is saved of what is refused"
    assert send(sqlite_web, **{f"{row}-fate": "away", f"{row}-why": "Redan lagat"}).status_code == 303
    assert titles(sqlite_web) == []
    assert "Redan lagat" in visitor(sqlite_web, "officer").read(f"/arenden/{ref}")
    assert ref not in form_of(sqlite_web).values(), "it is not proposed again"


def test_once_it_is_sent_numbers_stay_and_what_is_new_comes_last(sqlite_web, meetings):
    first, second = meetings.waiting("Cykelväg"), meetings.waiting("Bussen")
    send(sqlite_web, then="send")
    third = meetings.waiting("Skolan")
    form = form_of(sqlite_web)
    assert form[f"{row_of(form, third)}-fate"] == "off"
    row = row_of(form, first)
    taken = {f"{row}-fate": "away", f"{row}-why": "Löst", f"{row_of(form, third)}-fate": "on"}
    assert send(sqlite_web, **taken).status_code == 303
    assert titles(sqlite_web) == [(1, "Cykelväg", None), (2, "Bussen", None), (3, "Skolan", None)]
    assert [item.settled_how for item in meetings.items(1)] == [SettledHow.WITHDRAWN, None, None]
    assert second in visitor(sqlite_web, "contact").get("/forum/1").text


def test_two_who_choose_at_once_do_not_overwrite_each_other(sqlite_web, meetings):
    meetings.waiting("Cykelväg")
    opened = form_of(sqlite_web)
    send(sqlite_web, topic="Den andras punkt")
    answer = visitor(sqlite_web, "contact").send(PATH, **opened | {"topic": "Min punkt"})
    assert answer.status_code == 409
    assert "Dagordningen sparades efter att du öppnade den" in words(answer.text)
    again = form_as_sent(answer.text, PATH)
    assert again["topic"] == "Min punkt"
    assert [title for _, title, _ in titles(sqlite_web)] == ["Cykelväg", "Den andras punkt"]
    assert visitor(sqlite_web, "contact").send(PATH, **again).status_code == 303
    assert [title for _, title, _ in titles(sqlite_web)] == ["Cykelväg", "Den andras punkt", "Min punkt"]


@pytest.mark.parametrize("bad", ["x", "-1", "9" * 30])
def test_an_order_that_is_no_number_is_said_beside_its_row(sqlite_web, meetings, bad):
    ref = meetings.waiting("Cykelväg")
    row = row_of(form_of(sqlite_web), ref)
    answer = send(sqlite_web, **{f"{row}-at": bad})
    assert (answer.status_code, f'href="#{row}-at"' in answer.text) == (422, True)


def test_only_who_may_write_the_agenda_opens_the_form(sqlite_web, meetings):
    for who, status in (("officer", 403), ("admin", 403), ("representative", 403), ("member", 403), ("contact", 200)):
        assert visitor(sqlite_web, who).get(PATH).status_code == status, who
        assert (PATH in visitor(sqlite_web, who).get("/forum/1").text) is (status == 200), who
    assert visitor(sqlite_web, "contact").get("/forum/9/dagordning").status_code == 404
