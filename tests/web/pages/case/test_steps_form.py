"""What the step form offers: the unit's own officers, and no unit that has said that the case is not theirs."""

import re
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pytest
from support.houses.small_house import MONDAY
from support.houses.small_pages import fields_of, visitor, words
from support.houses.small_web import Web

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.history.events import CaseCorrected
from cases.meetings.agenda_items import choose_for_agenda
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.states import State
from web.pages.case.timeline import CORRECTED, NamesInFacts, sentence_for


def select_named(page: str, name: str) -> str:
    return re.search(rf'(?s)<select[^>]* name="{name}".*?</select>', page).group(0)


def test_each_unit_offers_its_own_officers_and_nobody_else(sqlite_web: Web) -> None:
    ref = sqlite_web.house.reach(State.ASSIGNED)
    page = visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text
    offered = {
        unit: set(re.findall(r'value="(\w+)@example.se"', group))
        for unit, group in re.findall(r'(?s)<optgroup[^>]* data-unit="(\w+)">(.*?)</optgroup>', page)
    }
    assert offered["gata"] == {"head", "officer", "colleague"}
    assert offered["vatten"] == {"water_head", "water_officer"}
    assert offered["desk"] == {"desk_head", "stand_in", "contact"}
    of_unit = select_named(visitor(sqlite_web, "head").get(f"/arenden/{ref}").text, "officer")
    assert of_unit.count("<optgroup") == 1 and "Water_Officer" not in of_unit


def test_a_unit_and_its_officer_are_chosen_in_one_step_and_no_other_officer(sqlite_web: Web) -> None:
    ref = sqlite_web.house.hand_in()
    desk, form = visitor(sqlite_web, "contact"), {"step": "assign", "responsible": "vatten"}
    wrong = desk.send(f"/arenden/{ref}/steg", **form, officer="officer@example.se")
    assert wrong.status_code == 422
    assert 'aria-describedby=" officer-refusal"' in wrong.text
    assert desk.send(f"/arenden/{ref}/steg", **form, officer="water_officer@example.se").status_code == 303
    assert sqlite_web.house.case(ref).officer_id == sqlite_web.person_id("water_officer")


def test_the_topic_is_given_with_the_step_to_a_case_that_has_none(sqlite_web: Web) -> None:
    ref = sqlite_web.house.hand_in()
    desk = visitor(sqlite_web, "contact")
    topics = select_named(desk.get(f"/arenden/{ref}").text, "category")
    assert 'value="trafik" data-unit="gata"' in topics
    form = {"step": "assign", "responsible": "gata", "version": sqlite_web.house.case(ref).version}
    assert desk.send(f"/arenden/{ref}/steg", **form, category="okant").status_code == 422
    assert desk.send(f"/arenden/{ref}/steg", **form, category="trafik").status_code == 303
    assert [event.type for event in sqlite_web.house.events(ref)[-2:]] == ["case.corrected", "case.assigned"]
    assert sqlite_web.house.events(ref, "case.corrected")[0].facts["category"] == "trafik"
    again = {"step": "hand_over", "responsible": "vatten", "version": sqlite_web.house.case(ref).version}
    assert desk.send(f"/arenden/{ref}/steg", **again, category="belysning").status_code == 303
    assert len(sqlite_web.house.events(ref, "case.corrected")) == 1
    assert 'id="step-category"' not in desk.get(f"/arenden/{ref}").text


def test_open_cases_nearby_are_suggested_to_merge_with(web: Web) -> None:
    house = web.house
    ref = house.hand_in("Hål i vägen", category="trafik", place="norrby")
    near = [house.hand_in(f"Grop {n}", category="trafik") for n in range(12)]
    there = house.hand_in("Lampan", place="norrby")
    ended = house.reach(State.DECLINED, title="Nej", category="trafik")
    elsewhere = house.hand_in("Annat", place="soderby")
    page = visitor(web, "contact").get(f"/arenden/{ref}").text
    listed = page.split('<datalist id="into-suggested">')[1].split("</datalist>")[0]
    suggested = re.findall(r'value="([\d-]+)"', listed)
    assert {*near[-9:], there} <= set(suggested) and len(suggested) <= 20
    assert not {ref, ended, elsewhere} & set(suggested)
    assert "Grop 11" in listed and 'list="into-suggested"' in page


