"""What the contact person says on the telephone: a talk, not a letter; and a call that was ticked off by mistake."""

from datetime import UTC, datetime, timedelta

import pytest
from support.houses.letter_town import A_TUESDAY, LetterTown

from cases.access.actors import A_VISITOR
from cases.handing_in import Reporter
from cases.refusals import NotAllowed, NotFound
from cases.states import State
from notifications.letters.filling_templates import Paragraph, ParagraphKind
from notifications.telephone.calls import count_to_ring, record_no_answer, tick_off, to_ring
from notifications.telephone.rung_calls import just_rung, take_back
from notifications.telephone.spoken import as_spoken

KARIN = Reporter(name="Karin", phone="070-123 45 67")
TEXT, QUOTE = ParagraphKind.TEXT, ParagraphKind.QUOTE


@pytest.mark.parametrize(
    ("locale", "written", "said"),
    [
        ("sv", [(TEXT, "Så här skrev du:"), (QUOTE, "Gropar\n\nVid skolan")], ["Du frågade: Gropar. Vid skolan."]),
        ("sv", [(TEXT, "Så här skriver Kontaktpersonen:"), (QUOTE, "Lagat!")], ["Vi säger: Lagat!"]),
        ("sv", [(TEXT, "Så här skriver Gata:"), (QUOTE, "Lagat")], ["Gata säger: Lagat."]),
        ("sv", [(TEXT, "Är något fel? Säg det till kontaktpersonen.")], ["Är något fel? Säg det till oss."]),
        ("sv", [(TEXT, "Kontaktpersonen läser det.")], ["Vi läser det."]),
        ("en", [(TEXT, "You wrote:"), (QUOTE, "Holes\n\nBy the school")], ["You asked: Holes. By the school."]),
        ("en", [(TEXT, "Tell the contact person.")], ["Tell us."]),
    ],
)
def test_a_letter_is_spoken(locale: str, written: list[tuple[ParagraphKind, str]], said: list[str]) -> None:
    paragraphs = [Paragraph(kind, tuple(text.split("\n"))) for kind, text in written]
    assert as_spoken(paragraphs, locale) == said


def test_nothing_that_is_said_sends_karin_to_the_one_who_talks_to_her(sqlite_town: LetterTown) -> None:
    town = sqlite_town
    for to, more in ((State.RECEIVED, {}), (State.DECLINED, {"reason": "Vägen är inte vår"})):
        ref = town.hand_in(by="kontakt", reporter=KARIN, title="Gropar", description="Vid skolan")
        if to is not State.RECEIVED:
            town.change(ref, to, **more)
    town.change(town.assigned(reporter=KARIN), State.DONE, by="olle", note="Lagat")
    town.plan()
    with town.database.reading() as session:
        [call] = to_ring(session)
    assert "ontaktperson" not in call.say
    assert "Så här skriv" not in call.say and "Så här skrev" not in call.say


def test_a_call_that_was_ticked_off_by_mistake_comes_back(either_town: LetterTown) -> None:
    town = either_town
    ref = town.assigned(reporter=KARIN)
    town.change(ref, State.DONE, by="olle", note="Lagat")
    town.plan()
    with town.database.transaction() as session:
        kontakt = town.actor(session, "kontakt")
        [before] = to_ring(session)
        assert tick_off(session, before.delivery_id, by=kontakt, at=A_TUESDAY) == "Karin"
        [rung] = just_rung(session)
        assert (rung.name, rung.at) == ("Karin", A_TUESDAY) and count_to_ring(session) == 0
        with pytest.raises(NotAllowed):
            take_back(session, rung.delivery_id, by=A_VISITOR)
        assert take_back(session, rung.delivery_id, by=kontakt).name == "Karin"
        [again] = to_ring(session)
        assert (again.name, again.say) == (before.name, before.say)
        assert just_rung(session) == []
        with pytest.raises(NotFound):
            take_back(session, rung.delivery_id, by=kontakt)
        later = A_TUESDAY + timedelta(minutes=5)
        assert tick_off(session, again.delivery_id, by=kontakt, at=later) == "Karin"


def test_a_note_that_nobody_answered_is_taken_back_as_a_tick_is(either_town: LetterTown) -> None:
    town = either_town
    town.change(town.assigned(reporter=KARIN), State.DONE, by="olle", note="Lagat")
    town.plan()
    noon = datetime.now(UTC)
    with town.database.transaction() as session:
        kontakt = town.actor(session, "kontakt")
        [before] = to_ring(session)
        record_no_answer(session, before.delivery_id, by=kontakt, at=noon - timedelta(minutes=5))
        [once] = to_ring(session)
        record_no_answer(session, before.delivery_id, by=kontakt, at=noon)
        [noted] = just_rung(session)
        assert (noted.name, noted.at, noted.was_answered) == ("Karin", noon, False)
        with pytest.raises(NotAllowed):
            take_back(session, noted.delivery_id, by=A_VISITOR)
        assert take_back(session, noted.delivery_id, by=kontakt) == noted
        assert to_ring(session) == [once]
        assert take_back(session, noted.delivery_id, by=kontakt).at == noon - timedelta(minutes=5)
        assert to_ring(session) == [before]
        assert just_rung(session) == []
        with pytest.raises(NotFound):
            take_back(session, noted.delivery_id, by=kontakt)
    with town.database.transaction() as session:
        record_no_answer(session, before.delivery_id, by=kontakt, at=noon - timedelta(hours=2))
        assert just_rung(session) == []


def test_a_call_that_is_noted_twice_at_once_is_one(either_town: LetterTown) -> None:
    either_town.change(either_town.assigned(reporter=KARIN), State.DONE, by="olle", note="Lagat")
    either_town.plan()
    with either_town.database.transaction() as session:
        kontakt, [call] = either_town.actor(session, "kontakt"), to_ring(session)
        for seconds in (0, 2):
            record_no_answer(session, call.delivery_id, by=kontakt, at=A_TUESDAY + timedelta(seconds=seconds))
        assert to_ring(session)[0].unanswered == 1
