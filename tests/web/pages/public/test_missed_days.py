"""A day that has passed is told as missed wherever it is shown, whether or not a sweep has noticed it."""

from datetime import UTC, date, datetime

import pytest
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.organisation.municipality import municipality
from cases.states import State
from web.language.dates import day_words


def published(web: Web, state: State, at: datetime) -> str:
    """Return a case in this state since `at`, which everybody may read."""
    ref = web.house.reach(state, at=at, title="Gropar på Storgatan")
    with web.database.transaction() as session:
        correct(
            session, case_to_change(session, ref), Correction(published=True), by=web.house.actors["contact"], at=at
        )
        municipality(session).contact_phone = "0555-123 45"
    return ref


def due_words(web: Web, ref: str) -> str:
    with web.app.test_request_context(headers={"Accept-Language": "sv"}):
        return day_words(web.house.case(ref).due_at)


@pytest.mark.parametrize("state", [State.ASSIGNED, State.IN_PROGRESS, State.WAITING])
def test_the_public_page_says_that_it_is_delayed_and_whom_to_ring(sqlite_web: Web, state: State) -> None:
    ref = published(sqlite_web, state, MONDAY)
    assert not sqlite_web.house.events(ref, "case.escalated")  # no sweep has run
    page = visitor(sqlite_web).read(f"/arenden/{ref}")
    assert f"Skulle ha fått besked senast {due_words(sqlite_web, ref)}. Det är försenat." in page
    assert "Ring kontaktpersonen: 0555-123 45" in page
    assert "Nästa besked senast" not in page
    assert "Försenat" in visitor(sqlite_web).read("/sok?q=Storgatan").split("Gropar på Storgatan")[-1]


@pytest.mark.parametrize("state", [State.PARKED, State.DONE, State.CLOSED, State.DECLINED])
def test_what_rests_or_is_done_is_not_delayed(sqlite_web: Web, state: State) -> None:
    page = visitor(sqlite_web).read(f"/arenden/{published(sqlite_web, state, MONDAY)}")
    assert "försenat" not in page.lower() and "Nästa besked senast" not in page


def test_a_day_to_come_is_a_promise(sqlite_web: Web) -> None:
    ref = published(sqlite_web, State.ASSIGNED, datetime.now(UTC))
    page = visitor(sqlite_web).read(f"/arenden/{ref}")
    assert f"Nästa besked senast {due_words(sqlite_web, ref)}" in page and "Försenat" not in page


def test_what_came_back_is_no_longer_told_as_done(sqlite_web: Web) -> None:
    now = datetime.now(UTC)
    ref = published(sqlite_web, State.DONE, now)
    sqlite_web.house.change(ref, State.ASSIGNED, by="reporter", note="Nej", at=now)
    facts = words(visitor(sqlite_web).get(f"/arenden/{ref}").text.split('<dl class="facts">')[1].split("</dl>")[0])
    assert "Nästa besked senast" in facts and "Klart" not in facts


def test_staff_are_told_that_a_promised_day_has_passed(sqlite_web: Web) -> None:
    ref = sqlite_web.house.reach(State.PLANNED)
    assert sqlite_web.house.case(ref).promised_on == date(2026, 4, 15)
    facts = visitor(sqlite_web, "officer").get(f"/arenden/{ref}").text.split("<dt>Lovat</dt>")[1].split("</dd>")[0]
    assert ("hölls inte" in words(facts)) is (date(2026, 4, 15) < datetime.now(UTC).date())