def test_a_unit_that_was_refused_keeps_its_officers_in_the_form(sqlite_web: Web) -> None:
    ref = sqlite_web.house.reach(State.ASSIGNED)
    form = {"step": "hand_over", "responsible": "vatten", "officer": "water_officer@example.se", "version": 1}
    answer = visitor(sqlite_web, "contact").send(f"/arenden/{ref}/steg", **form)
    assert answer.status_code == 409
    assert 'value="water_officer@example.se" selected' in answer.text


def test_the_unit_that_said_not_ours_is_not_chosen_again(sqlite_web: Web) -> None:
    ref = sqlite_web.house.hand_in(category="trafik")
    contact = visitor(sqlite_web, "contact")
    assert 'value="gata" selected' in select_named(contact.get(f"/arenden/{ref}").text, "responsible")
    sqlite_web.house.change(ref, State.ASSIGNED, responsible="gata")
    sqlite_web.house.change(ref, State.RECEIVED, by="officer", reason="Inte vår väg")
    assert " selected" not in select_named(contact.get(f"/arenden/{ref}").text, "responsible")


def test_the_words_are_asked_for_as_the_step_means_them(sqlite_web: Web) -> None:
    ref = sqlite_web.house.reach(State.DONE, at=datetime.now(UTC), group="norrby")
    page = words(visitor(sqlite_web, "member").get(f"/arenden/{ref}").text)
    assert "Vad är fortfarande fel?" in page and "Vad är gjort" not in page


def test_weekly_reminders_are_one_line(sqlite_web: Web) -> None:
    house = sqlite_web.house
    ref = house.reach(State.ASSIGNED)
    for month in range(3, 9):
        for day in (1, 8, 15, 22, 28):
            house.sweep(MONDAY.replace(month=month, day=day, hour=12))
    page = words(visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text)
    rungs = [event.facts["rung"] for event in house.events(ref, "case.escalated")]
    assert rungs[-1] > 6
    assert f"Påminnelse 5–{rungs[-1]}: sista dagen har passerat" in page
    assert (page.count("Fjärde påminnelsen"), page.count("Sjätte påminnelsen")) == (1, 0)


def test_each_correction_has_words_of_its_own(sqlite_web: Web) -> None:
    house, ref = sqlite_web.house, sqlite_web.house.reach(State.ASSIGNED)
    with house.database.transaction() as session:
        case = case_to_change(session, ref)
        correct(session, case, Correction(quick_win=True), by=house.actors["contact"], at=MONDAY)
    assert "Märkt som lättfixat" in words(visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text)


def test_reminders_of_two_clocks_are_one_line_each_however_they_alternate(sqlite_web: Web) -> None:
    house = sqlite_web.house
    ref = house.reach(State.ASSIGNED)
    house.change(ref, State.IN_PROGRESS, by="officer", due_on=date(2026, 5, 20))
    for day in range(220):
        house.sweep(MONDAY + timedelta(days=day))
    clocks = [event.facts["clock"] for event in house.events(ref, "case.escalated") if event.facts["rung"] > 5]
    assert clocks.count("state") > 4 < clocks.count("life")
    page = words(visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text)
    assert sorted(re.findall(r"Påminnelse 5–\d+: (sista dagen|dagen för besked)", page)) == [
        "dagen för besked",
        "sista dagen",
    ]


