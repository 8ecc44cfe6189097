"""The pages of the relation to groups: the list of all, the form for a contact, and what says that one is owed."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date
from sqlalchemy import select, update
from support.houses.small_house import CALENDAR
from support.houses.small_pages import fields_of, visitor, words
from support.houses.small_web import Web
from support.houses.statements import counted
from support.plans.plan_acts import OWN, WHOLE, PlanActs
from support.today import A_DAY, dated, today

from cases.calendar import add_months
from cases.case import Case
from cases.database.base import table_of
from cases.ladder.sweep import sweep
from cases.meetings.agenda_items import AgendaItem
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.organisation.units import Unit, UnitKind
from cases.states import State
from cases.village.owing import open_case
from cases.village.relations.contact import Contact
from notifications.deliveries import Delivery
from workers.relay.draining import drain_outbox

SECRET = "Kassören vill sluta"
NOW = datetime.now(UTC)
PAGE = "/bygderna/norrby/kontakt"


@pytest.fixture
def web(sqlite_web: Web) -> Web:
    """The small municipality, in which what is owed has been looked for."""
    sweep(sqlite_web.database, now=NOW)
    return sqlite_web


def form(**changed: object) -> dict[str, object]:
    """Return what somebody types in the form."""
    day = today()
    return {
        "how": "visit", "on": day.isoformat(), "next_on": (day + timedelta(days=100)).isoformat(),
        "met": "Styrelsen", "note": SECRET, "questions": "Trasig lykta | Den vid skolan\n\nHål i vägen\n",
    } | changed  # fmt: skip


def last_month() -> date:
    """Return the day of last month that the form gives as an example."""
    return CALENDAR.roll_forward(add_months(today(), -1))


def said(day: date) -> str:
    return format_date(day, "d MMMM y", locale="sv")


def owed(web: Web, slug: str, obligation: str = "contact") -> Case:
    with web.database.reading() as session:
        found = open_case(session, obligation, slug)
        assert found is not None
        return found


def late(web: Web, *cases: Case, days: int = 3) -> None:
    """Let the day of these cases have passed, this many days ago."""
    table = table_of(Case)
    with web.database.transaction() as session:
        ids = [case.id for case in cases]
        session.execute(update(table).where(table.c.id.in_(ids)).values(due_at=NOW - timedelta(days=days)))


@pytest.mark.parametrize("who", ["contact", "officer"])
def test_a_contact_is_logged_with_its_questions_and_the_list_shows_it(web: Web, who: str) -> None:
    browser = visitor(web, who)
    assert browser.send(PAGE, **form()).location == "/bygderna"
    page = browser.get("/bygderna").text
    shown = words(page)
    assert "Kontakten med Norrby är antecknad. Nästa kontakt är senast" in shown
    assert "2 frågor har tagits emot: " in shown
    with web.database.reading() as session:
        cases = session.scalars(select(Case).where(Case.contact_id.is_not(None)).order_by(Case.id)).all()
        assert [case.title for case in cases] == ["Trasig lykta", "Hål i vägen"]
        assert all(f'<a href="/arenden/{case.ref}">{case.ref}</a> {case.title}' in page for case in cases)
    assert "Den vid skolan" in visitor(web, "contact").read(f"/arenden/{cases[0].ref}")
    assert SECRET in visitor(web, "officer").read(PAGE)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"questions": "Trasig lykta\n| bara mer"}, "Fråga 2: Skriv vad frågan gäller, före lodstrecket."),
        ({"on": "i höstas"}, "Skriv dagen som {last_month} eller"),
        ({"questions": "\n".join(["Lykta"] * 41)}, "Högst 40 frågor får plats här."),
        ({"next_on": ""}, "Ange en dag för nästa kontakt."),
        ({"next_on": 300 * A_DAY}, "ingen grupp ska vänta längre än så på oss"),
        ({"on": 2 * A_DAY}, "Datumet får vara senast"),
    ],
)
def test_what_was_typed_is_kept_when_it_is_refused(web: Web, changed: dict[str, object], said: str) -> None:
    browser = visitor(web, "contact")
    answer = browser.send(PAGE, **form(**dated(changed)))
    assert answer.status_code == 422
    asked = str(changed.get("questions", "Trasig lykta")).split("\n")[0]
    for kept in (said.format(last_month=last_month()), SECRET, "Styrelsen", asked):
        assert kept in answer.text
    with web.database.reading() as session:
        assert session.scalars(select(Case).where(Case.contact_id.is_not(None))).all() == []


def test_the_next_contact_is_told_by_its_working_day(web: Web) -> None:
    day = today() + 40 * A_DAY
    saturday = day + (5 - day.weekday()) % 7 * A_DAY
    browser = visitor(web, "contact")
    browser.send(PAGE, **form(next_on=saturday.isoformat(), questions=""))
    due_on = web.database.calendar.day_of(owed(web, "norrby").due_at)
    assert due_on > saturday
    shown = browser.read("/bygderna")
    assert f"senast {said(due_on)}, första arbetsdagen efter {said(saturday)}." in shown
    assert "tagits emot" not in shown


def test_the_form_gives_examples_of_its_own_kind_of_day(web: Web) -> None:
    page = visitor(web, "contact").read(PAGE)
    assert f" eller {last_month()}" in page
    assert "Mejl " in page and "Mejladress" not in page


def test_sent_twice_it_is_one_contact(web: Web) -> None:
    browser = visitor(web, "contact")
    sent = form(stamp=fields_of(browser.get(PAGE).text, PAGE)["stamp"][0])
    assert {browser.send(PAGE, **sent).status_code for _ in range(2)} == {303}
    with web.database.reading() as session:
        assert len(session.scalars(select(Contact)).all()) == 1


def test_the_list_puts_late_ones_first_and_says_what_is_owed(web: Web) -> None:
    contact = visitor(web, "contact")
    assert contact.read("/bygderna").index("Norrby") < contact.read("/bygderna").index("Soderby")
    late(web, owed(web, "soderby", "plan"))
    page = contact.read("/bygderna")
    body = page[page.index("Öppna ärenden") :]
    assert body.index("Soderby") < body.index("Norrby")
    assert "Skriv den första planen" in body
    assert "dagen har passerat" in body[body.index("Soderby") : body.index("Norrby")]


def test_open_cases_are_counted_alike_on_all_pages(web: Web) -> None:
    house = web.house
    refs = [house.hand_in(f"Lykta {n}", by="contact", group="norrby") for n in range(4)]
    house.change(refs[1], State.PARKED, by="contact", reason="Till våren", due_on=today() + timedelta(days=90))
    house.change(refs[2], State.DECLINED, by="contact", reason="Nej")
    contact = visitor(web, "contact")
    found = re.search(r'class="number"><a href="/enhet/norrby">(\d+)', contact.get("/bygderna").text)
    assert found is not None
    assert found[1] == "3"  # two that it asked, and the plan
    assert "Öppna 3 " in contact.read("/enhet/norrby")
    assert "Alla öppna ärenden: 3" in contact.read("/bygd/norrby")


def test_it_stands_in_the_order_that_is_asked_for(web: Web) -> None:
    contact, earlier = visitor(web, "contact"), (today() - timedelta(days=9)).isoformat()
    firsts = {"namn": "norrby", "sent": "norrby", "obegripligt": "norrby", "kontakt": "soderby", "oppna": "norrby"}
    contact.send(PAGE, **form())
    contact.send("/bygderna/soderby/kontakt", **form(on=earlier, questions=""))
    for sort, first in firsts.items():
        page = contact.get(f"/bygderna?sort={sort}").text
        assert re.findall(r'class="title" href="/bygd/(\w+)"', page)[0] == first, sort
        assert page.count("aria-sort=") == 1


def test_a_late_item_of_a_plan_is_to_be_done(web: Web) -> None:
    plan = PlanActs(web.house, slug="soderby")
    item = plan.adopted(replace(WHOLE, items=(replace(OWN, responsible="soderby"),)), by="contact", at=NOW).items[0]
    contact = visitor(web, "contact")
    page = contact.get("/bygderna").text
    assert "försenad åtgärd" not in page
    assert page.index("/bygd/norrby") < page.index("/bygd/soderby")
    with web.database.reading() as session:
        case = session.scalars(select(Case).where(Case.ref == item.case)).one()
    late(web, case, days=5)
    late(web, owed(web, "norrby"))
    page = contact.get("/bygderna").text
    assert '<a class="late" href="/plan/soderby">1 försenad åtgärd</a>' in page
    assert page.index("/bygd/soderby") < page.index("/bygd/norrby")


def test_no_query_is_added_by_a_group(web: Web) -> None:
    browser = visitor(web, "contact")
    browser.read("/bygderna")
    with counted(web.database) as few:
        browser.read("/bygderna")
    with web.database.transaction() as session:
        session.add_all(Unit(slug=f"by-{n}", kind=UnitKind.GROUP, name=f"By {n}") for n in range(20))
    sweep(web.database, now=NOW + timedelta(days=1))
    for n in range(20):
        assert browser.send(f"/bygderna/by-{n}/kontakt", **form()).status_code == 303
    browser.read("/bygderna")
    with counted(web.database) as many:
        browser.read("/bygderna")
    assert len(many) == len(few)


def test_the_page_of_the_case_says_what_it_owes_and_leads_there(web: Web) -> None:
    ref = owed(web, "norrby").ref
    page = visitor(web, "contact").get(f"/arenden/{ref}").text
    assert "Det här väntas: en kontakt med gruppen." in page
    assert "Ingen kontakt med Norrby är antecknad ännu." in page
    assert f'href="{PAGE}"' in page
    visitor(web, "contact").send(PAGE, **form())
    assert "Senaste kontakten med Norrby var den" in visitor(web, "contact").read(f"/arenden/{ref}")
    late(web, owed(web, "norrby"))
    assert "Kommunen har inte haft kontakt med Norrby sedan" in visitor(web, "contact").read(f"/arenden/{ref}")


def test_a_plan_leads_to_its_page_only_if_there_is_one(web: Web) -> None:
    page = visitor(web, "contact").get(f"/arenden/{owed(web, 'norrby', 'plan').ref}").text
    assert "den årliga uppdateringen av den lokala planen" in page
    has_page = any(str(rule) == "/plan/<slug>" for rule in web.app.url_map.iter_rules())
    assert ('href="/plan/norrby"' in page) is has_page


def test_the_forum_reads_since_when_nobody_has_met_the_group(web: Web) -> None:
    visitor(web, "contact").send(PAGE, **form())
    with web.database.transaction() as session:
        plan_meeting(session, MeetingPlan(date(2099, 4, 14), "Vårens forum"))
        case = owed(web, "norrby")
        session.add(AgendaItem(body_id=web.house.unit_id("forum"), case_id=case.id, why="overdue", added_at=NOW))
    late(web, case)
    for path in ("/forum", "/forum/1"):
        page = visitor(web, "representative").read(path)
        assert "Kommunen har inte haft kontakt med Norrby sedan" in page and "Försenat" in page
        assert SECRET not in page
    visitor(web, "contact").send(PAGE, **form())
    assert "Norrby" not in visitor(web, "representative").read("/forum/1")


def test_a_contact_put_off_without_one_is_not_called_late_by_the_forum(web: Web) -> None:
    visitor(web, "contact").send(PAGE, **form())
    case = owed(web, "norrby")
    with web.database.transaction() as session:
        plan_meeting(session, MeetingPlan(date(2099, 4, 14), "Vårens forum"))
        session.add(AgendaItem(body_id=web.house.unit_id("forum"), case_id=case.id, why="overdue", added_at=NOW))
    web.house.change(case.ref, State.PLANNED, due_on=today() + timedelta(days=20), at=NOW)
    page = visitor(web, "representative").read("/forum/1")
    assert "Har dröjt" in page and "Senaste kontakten med Norrby var den" in page
    assert "Försenat" not in page and "Kommunen har inte" not in page


def test_what_was_said_at_a_contact_leaks_nowhere(web: Web) -> None:
    visitor(web, "contact").send(PAGE, **form())
    drain_outbox(web.database)
    case = owed(web, "norrby")
    for who in (None, "member", "neighbour", "representative"):
        browser = visitor(web, who)
        for path in ("/", f"/arenden/{case.ref}", "/enhet/norrby", "/forum", f"/sok?q={SECRET}", "/bygderna", PAGE):
            assert SECRET not in browser.get(path).text.replace(f'value="{SECRET}"', "")
        assert SECRET not in web.get(f"/cases/{case.ref}/events", by=who).text


def test_several_written_in_from_a_meeting_are_told_in_one_letter(web: Web) -> None:
    lines = {f"title-{n}": f"Lykta {n}" for n in range(4)}
    assert visitor(web, "contact").send("/lamna/flera", group="norrby", channel="meeting", **lines).status_code == 303
    drain_outbox(web.database)
    with web.database.reading() as session:
        told = session.scalars(select(Delivery)).all()
        assert {delivery.letter for delivery in told} == {"questions_received"}
        assert len({delivery.address_id for delivery in told}) == len(told) == 2


def test_the_menu_of_staff_leads_there(web: Web) -> None:
    assert 'href="/bygderna"' in visitor(web, "officer").get("/skrivbord").text
    assert 'href="/bygderna"' not in visitor(web, "member").get("/forum").text


def test_a_contact_is_put_right_on_its_page(web: Web) -> None:
    contact = visitor(web, "contact")
    contact.send(PAGE, **form(questions=""))
    page = contact.get(PAGE).text
    link = re.search(r'href="(/bygderna/norrby/kontakt\?rattar=\d+)"', page).group(1)
    filled = fields_of(contact.get(link).text, PAGE)
    given = form(questions="")
    agreed = CALENDAR.roll_forward(date.fromisoformat(given["next_on"]))
    assert (filled["on"], filled["met"], filled["note"]) == ([given["on"]], [given["met"]], [SECRET])
    assert filled["next_on"] == [agreed.isoformat()]
    put_right = {name: value[0] for name, value in filled.items() if name not in {"selected", "csrf_token"}}
    assert contact.send(PAGE, **put_right | {"how": "phone", "note": "Kassören stannar"}).status_code == 303
    page = contact.get(PAGE).text
    assert "rättad" in page
    assert page.count("rattar=") == 1
    with web.database.reading() as session:
        first, second = session.scalars(select(Contact).order_by(Contact.id)).all()
    assert (second.replaces_id, second.on_day, second.how) == (first.id, first.on_day, "phone")
    assert visitor(web, "contact").send(PAGE, **put_right | {"replaces": "4711"}).status_code == 422
