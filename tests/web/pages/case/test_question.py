"""The page of a case that waits for the reader: the question and the answer, as on the page of the person who asked."""

from datetime import UTC, datetime

import pytest
from support.houses.small_pages import fields_of, visitor, words
from support.houses.small_web import Web

from cases.progress import WaitingFor
from cases.states import State


def waiting_for_norrby(web: Web, *, group: bool) -> str:
    """Return a case that waits for the group: as the person who asked, or as a unit that was asked."""
    house, at = web.house, datetime.now(UTC)
    ref = house.reach(State.ASSIGNED, at=at, **({"group": "norrby", "reporter": None} if group else {}))
    whom = WaitingFor("reporter") if group else WaitingFor("unit", "norrby")
    house.change(ref, State.WAITING, by="officer", at=at, waiting_for=whom, note="Vilken stolpe är det?")
    return ref


@pytest.mark.parametrize("group", [True, False])
def test_a_representative_reads_the_question_and_answers_it(sqlite_web: Web, group: bool) -> None:
    ref = waiting_for_norrby(sqlite_web, group=group)
    member = visitor(sqlite_web, "member")
    page = member.get(f"/arenden/{ref}").text
    shown = words(page.split('id="svara"')[1].split("</section>")[0])
    assert "Svara på vår fråga" in shown and "Vilken stolpe är det?" in shown and "Skicka" in shown
    assert "frivilligt" not in shown and "Besvarat" not in words(page)
    form = {name: value[0] for name, value in fields_of(page, f"/arenden/{ref}/steg").items() if name != "csrf_token"}
    empty = member.send(f"/arenden/{ref}/steg", **form)
    assert empty.status_code == 422
    assert "Skriv svaret först: fältet är tomt." in words(empty.text)
    assert member.send(f"/arenden/{ref}/steg", **form | {"note": "Den vid bron"}).status_code == 303
    assert sqlite_web.house.case(ref).state is State.ASSIGNED


def test_those_who_hold_the_case_keep_their_steps(sqlite_web: Web) -> None:
    ref = waiting_for_norrby(sqlite_web, group=True)
    assert "Besvarat: gå vidare" in visitor(sqlite_web, "officer").read(f"/arenden/{ref}")


def test_a_representative_objects_with_one_form_that_shows_the_answer(sqlite_web: Web) -> None:
    at = datetime.now(UTC)
    ref = sqlite_web.house.reach(State.DONE, at=at, group="norrby", reporter=None)
    member = visitor(sqlite_web, "member")
    page = member.get(f"/arenden/{ref}").text
    shown = words(page.split('id="svara"')[1].split("</section>")[0])
    assert all(
        said in shown for said in ("Är det klart?", "Lagat", "Vad är fortfarande fel?", "Nej, det är inte klart")
    )
    assert "Spara steget" not in page
    form = {name: value[0] for name, value in fields_of(page, f"/arenden/{ref}/steg").items() if name != "csrf_token"}
    assert member.send(f"/arenden/{ref}/steg", **form).status_code == 422
    assert member.send(f"/arenden/{ref}/steg", **form | {"note": "Den blinkar"}).status_code == 303
    assert sqlite_web.house.case(ref).state is State.ASSIGNED


def test_who_is_asked_can_read_the_question(sqlite_web: Web) -> None:
    ref = sqlite_web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    officer = visitor(sqlite_web, "officer")
    choices = officer.get(f"/arenden/{ref}").text.split('id="visibility_wait"')[1].split("</select>")[0]
    assert "internal" not in choices
    asked = {"step": "wait", "waiting_for": "reporter", "note": "Vilken stolpe?", "visibility_wait": "internal"}
    refused = officer.send(f"/arenden/{ref}/steg", version=sqlite_web.house.case(ref).version, **asked)
    assert refused.status_code == 422
    assert "Den som får frågan måste kunna läsa den." in words(refused.text)
