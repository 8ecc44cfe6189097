"""Before a step is taken, the page names the day that it promises and shows the letter; nothing of it is kept."""

import html
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from support.houses.small_house import A_DATE, CALENDAR
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web

from cases.case import Case
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.states import State
from notifications.deliveries import Delivery
from notifications.letters.rendering import LetterSettings, render
from notifications.letters.snapshot import read_snapshot
from notifications.planning.planning import plan_events


def in_words(web: Web, days: int) -> str:
    with web.app.test_request_context(headers={"Accept-Language": "sv"}):
        from web.language.dates import day_words

        return day_words(CALENDAR.add_working_days(CALENDAR.day_of(datetime.now(UTC)), days))


def counted(web: Web) -> tuple[int, ...]:
    with web.database.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) for table in (Event, Delivery, Case))


def test_the_letter_is_shown_with_its_day_and_nothing_is_kept(web: Web) -> None:
    ref = web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    before, version = counted(web), web.house.case(ref).version
    form = {"step": "start", "version": version, "note": "Vi börjar med bron", "stamp": ""}
    page = visitor(web, "officer").send(f"/arenden/{ref}/steg/visa", **form)
    shown = words(page.text)
    assert page.status_code == 200
    assert f"{in_words(web, 40)}." in shown.split("Mejlet, inte skickat")[1]
    assert f"Nytt sista datum: {in_words(web, 40)}" in shown
    assert "Gata har börjat arbeta med ärendet." in shown
    assert "Vi börjar med bron" in page.text.split('name="note"')[1].split("</textarea>")[0]
    assert web.house.case(ref).public_id not in page.text
    assert (counted(web), web.house.case(ref).state) == (before, State.ASSIGNED)


@pytest.mark.parametrize(
    ("step", "more", "said"),
    [
        ("plan", {"due_on": "2035-04-16"}, "Det ska vara klart senast måndag 16 april 2035."),
        ("plan", {"due_on": "2035-04-14"}, "Det ska vara klart senast måndag 16 april 2035."),  # a Saturday
        ("wait", {"waiting_for": "reporter", "note": "Vilken?"}, "Vilken?"),
        ("finish", {"note": "Lagat"}, "Lagat"),
        ("park", {"due_on": "", "note": "Sedan"}, "Ange ett datum."),
        ("finish", {"note": ""}, "Skriv vad som är gjort"),
    ],
)
def test_every_step_has_its_letter_or_its_refusal(web: Web, step: str, more: dict[str, str], said: str) -> None:
    ref = web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    form = {"step": step, "version": web.house.case(ref).version, **more}
    page = visitor(web, "contact").send(f"/arenden/{ref}/steg/visa", **form)
    assert said in words(page.text)
    assert page.status_code == (422 if said.startswith(("Ange", "Skriv")) else 200)
    assert web.house.case(ref).state is State.ASSIGNED


def test_what_was_looked_at_can_be_sent(web: Web) -> None:
    ref = web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    officer = visitor(web, "officer")
    form = {"step": "start", "version": web.house.case(ref).version, "note": "Ja"}
    officer.send(f"/arenden/{ref}/steg/visa", **form)
    assert officer.send(f"/arenden/{ref}/steg", **form).status_code == 303
    assert web.house.case(ref).state is State.IN_PROGRESS


def test_the_form_names_the_day_that_counts_when_none_is_given(web: Web) -> None:
    ref = web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    page = words(visitor(web, "officer").get(f"/arenden/{ref}").text)
    assert f"Anger du ingen dag blir det {in_words(web, 40)}." in page
    assert f"Anger du ingen dag blir det {in_words(web, 20)}." in page


def test_who_is_told_by_telephone_is_shown_what_to_say(web: Web) -> None:
    from cases.handing_in import Reporter

    by_phone = Reporter(name="Rut", phone="070-174 06 05")
    ref = web.house.reach(State.ASSIGNED, at=datetime.now(UTC), reporter=by_phone)
    form = {"step": "plan", "version": web.house.case(ref).version, "due_on": A_DATE.replace(year=2035).isoformat()}
    page = words(visitor(web, "officer").send(f"/arenden/{ref}/steg/visa", **form).text)
    assert "per telefon" in page
    assert "Ämnesrad:" not in page