SAYS = {
    ("officer",): "Handläggaren har slutat: ärendet har en annan handläggare, eller ingen",
    ("responsible",): "Enheten har upphört: ärendet ligger hos en annan enhet",
    ("policy",): "Dagens svarstider gäller för ärendet",
    ("title", "category", "place", "raised_on"): "Rättat: rubrik, ämne, ort, dagen då det väcktes",
}


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_no_correction_is_told_by_a_name_of_ours(sqlite_web: Web, lang: str) -> None:
    with sqlite_web.app.test_request_context(headers={"Accept-Language": lang}):
        for what, said in SAYS.items():
            told = sentence_for("case.corrected", {"what": list(what)}, NamesInFacts())
            assert told == said if lang == "sv" else not re.search(r"policy|raised_on|category", told), told
        for name in {one.name for one in fields(CaseCorrected)} - {"what", "due_on"}:
            assert name in CORRECTED


def test_a_stray_item_is_taken_off_the_agenda_with_a_reason(web: Web) -> None:
    house, ref = web.house, web.house.reach(State.ASSIGNED)
    contact = visitor(web, "contact")
    path = f"/arenden/{ref}/dagordning/ta-bort"
    assert path not in contact.get(f"/arenden/{ref}").text
    with house.database.transaction() as session:
        choose_for_agenda(session, case_to_change(session, ref), by=house.actors["contact"], at=MONDAY)
    assert path in contact.get(f"/arenden/{ref}").text
    refused = contact.send(path, off_agenda=" ")
    assert (refused.status_code, "Skriv varför det tas bort från dagordningen." in words(refused.text)) == (422, True)
    assert visitor(web, "officer").send(path, off_agenda="Fel").status_code == 403
    assert contact.send(path, off_agenda="Fel ärende").status_code == 303
    page = contact.get(f"/arenden/{ref}").text
    assert "Borttaget från forumets dagordning" in page and "Fel ärende" in page and path not in page
    assert [event.facts for event in house.events(ref, "case.taken_off_agenda")] == [{"why": "chosen"}]
    assert contact.send(path, off_agenda="Igen").status_code == 303
    assert len(house.events(ref, "case.taken_off_agenda")) == 1


def test_an_agenda_says_what_was_due_and_keeps_how_it_stood(web: Web) -> None:
    house = web.house
    with house.database.transaction() as session:
        plan_meeting(session, MeetingPlan(date(2026, 4, 15), "Vårens forum"))
    read, ours = house.reach(State.RECEIVED, title="Bron"), house.reach(State.ASSIGNED, title="Leken")
    with house.database.transaction() as session:
        for ref in (read, ours):
            choose_for_agenda(session, case_to_change(session, ref), by=house.actors["contact"], at=MONDAY)
    house.change(ours, State.ASSIGNED, responsible="vatten", at=MONDAY.replace(month=5))
    house.change(read, State.DONE, note="Klart", at=MONDAY.replace(month=5))
    page = words(visitor(web, "contact").get("/forum/1").text)
    assert "Det skulle ha lästs senast 4 mars 2026." in page
    assert "Det skulle ha besvarats senast 12 mars 2026." in page
    assert "Ligger hos Gata" in page and "Ligger hos Vatten" not in page
    assert "Klart" not in page.split("Bron")[1].split("Leken")[0]


def test_the_case_says_on_which_agenda_it_stands(sqlite_web: Web) -> None:
    ref = sqlite_web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    desk = visitor(sqlite_web, "contact")
    section = desk.get(f"/arenden/{ref}").text.split('id="dagordning"')[1].split("</section>")[0]
    assert "Ta upp på forumets dagordning" in words(section)
    with sqlite_web.database.transaction() as session:
        plan_meeting(session, MeetingPlan(date(2035, 4, 16), "Vårens forum"))
    said = words(desk.browser.post(
        f"/arenden/{ref}/dagordning", data={"csrf_token": desk.form_token()}, follow_redirects=True
    ).text)  # fmt: skip
    assert "Ärendet står på dagordningen för Vårens forum, 16 april 2035." in said
    assert "Ärendet står på dagordningen för mötet 16 april 2035." in said
    assert "Ärendet står på dagordningen för mötet" in visitor(sqlite_web, "officer").read(f"/arenden/{ref}")


