"""Acting by the link in a letter: the steps of the case's page, as the reader of the letter, and once."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from support.houses.small_pages import form_as_sent, visitor, words
from support.houses.small_web import Web
from support.letters.letter_answers import (
    LetterReader,
    assigned,
    letters_to,
    open_letter,
    send_all,
    token_to,
    tokens_in,
)

from cases.access.actors import ActorKind
from cases.history.words import Visibility, Words
from cases.progress import WaitingFor
from cases.states import State
from notifications.letter_links.link import LetterLink

DUE = date(2027, 1, 15)  # a Friday
STEPS = {  # what is typed, the event, and the state after
    "plan": ({"due_on": DUE.isoformat()}, "case.planned", State.PLANNED),
    "finish": ({"note": "Lagad"}, "case.done", State.DONE),
    "send_back": ({"note": "Trafikverkets väg"}, "case.sent_back", State.RECEIVED),
    "wait": ({"waiting_for": "reporter", "note": "Vilken stolpe?"}, "case.waiting", State.WAITING),
}


@pytest.mark.parametrize("step", STEPS)
def test_an_officer_takes_each_step_and_the_event_names_the_letter(web: Web, step: str) -> None:
    ref, (typed, event, state) = assigned(web), STEPS[step]
    page = open_letter(web, token_to(web, "officer"))
    assert page.press(step, **typed).status_code == 303
    [written] = web.house.events(ref, event)
    with web.database.reading() as session:
        [link] = session.scalars(select(LetterLink).where(LetterLink.person_id == web.person_id("officer")))
    assert (written.actor, written.person_id, written.facts["delivery"]) == (
        ActorKind.PERSON, web.person_id("officer"), link.delivery_id,
    )  # fmt: skip
    assert (web.house.case(ref).state, link.ended_as, page.buttons()) == (state, "used", [])
    assert "Du har använt den här länken" in words(page.page())
    assert page.client.send(page.path, step=step, **typed).status_code == 409


@pytest.mark.parametrize(
    ("state", "who", "step", "note", "event"),
    [
        (State.WAITING, "rut", "answer", "Vid kyrkan", "case.answered"),
        (State.WAITING, "norrby", "answer", "Vid kyrkan", "case.answered"),
        (State.DONE, "rut", "contest", "Den blinkar än", "case.contested"),
        (State.DONE, "member", "contest", "Den blinkar än", "case.contested"),
        (State.DONE, "norrby", "contest", "Den blinkar än", "case.contested"),
        (State.DONE, "rut", "confirm", "", "case.confirmed"),
        (State.DONE, "norrby", "confirm", "", "case.confirmed"),
    ],
)
def test_who_asked_and_the_group_answer_in_their_own_name(
    web: Web, state: State, who: str, step: str, note: str, event: str
) -> None:
    ref = web.house.reach(state, at=datetime.now(UTC), group="norrby")
    assert open_letter(web, token_to(web, who)).press(step, note=note, who="Anna").status_code == 303
    [written] = web.house.events(ref, event)
    kinds = {"rut": ActorKind.REPORTER, "member": ActorKind.PERSON, "norrby": ActorKind.UNIT}
    assert (written.actor, "delivery" in written.facts) == (kinds[who], True)
    assert written.unit_id == (web.house.unit_id("norrby") if who == "norrby" else None)
    with web.database.reading() as session:
        said = select(Words.text, Words.visibility).where(Words.event_id == written.id, Words.field == "who")
        assert session.execute(said).all() == [("Anna", Visibility.PARTICIPANTS)]


def test_a_yes_of_one_lets_the_others_link_live_and_the_last_yes_closes(web: Web) -> None:
    ref = web.house.reach(State.DONE, at=datetime.now(UTC), group="norrby")
    send_all(web)
    own, mailbox, member = (
        open_letter(web, tokens_in(letters_to(web, who)[-1])[0]) for who in ("rut", "norrby", "member")
    )
    assert mailbox.press("confirm").status_code == 303
    assert (own.buttons(), member.buttons()) == (["confirm", "contest"], ["contest"])
    assert own.press("confirm").status_code == 303
    assert (web.house.case(ref).state, member.buttons()) == (State.CLOSED, [])


def test_words_or_a_day_that_lack_are_asked_for_and_what_was_typed_stays(web: Web) -> None:
    ref = assigned(web)
    page = open_letter(web, token_to(web, "officer"))
    for step, typed in (
        ("finish", {"note": " ", "who": "Olle"}),
        ("plan", {"note": "Vi hinner snart"}),
        ("plan", {"note": "Vi hinner snart", "due_on": "någon gång"}),
        ("plan", {"note": "Vi hinner snart", "due_on": "2020-01-01"}),
        ("wait", {"note": "Vi hinner snart", "waiting_for": ""}),
    ):
        answer = page.press(step, **typed)
        assert (answer.status_code, "ds-validation-message" in answer.text) == (422, True), words(answer.text)
        assert typed["note"].strip() in answer.text
        assert typed.get("due_on", "") in answer.text
    assert (page.client.send(page.path, note="x").status_code, web.house.case(ref).state) == (422, State.ASSIGNED)
    assert page.client.send(page.path, step="park", note="x").status_code == 403
    assert page.client.send(page.path, step="fly", note="x").status_code == 422


def test_a_form_that_was_read_before_something_happened_is_refused_and_kept(web: Web) -> None:
    ref = web.house.reach(State.PLANNED, at=datetime.now(UTC) - timedelta(days=300))
    web.house.sweep(datetime.now(UTC))
    page = open_letter(web, token_to(web, "officer"))
    version = form_as_sent(page.page(), page.path)["version"]
    web.house.change(ref, State.PLANNED, by="officer", due_on=DUE, at=datetime.now(UTC))
    refused = page.client.send(page.path, step="finish", note="Lagad i natt", version=version)
    assert (refused.status_code, "Lagad i natt" in refused.text) == (409, True)
    assert page.press("finish", note="Lagad i natt").status_code == 303


def test_sent_twice_it_is_done_once(web: Web) -> None:
    ref = assigned(web)
    page = open_letter(web, token_to(web, "officer"))
    form = form_as_sent(page.page(), page.path) | {"step": "finish", "note": "Lagad"}
    assert [page.client.send(page.path, **form).status_code for _ in range(2)] == [303, 303]
    assert len(web.house.events(ref, "case.done")) == 1


def test_of_two_at_once_one_acts(web: Web) -> None:
    ref = assigned(web)
    token = token_to(web, "officer")
    pages, ready, answers = [open_letter(web, token) for _ in range(2)], Barrier(2), []

    def press(page: LetterReader, note: str) -> None:
        form = {"csrf_token": page.client.form_token(), "step": "finish", "note": note}
        ready.wait()
        answers.append(page.client.browser.post(page.path, data=form).status_code)

    threads = [Thread(target=press, args=(page, note)) for page, note in zip(pages, ("Lagad", "Bytt"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(answers), len(web.house.events(ref, "case.done"))) == ([303, 409], 1)


def test_who_has_the_case_may_read_the_letters_first(web: Web) -> None:
    ref = assigned(web)
    page = open_letter(web, token_to(web, "officer"))
    shown = page.client.send(f"{page.path}/visa", step="finish", note="Nu lyser den")
    assert (shown.status_code, "brevet-rubrik" in shown.text, web.house.case(ref).state) == (200, True, State.ASSIGNED)
    assert (shown.text.count("Nu lyser den") > 1, page.buttons()) == (True, list(STEPS))
    web.house.change(ref, State.DONE, by="officer", note="Lagad", at=datetime.now(UTC))
    own = open_letter(web, token_to(web, "rut"))
    answer = own.client.send(f"{own.path}/visa", step="contest", note="Nej")
    assert (answer.status_code, answer.text.count("Nej, det är inte klart"), "brevet-rubrik" in answer.text) == (
        200, 1, False,
    )  # fmt: skip


def test_an_old_form_token_costs_nothing_that_was_typed(web: Web) -> None:
    assigned(web)
    page = open_letter(web, token_to(web, "officer"))
    page.page()
    answer = page.client.browser.post(page.path, data={"step": "finish", "note": "Lagad i natt", "csrf_token": "x"})
    assert (answer.status_code, "Lagad i natt" in answer.text) == (400, True)


def test_who_answers_for_a_unit_that_is_waited_for_is_that_unit(web: Web) -> None:
    ref = assigned(web)
    asked = WaitingFor("unit", "vatten")
    web.house.change(ref, State.WAITING, by="officer", waiting_for=asked, note="Er ledning?", at=datetime.now(UTC))
    page = open_letter(web, token_to(web, "vatten"))
    assert (page.buttons(), "Vem är du?" in page.page()) == (["answer"], True)
    assert page.press("answer", note="Ja", who="Vera").status_code == 303
    assert web.house.events(ref, "case.answered")[0].unit_id == web.house.unit_id("vatten")
    history = words(visitor(web, "officer").get(f"/arenden/{ref}").text)
    assert ("Vatten, via funktionsbrevlådan" in history, "Undertecknat: Vera" in history) == (True, True)
    events = web.get(f"/cases/{ref}/events", by="officer").json["items"]
    [event] = [one for one in events if one["type"] == "case.answered"]
    assert (event["actor"], event["by"]) == ("unit", "Vatten, via funktionsbrevlådan")
    assert "delivery" in event["facts"]
