"""The question how it went: answered by the link in its letter, once, by whoever was asked."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select, text
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web
from support.letters.letter_answers import LetterReader, letters_to, open_letter, send_all, token_to, tokens_in

from cases.access.actors import ActorKind
from cases.history.words import Visibility, Words
from cases.satisfaction.asking_once import ask_how_it_went
from cases.satisfaction.question import Satisfaction
from cases.states import State
from notifications.letter_links.link import LetterLink

ANSWERED = "case.satisfaction_answered"


def closed_and_asked(web: Web, **more: object) -> str:
    """Return a case of which it was asked just now how it went."""
    ref = web.house.reach(State.CLOSED, at=datetime.now(UTC) - timedelta(weeks=4, hours=1), **more)
    send_all(web)
    ask_how_it_went(web.database, now=datetime.now(UTC))
    return ref


def of_group(web: Web) -> str:
    return closed_and_asked(web, reporter=None, group="norrby")


def body(letter: EmailMessage) -> str:
    return str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def rate(page: LetterReader, grade: str, note: str = "", **more: str) -> int:
    return page.client.send(page.path, step="rate", grade=grade, note=note, **more).status_code


def said(web: Web, ref: str) -> list[tuple[str, str, Visibility]]:
    """Return the words of the events of the case since it was asked: type, text and visibility."""
    events = {event.id: event.type for event in web.house.events(ref) if event.type in (ANSWERED, "case.commented")}
    with web.database.reading() as session:
        found = session.execute(select(Words.event_id, Words.text, Words.visibility).where(Words.event_id.in_(events)))
        return [(events[event_id], text or "", visibility) for event_id, text, visibility in found]


def grade_of(web: Web) -> int | None:
    with web.database.reading() as session:
        return session.scalars(select(Satisfaction.grade)).one()


def test_who_asked_gives_a_grade_and_the_event_names_the_letter(web: Web) -> None:
    ref = closed_and_asked(web)
    page = open_letter(web, token_to(web, "rut"))
    assert "Blev det bra?" in body(letters_to(web, "rut")[-1])
    assert page.buttons() == ["rate"]
    assert rate(page, "5", "Nu lyser den") == 303
    [event] = web.house.events(ref, ANSWERED)
    with web.database.reading() as session:
        link = session.scalars(select(LetterLink).order_by(LetterLink.id.desc()).limit(1)).one()
    assert (event.actor, event.facts) == (
        ActorKind.REPORTER, {"whose": "reporter", "grade": 5, "delivery": link.delivery_id},
    )  # fmt: skip
    assert (grade_of(web), link.ended_as, web.house.case(ref).state) == (5, "used", State.CLOSED)
    assert said(web, ref) == [(ANSWERED, "Nu lyser den", Visibility.PARTICIPANTS)]
    assert "Tack för att du berättade." in words(page.page()) and page.buttons() == []
    assert rate(page, "1") == 409


@pytest.mark.parametrize("grade", ["1", "2"])
def test_a_low_grade_with_words_is_a_comment_that_those_who_had_the_case_are_told_of(web: Web, grade: str) -> None:
    ref = closed_and_asked(web)
    assert rate(open_letter(web, token_to(web, "rut")), grade, "Den blinkar igen") == 303
    assert said(web, ref) == [("case.commented", "Den blinkar igen", Visibility.PARTICIPANTS)]
    send_all(web)
    told = letters_to(web, "officer")[-1]
    assert "Den blinkar igen" in body(told)
    page = visitor(web, "contact").read(f"/arenden/{ref}")
    assert "Den blinkar igen" in page and f"Så blev det, säger den som frågade: {grade} av 5" in page


def test_a_low_grade_without_words_is_no_comment(web: Web) -> None:
    ref = closed_and_asked(web)
    assert rate(open_letter(web, token_to(web, "rut")), "1", "  ") == 303
    assert said(web, ref) == [] and grade_of(web) == 1


def test_of_a_group_those_who_speak_for_it_are_asked_and_the_first_answer_counts(web: Web) -> None:
    ref = of_group(web)
    page = open_letter(web, token_to(web, "norrby"))
    with web.database.reading() as session:
        assert session.scalars(select(LetterLink).order_by(LetterLink.id.desc()).limit(1)).one().person_id is None
    assert not any("Blev det bra?" in body(letter) for letter in letters_to(web, "member"))
    assert rate(page, "4", "Fint", who="Anna") == 303
    [event] = web.house.events(ref, ANSWERED)
    assert (event.actor, event.unit_id, event.facts["whose"]) == (ActorKind.UNIT, web.house.unit_id("norrby"), "group")
    assert (ANSWERED, "Anna", Visibility.PARTICIPANTS) in said(web, ref)


def test_what_was_answered_by_another_letter_is_not_asked_again(web: Web) -> None:
    closed_and_asked(web)
    page = open_letter(web, token_to(web, "rut"))
    with web.database.transaction() as session:
        session.execute(text("UPDATE satisfaction SET grade = 3, answered_at = asked_at"))
    assert page.buttons() == [] and "Någon har redan svarat." in words(page.page())
    assert (rate(page, "1"), grade_of(web)) == (409, 3)


@pytest.mark.parametrize("grade", ["", "0", "6", "fem", "4,5", "99999999999999999999"])
def test_what_is_no_grade_is_asked_for_and_what_was_typed_stays(sqlite_web: Web, grade: str) -> None:
    ref = closed_and_asked(sqlite_web)
    page = open_letter(sqlite_web, token_to(sqlite_web, "rut"))
    answer = page.client.send(page.path, step="rate", grade=grade, note="Nu lyser den")
    assert (answer.status_code, "Nu lyser den" in answer.text) == (422, True)
    assert "Välj en siffra från 1 till 5." in words(answer.text)
    assert (grade_of(sqlite_web), sqlite_web.house.events(ref, ANSWERED)) == (None, [])


def test_a_case_that_was_taken_up_again_is_not_rated(web: Web) -> None:
    ref = closed_and_asked(web)
    page = open_letter(web, token_to(web, "rut"))
    web.house.change(ref, State.ASSIGNED, by="contact", responsible="gata", note="Inte klart", at=datetime.now(UTC))
    assert page.buttons() == [] and rate(page, "1") == 409 and grade_of(web) is None


def test_no_other_link_rates_and_this_one_takes_no_other_step(web: Web) -> None:
    done = web.house.reach(State.DONE, at=datetime.now(UTC))
    page = open_letter(web, token_to(web, "rut"))
    assert rate(page, "1") == 409 and web.house.events(done, ANSWERED) == []
    ref = closed_and_asked(web)
    page = open_letter(web, token_to(web, "rut"))
    assert page.client.send(page.path, step="contest", note="Nej").status_code == 403
    assert web.house.case(ref).state is State.CLOSED


def test_who_is_protected_since_reads_nothing_and_answers_nothing(web: Web) -> None:
    closed_and_asked(web)
    page = open_letter(web, token_to(web, "rut"))
    with web.database.transaction() as session:
        session.execute(text("UPDATE party SET protected = :on"), {"on": True})
    assert page.buttons() == [] and rate(page, "1") == 409 and grade_of(web) is None


def test_a_letter_that_waits_is_not_sent_once_the_case_is_taken_up_or_protected(web: Web) -> None:
    for spoil in ("taken up", "protected"):
        ref = closed_and_asked(web)
        if spoil == "taken up":
            web.house.change(
                ref, State.ASSIGNED, by="contact", responsible="gata", note="Inte klart", at=datetime.now(UTC)
            )
        else:
            with web.database.transaction() as session:
                session.execute(text("UPDATE party SET protected = :on"), {"on": True})
        send_all(web)
        assert not [one for one in letters_to(web, "rut") if "Blev det bra?" in body(one)], spoil


def test_the_letter_has_its_link_once_and_says_it_in_english_too(sqlite_web: Web) -> None:
    closed_and_asked(sqlite_web)
    with sqlite_web.database.transaction() as session:
        session.execute(text("UPDATE party SET locale = 'en'"))
    send_all(sqlite_web)
    letter = letters_to(sqlite_web, "rut")[-1]
    assert "Did it turn out well?" in body(letter)
    assert len(tokens_in(letter)) == 1


def test_the_figures_stand_on_the_page_of_statistics_and_in_the_api(sqlite_web: Web) -> None:
    web = sqlite_web
    assert "Blev det bra?" not in visitor(web).read("/statistik")
    for grade in ("5", "5", "4", "4", "3"):
        closed_and_asked(web, category="trafik")
        assert rate(open_letter(web, token_to(web, "rut")), grade) == 303
    page = visitor(web).read("/statistik")
    assert "Blev det bra?" in page and "4,2 av 5" in page
    assert "4.2 of 5" in visitor(web).read("/statistik?lang=en")
    assert "Blev det bra?" not in visitor(web).read("/statistik?category=trafik")
    table = visitor(web).get("/statistik.csv").text
    of_units = [line for line in table.splitlines() if "Blev det bra? Medelbetyg" in line]
    assert [("4,2" in line, "Gata" in line, "Trafik" in line) for line in of_units] == [
        (True, False, False), (True, True, False), (True, False, True),
    ]  # fmt: skip
    assert "Blev det bra?" not in visitor(web).get("/statistik.csv?category=trafik").text
    told = web.browser().get("/api/v1/statistics").json["how_it_went"]
    assert told["total"] == {"answers": 5, "mean": 4.2}
    assert told["by_topic"] == [{"value": "trafik", "name": "Trafik", "answers": 5, "mean": 4.2}]
    assert [one["value"] for one in told["by_unit"]] == ["gata"]