def test_a_step_and_what_it_promises_are_one_line(sqlite_web: Web) -> None:
    house, day = sqlite_web.house, date(2026, 4, 15)
    ref = house.reach(State.PLANNED)
    house.change(ref, State.PLANNED, by="officer", due_on=day, promised_on=date(2026, 4, 20))
    house.change(ref, State.PLANNED, by="officer", due_on=date(2026, 4, 27))
    page = visitor(sqlite_web, "officer").get(f"/arenden/{ref}").text.split('id="historik"')[1]
    told = [words(line) for line in re.findall(r'(?s)<p class="happened">(.*?)</p>', page)]
    assert told[:3] == [
        "Gata har planerat det till 27 april 2026. Löftet flyttades från 20 april 2026 till 27 april 2026",
        "Gata har planerat det till 15 april 2026. Löftet flyttades från 15 april 2026 till 20 april 2026",
        "Gata har planerat det till 15 april 2026",
    ]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("sv", ("Den som frågade får frågan och kan svara.", "Enheten som du väljer får frågan.",
                "Till någon utanför kommunen skickas inget: fråga själv.",
                "De får skälet och dagen. Den dagen kommer ärendet tillbaka till kontaktpersonen.")),
        ("en", ("The person who asked gets the question and can answer it.",
                "The unit that you choose gets the question.",
                "Nothing is sent to somebody outside: ask them yourself.",
                "They get the reason and the day.")),
    ],
)  # fmt: skip
def test_waiting_and_putting_on_hold_say_what_is_told_and_to_whom(sqlite_web, lang, said):
    ref = sqlite_web.house.reach(State.ASSIGNED, at=datetime.now(UTC), group="norrby")
    page = visitor(sqlite_web, "contact").get(f"/arenden/{ref}?lang={lang}").text
    told = {
        step: words(text) for step, text in re.findall(r'(?s)<p class="told-next" data-steps="(\w+)">(.*?)</p>', page)
    }
    assert all(sentence in told["wait"] for sentence in said[:3])
    assert said[3] in told["park"]
    assert all("Norrby" in told[step] for step in ("wait", "park"))
    assert set(re.findall(r'<span data-asks="(\w+)"', page)) == {"reporter", "unit", "other"}


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", {"sv": "Skriv ärendets nummer, till exempel 2026-0042.",
              "en": "Write the number of the case, such as 2026-0042."}),
        ("lampan", {"sv": "”lampan” är inget ärendenummer. Skriv det som 2026-0042.",
                    "en": "“lampan” is not the number of a case. Write it as 2026-0042."}),
        ("Lampan vid skolan är trasig", {"sv": "”Lampan vid skolan är trasig” är inget ärendenummer.",
                                         "en": "“Lampan vid skolan är trasig” is not the number of a case."}),
        ("2026-9999", {"sv": "Det finns inget ärende med numret 2026-9999.",
                       "en": "There is no case with the number 2026-9999."}),
    ],
)  # fmt: skip
def test_what_is_no_number_of_a_case_is_refused_with_an_example_and_kept(sqlite_web, lang, typed, said):
    ref = sqlite_web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    contact = visitor(sqlite_web, "contact")
    merge = {"step": "merge", "into": typed, "note": "Samma", "version": sqlite_web.house.case(ref).version}
    for part, field, form in (("steg", "into", merge), ("hor-ihop", "to", {"to": typed})):
        answer = contact.send(f"/arenden/{ref}/{part}?lang={lang}", **form)
        assert answer.status_code == 422
        beside = re.search(rf'id="{field}-refusal">(.*?)</p>', answer.text).group(1)
        assert words(beside).startswith(said[lang])
        assert fields_of(answer.text, f"/arenden/{ref}/{part}")[field] == [typed]
        assert 'maxlength="20"' not in re.search(rf'<input[^>]* id="{field}"[^>]*>', answer.text).group(0)
