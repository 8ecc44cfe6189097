"""The form of an agenda: choosing, ordering, grouping and taking away, without JavaScript."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from support.houses.small_house import CALENDAR
from support.houses.small_pages import form_as_sent, visitor, words
from support.houses.statements import counted
from support.meetings.meeting_acts import MeetingActs

from cases.case import case_to_change
from cases.meetings.agenda_items import SettledHow, choose_for_agenda
from cases.states import State

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
    meetings.send(1, at=NOW)
    assert titles(sqlite_web) == [(1, "Cykelväg", None), (2, "Bussen", None)]
    page = visitor(sqlite_web, "representative").read("/forum/1")
    assert "Dagordningen skickades" in page and page.index(first) < page.index(second)


def test_numbers_and_buttons_order_the_items(sqlite_web, meetings):
    refs = [meetings.waiting(title) for title in ("A", "B", "C", "D")]
    form = form_of(sqlite_web)
    send(sqlite_web, **{f"{row_of(form, refs[3])}-at": "1", f"{row_of(form, refs[0])}-on": ""})
    assert titles(sqlite_web) == [(1, "D", None), (2, "B", None), (3, "C", None)]
    form = form_of(sqlite_web)
    assert f"{row_of(form, refs[0])}-on" not in form, "what was left out is proposed again, and not ticked"
    moved = send(sqlite_web, move=f"up:{row_of(form, refs[2])}")
    assert moved.location == f"{PATH}?rad=row-1#row-1", "the row that was moved is opened, to be moved on"
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
    away = {f"{row_of(form, '2#Trafiken')}-on": ""}
    send(sqlite_web, **away, **{f"{row_of(form, ref)}-under": "" for ref in (cycles, school)})
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
    refused = send(sqlite_web, **{f"{row}-away": "1"})
    assert refused.status_code == 422
    assert "Lampan: Skriv varför det tas bort från dagordningen." in words(refused.text)
    assert re.search(rf'<details class="more" open>(?:(?!</details>).)*id="{row}-why"', refused.text, re.DOTALL)
    assert titles(sqlite_web) == [(1, "Lampan", None)], "nothing is saved of what is refused"
    unticked = send(sqlite_web, **{f"{row}-why": "Redan lagat"})
    assert (unticked.status_code, "Lampan: Markera att det ska tas bort" in words(unticked.text)) == (422, True)
    assert send(sqlite_web, **{f"{row}-away": "1", f"{row}-why": "Redan lagat"}).status_code == 303
    assert titles(sqlite_web) == []
    assert "Redan lagat" in visitor(sqlite_web, "officer").read(f"/arenden/{ref}")
    assert ref not in form_of(sqlite_web).values(), "it is not proposed again"


def test_what_cannot_be_taken_away_says_why(sqlite_web, meetings):
    meetings.waiting("Cykelväg")
    page = visitor(sqlite_web, "contact").get(PATH).text
    assert "väntar på Lokalt utvecklingsforum och ska få ett svar" in words(page), words(page)
    assert "-away" not in page and "-why" not in page
    assert send(sqlite_web, **{"row-0-away": "1", "row-0-why": "Nej"}).status_code == 303
    assert [title for _, title, _ in titles(sqlite_web)] == ["Cykelväg"], "a form that was made by hand changes nothing"


def test_all_rows_are_ticked_or_none_and_what_was_typed_is_kept(sqlite_web, meetings):
    refs = [meetings.waiting(title) for title in ("A", "B", "C")]
    opened = form_of(sqlite_web)
    third = row_of(opened, refs[2])
    for then, ticked in (("none", 0), ("all", 3), ("none", 0)):
        sent = opened | {"then": then, "topic": "Ny punkt", f"{third}-at": "1", f"{third}-sort": "opinion"}
        answer = visitor(sqlite_web, "contact").send(PATH, **sent)
        assert answer.status_code == 200
        opened = form_as_sent(answer.text, PATH)
        assert sum(name.endswith("-on") for name in opened) == ticked
        assert f"{ticked} av 3 tas upp" in words(answer.text)
        assert (opened["topic"], opened[f"{third}-at"], opened[f"{third}-sort"]) == ("Ny punkt", "1", "opinion")
    assert titles(sqlite_web) == [], "nothing is saved by these buttons"
    assert visitor(sqlite_web, "contact").send(PATH, **opened, **{f"{third}-on": "1"}).status_code == 303
    assert [title for _, title, _ in titles(sqlite_web)] == ["C", "Ny punkt"]


def test_a_row_tells_why_how_late_who_has_it_and_the_first_line_masked(sqlite_web, meetings):
    description = "Ring 070-123 45 67 om vägen.\nDet står mer här."
    waits = meetings.waiting("Bussen")
    late = sqlite_web.house.reach(State.ASSIGNED, title="Cykelväg", description=description)
    with sqlite_web.database.transaction() as session:
        choose_for_agenda(session, case_to_change(session, late), by=sqlite_web.house.actors["contact"], at=NOW)
    page = visitor(sqlite_web, "contact").get(PATH).text
    assert f"Bussen {waits} · Väntar på forumet · om " in words(page)
    assert re.search(rf"Cykelväg {late} · Utvalt · \d+ dagar sent · Gata har det ", words(page)), words(page)
    [question] = re.findall(r'agenda-question">([^<]*)<', page)
    assert question.startswith("Ring ") and question.endswith(" om vägen.") and "070" not in question


def test_what_the_municipality_owes_stands_apart_from_what_people_ask(sqlite_web, meetings):
    meetings.waiting("Cykelväg")
    own = sqlite_web.house.reach(State.ASSIGNED, title="Kontakt med Norrby")
    with sqlite_web.database.transaction() as session:
        case = case_to_change(session, own)
        choose_for_agenda(session, case, by=sqlite_web.house.actors["contact"], at=NOW)
        case.obligation, case.subject = "contact", "norrby"
    page = visitor(sqlite_web, "contact").read(PATH)
    headings = ("Frågor från grupper och invånare", "Cykelväg", "Kommunens egna åtaganden", "Kontakt med Norrby")
    places = [page.index(said) for said in headings]
    assert places == sorted(places)


def test_once_it_is_sent_numbers_stay_and_what_is_new_comes_last(sqlite_web, meetings):
    first, second = meetings.waiting("Cykelväg"), meetings.waiting("Bussen")
    meetings.send(1, at=NOW)
    third = meetings.waiting("Skolan")
    form = form_of(sqlite_web)
    assert f"{row_of(form, third)}-on" not in form
    row = row_of(form, first)
    taken = {f"{row}-away": "1", f"{row}-why": "Löst", f"{row_of(form, third)}-on": "1"}
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
    assert "Cykelväg: Skriv ordningen som ett tal" in words(answer.text)


def test_only_who_may_write_the_agenda_opens_the_form(sqlite_web, meetings):
    for who, status in (("officer", 403), ("admin", 403), ("representative", 403), ("member", 403), ("contact", 200)):
        assert visitor(sqlite_web, who).get(PATH).status_code == status, who
        assert (PATH in visitor(sqlite_web, who).get("/forum/1").text) is (status == 200), who
    assert visitor(sqlite_web, "contact").get("/forum/9/dagordning").status_code == 404


def test_fifty_proposals_take_no_more_queries_than_two(sqlite_web, meetings):
    contact, counts = visitor(sqlite_web, "contact"), []
    for more in (2, 48):
        for n in range(more):
            meetings.waiting(f"Fråga {n}")
        contact.read(PATH)
        with counted(sqlite_web.database) as sent:
            page = contact.get(PATH).text
        counts.append(len(sent))
        assert page.count('class="agenda-row"') == (2 if more == 2 else 50)
    assert counts[0] == counts[1] <= 13, counts
