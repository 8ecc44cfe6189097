"""The page of the person who asked says what is so now, in every state and after every step that leads to it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date
from flask_babel import force_locale
from support.houses.small_house import A_DATE, MONDAY, SmallHouse
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web

from cases.access.actors import reporter_of
from cases.case import case_to_read
from cases.history.words import Visibility
from cases.progress import WaitingFor
from cases.states import STEPS, State
from web.language.standings import Standing, where_it_stands

DAY = timedelta(days=1)
ASKED = {"waiting_for": WaitingFor("reporter"), "note": "Vilken lampa?"}
Way = Callable[[SmallHouse], str]


def reached(state: State) -> Way:
    return lambda house: house.reach(state)


def then(way: Way, to: State, **fields: object) -> Way:
    def go(house: SmallHouse) -> str:
        ref = way(house)
        house.change(ref, to, **fields)
        return ref

    return go


def answered_after(way: Way, back: State, *, by: str) -> Way:
    return then(then(way, State.WAITING, **ASKED), back, by=by, note="Den vid bron")


R, A, P, I = (reached(s) for s in (State.RECEIVED, State.ASSIGNED, State.PLANNED, State.IN_PROGRESS))  # noqa: E741
TO_FORUM = {"waiting_for": WaitingFor("unit", unit="forum")}
WAYS: dict[tuple[State, str, str], tuple[Way, str, str]] = {  # (state, last event, by whom): way, now, next
    (State.RECEIVED, "case.received", ""): (R, "Vi har fått ditt ärende.", "läser det senast 4 mars 2026."),
    (State.RECEIVED, "case.sent_back", ""): (
        then(A, State.RECEIVED, by="officer", reason="Inte vår väg"),
        "Gata säger att det inte är deras.", "bestämmer senast 4 mars 2026 vad som händer härnäst.",
    ),
    (State.RECEIVED, "case.taken_up", ""): (
        then(reached(State.PARKED), State.RECEIVED),
        "Det har vilat. Nu tar Kontaktpersonen upp det igen.", "bestämmer senast 4 mars 2026",
    ),
    (State.RECEIVED, "case.answered", "reporter"): (
        answered_after(R, State.RECEIVED, by="reporter"), "Tack för ditt svar.", "bestämmer senast 4 mars 2026",
    ),
    (State.RECEIVED, "case.answered", "staff"): (
        answered_after(R, State.RECEIVED, by="contact"), "Svaret har kommit.", "bestämmer senast 4 mars 2026",
    ),
    (State.ASSIGNED, "case.assigned", ""): (A, "Gata har fått ärendet.", "svar eller en plan senast 12 mars 2026."),
    (State.ASSIGNED, "case.contested", ""): (
        then(reached(State.DONE), State.ASSIGNED, by="reporter", note="Nej"),
        "Det var inte klart. Nu ligger det hos Gata igen.", "svar eller en plan senast 12 mars 2026.",
    ),
    (State.ASSIGNED, "case.reopened", ""): (
        then(reached(State.CLOSED), State.ASSIGNED, note="Vi såg fel"),
        "Det har tagits upp igen och ligger hos Gata.", "svar eller en plan senast 12 mars 2026.",
    ),
    (State.ASSIGNED, "case.answered", "reporter"): (
        answered_after(A, State.ASSIGNED, by="reporter"), "Tack för ditt svar.", "plan senast 12 mars 2026.",
    ),
    (State.ASSIGNED, "case.answered", "staff"): (
        answered_after(A, State.ASSIGNED, by="officer"), "Svaret har kommit.", "plan senast 12 mars 2026.",
    ),
    (State.PLANNED, "case.planned", ""): (P, "Gata har tagit sig an ärendet.", "ska vara klart senast 15 april 2026."),
    (State.PLANNED, "case.answered", "reporter"): (
        answered_after(P, State.PLANNED, by="reporter"), "Tack för ditt svar. Gata fortsätter.", "15 april 2026.",
    ),
    (State.PLANNED, "case.answered", "staff"): (
        answered_after(P, State.PLANNED, by="officer"), "Svaret har kommit, och Gata fortsätter.", "15 april 2026.",
    ),
    (State.IN_PROGRESS, "case.started", ""): (I, "Gata arbetar med ärendet.", "Vi hör av oss igen senast 29 april"),
    (State.IN_PROGRESS, "case.answered", "reporter"): (
        answered_after(I, State.IN_PROGRESS, by="reporter"), "Tack för ditt svar.", "igen senast 29 april 2026.",
    ),
    (State.IN_PROGRESS, "case.answered", "staff"): (
        answered_after(I, State.IN_PROGRESS, by="officer"), "Svaret har kommit", "igen senast 29 april 2026.",
    ),
    (State.WAITING, "case.waiting", "reporter"): (
        reached(State.WAITING), "Vi behöver ett svar från dig.", "Svara gärna senast 30 mars 2026.",
    ),
    (State.WAITING, "case.waiting", "unit"): (
        then(A, State.WAITING, **TO_FORUM), "Det väntar på Lokalt utvecklingsforum.", "följer upp det senast 30 mars",
    ),
    (State.PARKED, "case.parked", ""): (reached(State.PARKED), "Ingen kan arbeta med det just nu.", "1 juni 2026"),
    (State.DONE, "case.done", ""): (reached(State.DONE), "Gata säger att det är klart.", "senast 16 mars 2026"),
    (State.CLOSED, "case.closed", ""): (reached(State.CLOSED), "Det är klart och avslutat.", "Behöver det tas upp"),
    (State.DECLINED, "case.declined", ""): (
        reached(State.DECLINED), "Vi går inte vidare med ditt ärende.", "Ring kontaktpersonen.",
    ),
    (State.MERGED, "case.merged", ""): (
        lambda house: then(R, State.MERGED, into=house.hand_in("Den andra"), reason="Samma")(house),
        "Vi handlägger det tillsammans med 2026-", "Du får veta vad som händer där.",
    ),
}  # fmt: skip


def stands(web: Web, ref: str, at: datetime, locale: str = "sv") -> Standing:
    with web.app.test_request_context(), force_locale(locale), web.database.reading() as session:
        case = case_to_read(session, ref)
        return where_it_stands(session, case, reporter_of(case), at)


def test_every_state_and_last_step_is_walked() -> None:
    led = {(step.to, step.event) for step in STEPS} | {(State.RECEIVED, "case.received")}
    assert {(state, event) for state, event, _ in WAYS} == led


@pytest.mark.parametrize("which", WAYS, ids=lambda which: "-".join(which))
def test_it_says_what_is_so_now(sqlite_web: Web, which: tuple[State, str, str]) -> None:
    way, now, following = WAYS[which]
    ref = way(sqlite_web.house)
    found = stands(sqlite_web, ref, MONDAY)
    assert (now in found.now, following in found.next, found.late) == (True, True, ""), found
    assert sqlite_web.house.case(ref).state is which[0]


MONTHS = [format_date(date(2026, month, 1), "MMMM", locale="sv") for month in range(1, 13)]


def days_in(text: str) -> list[date]:
    found = re.findall(rf"(\d+) ({'|'.join(MONTHS)}) (\d{{4}})", text)
    return [date(int(year), MONTHS.index(month) + 1, int(day)) for day, month, year in found]


@pytest.mark.parametrize("which", WAYS, ids=lambda which: "-".join(which))
@pytest.mark.parametrize("is_swept", [False, True])
def test_no_sentence_promises_a_day_that_has_passed(sqlite_web: Web, which: tuple[State, str, str], is_swept) -> None:
    house, ref = sqlite_web.house, WAYS[which][0](sqlite_web.house)
    day = house.case(ref).due_at
    for later in (0, 1, 3, 12, 40, 90) if day else ():
        at = (day or MONDAY) + DAY * later + timedelta(minutes=1)
        if is_swept:
            house.sweep(at)
        found, today = stands(sqlite_web, ref, at), (at + timedelta(hours=2)).date()
        assert [each for each in days_in(f"{found.now} {found.next}") if each < today] == [], found
        assert "har lovat dig" not in found.promise or min(days_in(found.promise)) >= today
        assert is_swept or found.late
        assert not found.may_contest


def test_a_promise_that_was_broken_is_owned(sqlite_web: Web) -> None:
    house = sqlite_web.house
    ref = house.reach(State.IN_PROGRESS)
    house.change(ref, State.IN_PROGRESS, by="officer", promised_on=A_DATE, due_on=A_DATE + 30 * DAY)
    assert stands(sqlite_web, ref, MONDAY).promise == "Vi har lovat dig 15 april 2026."
    after = datetime(2026, 4, 16, 9, tzinfo=UTC)
    assert stands(sqlite_web, ref, after).promise == "Vi lovade dig 15 april 2026, men höll inte löftet."
    house.sweep(after)
    assert stands(sqlite_web, ref, after).promise == "Vi lovade dig 15 april 2026, men höll inte löftet."


def test_the_contact_person_knows_only_once_they_do(sqlite_web: Web) -> None:
    house = sqlite_web.house
    ref = house.reach(State.ASSIGNED)
    late = datetime(2026, 3, 13, 9, tzinfo=UTC)
    assert "påminns" in stands(sqlite_web, ref, late).next
    for days in range(40):
        house.sweep(late + days * DAY)
    assert "Kontaktpersonen vet om det" in stands(sqlite_web, ref, late + 40 * DAY).next


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.WAITING, "Var ligger det?"),
        (State.PARKED, "Ingen kan nu"),
        (State.DONE, "Lagat"),
        (State.CLOSED, "Lagat"),
        (State.DECLINED, "Inte kommunens väg"),
    ],
)
def test_the_answer_comes_first_on_the_page(sqlite_web: Web, state: State, said: str) -> None:
    case = sqlite_web.house.case(sqlite_web.house.reach(state, description="Stort som en tunna"))
    page = words(visitor(sqlite_web).get(f"/arende/{case.public_id}").text)
    assert page.index(said) < page.index("Stort som en tunna")
    assert page.index(said) < page.index("Vad som har hänt")


def test_what_is_for_staff_or_of_another_is_no_answer(sqlite_web: Web) -> None:
    house = sqlite_web.house
    ref = house.reach(State.IN_PROGRESS, group="norrby")
    house.comment(ref, "Han ringer jämt", Visibility.INTERNAL, by="officer")
    house.comment(ref, "Vi såg det i går", Visibility.PARTICIPANTS, by="member")
    house.comment(ref, "Skynda er", by="reporter")
    assert stands(sqlite_web, ref, MONDAY).said is None
    house.comment(ref, "Lampan är beställd", Visibility.PARTICIPANTS, by="officer")
    assert stands(sqlite_web, ref, MONDAY).said.text == "Lampan är beställd"


def test_after_an_objection_its_words_come_first_and_not_the_disputed_answer(sqlite_web: Web) -> None:
    house = sqlite_web.house
    ref = house.reach(State.DONE)
    assert "Är det inte klart? Säg till senast" in stands(sqlite_web, ref, MONDAY).next
    house.change(ref, State.ASSIGNED, by="reporter", step="contest", note="Den är mörk igen")
    now = stands(sqlite_web, ref, MONDAY)
    assert (now.heading, now.said.text, now.chip) == ("Det här har du skrivit", "Den är mörk igen", "Tas upp igen")
    assert "senast" in now.next
    house.comment(ref, "Vi tittar på kabeln", Visibility.PARTICIPANTS, by="officer")
    now = stands(sqlite_web, ref, MONDAY)
    assert (now.heading, now.said.text) == ("Vi har skrivit", "Vi tittar på kabeln")


def test_what_a_group_objected_is_not_told_as_the_words_of_who_asked(sqlite_web: Web) -> None:
    house = sqlite_web.house
    ref = house.reach(State.DONE, group="norrby")
    house.change(ref, State.ASSIGNED, by="member", step="contest", note="Vi i byn ser ingen skillnad")
    assert stands(sqlite_web, ref, MONDAY).said is None


def test_the_act_has_one_name_in_the_letter_and_on_the_page(sqlite_web: Web) -> None:
    case = sqlite_web.house.case(sqlite_web.house.reach(State.DONE, at=datetime.now(UTC)))
    page = words(visitor(sqlite_web).get(f"/arende/{case.public_id}").text)
    assert "Nej, det är inte klart" in page
    assert "åtgärdat" not in page