def test_every_audience_has_its_letter_with_its_links_named(web: Web) -> None:
    ref = web.house.reach(State.RECEIVED, at=datetime.now(UTC), group="norrby")
    form = {"step": "assign", "responsible": "gata", "version": web.house.case(ref).version, "note": "Ring Karin"}
    form |= {"visibility_assign": "internal"}
    page = visitor(web, "contact").send(f"/arenden/{ref}/steg/visa", **form).text
    letters = page.split('id="brevet-rubrik"')[1].split("</section>")[0]
    shown = words(letters)
    assert "3 mejl, inte skickade än" in shown
    assert all(f"Till: {to}" in shown for to in ("Den som frågade", "Norrby", "Gata"))
    assert letters.count("<details") == 3 and letters.count(" open data-folds") == 1
    assert "Länk: Öppna ärendet" in shown
    assert web.house.case(ref).public_id not in page


def test_what_is_written_to_a_unit_is_for_staff_unless_another_reader_is_chosen(web: Web) -> None:
    ref = web.house.reach(State.RECEIVED, at=datetime.now(UTC))
    desk = visitor(web, "contact")
    page = desk.get(f"/arenden/{ref}").text
    chosen = page.split('name="visibility_assign"')[1].split("</select>")[0]
    assert 'value="internal" selected' in chosen
    assert 'value="participants" selected' in page.split('name="visibility_wait"')[1].split("</select>")[0]
    assert "Bara personalen läser det, här på sidan." in words(page)
    form = {"step": "assign", "responsible": "gata", "version": web.house.case(ref).version, "note": "Ring Karin"}
    form |= {"visibility": "public", "visibility_assign": "internal"}  # that of other steps does not count
    shown = desk.send(f"/arenden/{ref}/steg/visa", **form).text
    assert "Ring Karin" not in shown.split('id="brevet-rubrik"')[1].split("</section>")[0]
    assert desk.send(f"/arenden/{ref}/steg", **form).status_code == 303
    own = web.get(f"/cases/{web.house.case(ref).public_id}/events").text
    assert "Ring Karin" not in own
    assert "Ring Karin" in visitor(web, "officer").read(f"/arenden/{ref}")


@pytest.mark.parametrize("locale", ["sv", "en"])
def test_the_subject_that_is_shown_is_the_one_that_is_sent(web: Web, locale: str) -> None:
    ref = web.house.reach(State.RECEIVED, at=datetime.now(UTC), group="norrby")
    form = {"step": "assign", "responsible": "gata", "version": web.house.case(ref).version, "note": "Ring Karin"}
    desk = visitor(web, "contact")
    page = desk.send(f"/arenden/{ref}/steg/visa?lang={locale}", **form).text
    shown = re.findall(r"(?:Ämnesrad|Subject): <strong>(.+?)</strong>", page.split('id="brevet-rubrik"')[1])
    desk.send(f"/arenden/{ref}/steg", **form)
    with web.database.transaction() as session:
        assigned = session.scalars(select(Event.id).where(Event.type == "case.assigned")).all()
        plan_events(session, assigned)
        planned = session.scalars(select(Delivery).where(Delivery.occasion == f"event:{assigned[0]}")).all()
        snapshot = read_snapshot(session, planned)
        sent = {render(snapshot, delivery, LetterSettings.of(web.settings)).subject for delivery in planned}
    assert set(map(html.unescape, shown)) == sent
    assert f"[{ref}] Hål i vägen" in sent


def test_who_is_of_a_group_does_not_read_how_the_one_who_asked_is_reached(web: Web) -> None:
    rut, at = Reporter(name="Rut", email="rut@example.se", phone="0500-12 34 56"), datetime.now(UTC)
    ref = web.house.hand_in(by="contact", group="norrby", reporter=rut, at=at)
    web.house.change(ref, State.ASSIGNED, responsible="norrby", at=at)
    shown = visitor(web, "member").send(f"/arenden/{ref}/steg/visa", step="send_back", note="Vägverkets")
    assert (shown.status_code, "brevet-rubrik" in shown.text) == (200, True)
    assert not [said for said in ("rut@example.se", "0500-12 34 56") if said in shown.text]
    other = web.house.reach(State.ASSIGNED, at=at, reporter=rut)
    seen = visitor(web, "officer").send(f"/arenden/{other}/steg/visa", step="send_back", note="Vägverkets")
    assert "rut@example.se" in seen.text.partition("brevet-rubrik")[2]
