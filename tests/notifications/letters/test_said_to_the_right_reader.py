"""Sentences that once went to the wrong reader: each letter speaks to whom it goes to."""

import re
from datetime import date, timedelta

import pytest
from support.houses.letter_town import A_TUESDAY, LetterTown
from support.letters.held_letters import let_moment_come, prefer
from support.letters.letters_read import last, rendered, texts

from cases.history.words import Visibility
from cases.organisation.units import unit_named
from cases.progress import WaitingFor
from cases.settings import LOCALES
from cases.states import State
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, log_contact
from notifications.deliveries import Delivery, NewsPace

DESK = "kontakt@kommun.example"
GROUP, DEPARTMENT, OFFICER = "byalaget@byn.example", "gata@kommun.example", "olle@kommun.example"
ONE_READER = re.compile(r"\b(du|dig|din|ditt|dina)\b", re.IGNORECASE)


def to_the_desk(town: LetterTown, letter: str) -> list[Delivery]:
    """Return the deliveries of this letter to the contact person."""
    return [one for one in town.deliveries(letter) if rendered(town, one).to_email == DESK]


@pytest.mark.parametrize(
    ("locale", "to_you", "of_others"),
    [
        ("sv", "Vi har ställt en fråga till dig", "Vi har ställt en fråga till den som frågade"),
        ("en", "We have asked you a question", "We have put a question to the person who asked"),
    ],
)
def test_who_owes_an_answer_is_addressed_and_not_told_of_somebody(
    town: LetterTown, locale: str, to_you: str, of_others: str
) -> None:
    ref = town.assigned()
    town.follow(ref, "granne@hemma.example")
    town.change(ref, State.WAITING, by="olle", waiting_for=WaitingFor("reporter"), note="Vilken lampa?")
    town.plan()
    for day in range(90):
        town.sweep(A_TUESDAY + timedelta(days=day))
    asked, others = (texts(town, locale, {f"{who}@hemma.example"}) for who in ("frida", "granne"))
    assert any(to_you in text for text in asked) and not any(of_others in text for text in asked)
    assert any(of_others in text for text in others) and not any(to_you in text for text in others)


@pytest.mark.parametrize(
    ("locale", "unit_is_to", "reader_is_to"),
    [
        ("sv", "Gatukontoret ska svara den som frågade", "Svara den som frågade"),
        ("en", "Gatukontoret is to answer the person who asked", "Answer the person who asked"),
    ],
)
def test_the_contact_person_is_not_asked_to_do_the_work_of_a_department(
    town: LetterTown, locale: str, unit_is_to: str, reader_is_to: str
) -> None:
    ref = town.assigned()
    town.change(ref, State.DONE, by="olle", note="Lagat")
    town.contest(ref, "Nej", at=A_TUESDAY)
    town.plan()
    told = [" ".join(rendered(town, one, locale).text.split()) for one in to_the_desk(town, "contested")]
    assert told
    assert all(unit_is_to in text and reader_is_to not in text for text in told)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_broken_promise_of_a_department_is_not_the_contact_persons_to_mend(town: LetterTown, locale: str) -> None:
    ref = town.assigned()
    town.change(ref, State.PLANNED, by="olle", due_on=date(2026, 5, 20))
    town.plan()
    town.sweep(A_TUESDAY + timedelta(days=60))
    told = [rendered(town, one, locale).text for one in to_the_desk(town, "promise_broken")]
    assert told
    assert not any({"sv": "Sätt ett nytt datum", "en": "Set a new date"}[locale] in text for text in told)


def test_a_digest_does_not_tell_the_contact_person_to_ring_themself(town: LetterTown) -> None:
    for _ in range(2):
        town.hand_in(by="kontakt", reporter=None)
    town.plan()
    town.sweep(A_TUESDAY + timedelta(days=2))
    letter = last(town, "digest")
    assert letter.to_email == DESK
    assert "0123-456 78" not in letter.text and "är kontaktperson" not in letter.text


@pytest.mark.parametrize("locale", LOCALES)
def test_the_heading_of_a_quote_stands_in_a_paragraph_of_its_own(town: LetterTown, locale: str) -> None:
    ref = town.hand_in()
    town.change(ref, State.ASSIGNED, responsible="gata", officer=OFFICER, note="Jo, det är deras")
    town.plan()
    [told] = [rendered(town, one, locale) for one in town.deliveries("news")]
    assert {"sv": "\n\nMeddelandet:\n\n>", "en": "\n\nThe message:\n\n>"}[locale] in told.text


@pytest.mark.parametrize(
    ("new", "apologises"), [(date(2026, 5, 27), True), (date(2026, 5, 13), False)], ids=["later", "earlier"]
)
def test_only_for_a_later_day_somebody_is_asked_to_excuse(town: LetterTown, new: date, apologises: bool) -> None:
    ref = town.assigned()
    town.change(ref, State.PLANNED, by="olle", due_on=date(2026, 5, 20))
    town.change(ref, State.PLANNED, by="olle", due_on=new, note="Det blev en annan dag")
    town.plan()
    told = texts(town, "sv", {"frida@hemma.example"})
    assert any("Nytt datum" in text for text in told)
    assert any("Vi beklagar om du har räknat med det förra datumet." in text for text in told) is apologises


def test_who_waits_for_the_contact_person_is_not_told_that_they_find_out_why(town: LetterTown) -> None:
    town.hand_in()
    town.plan()
    for day in range(60):
        town.sweep(A_TUESDAY + timedelta(days=day))
    told = [
        text for text in texts(town, "sv", {"frida@hemma.example"}) if "Vi skulle ha bestämt vem i kommunen" in text
    ]
    assert told
    assert all("Kontaktpersonens chef vet om det." in text and "tar nu reda på" not in text for text in told)


def test_a_digest_names_each_case_once(town: LetterTown) -> None:
    for _ in range(2):
        ref = town.assigned()
        town.change(ref, State.PLANNED, by="olle", due_on=date(2026, 5, 20))
    town.plan()
    town.sweep(A_TUESDAY + timedelta(days=60))  # both are late, and both promises are broken
    digests = [rendered(town, one) for one in town.deliveries("digest") if len(one.context["lines"]) > 2]
    assert digests
    assert {letter.text.count(f"[{ref}]") for letter in digests} == {1}


@pytest.mark.parametrize(
    ("locale", "of_group", "of_others"),
    [
        ("sv", "Byalaget i Lillån håller inte med", "Den som frågade håller inte med"),
        ("en", "Byalaget i Lillån does not agree", "The person who asked does not agree"),
    ],
)
def test_what_a_group_contests_nobody_else_is_said_to(
    town: LetterTown, locale: str, of_group: str, of_others: str
) -> None:
    ref = town.assigned(by="berit", group="byalaget", reporter=None)
    town.change(ref, State.DONE, by="olle", note="Lagat")
    town.change(ref, State.ASSIGNED, by="berit", note="Nej, den lyser inte.")
    town.plan()
    told = [" ".join(rendered(town, one, locale).text.split()) for one in town.deliveries("contested")]
    assert told
    assert all(of_group in text and of_others not in text for text in told)


@pytest.mark.parametrize(("locale", "who"), [("sv", "den som frågade"), ("en", "the person who asked")])
def test_what_somebody_owes_has_nobody_who_asked(town: LetterTown, locale: str, who: str) -> None:
    day = A_TUESDAY.date()
    with town.database.transaction() as session:
        given = ContactGiven(day, ContactWay.VISIT, day + timedelta(days=90))
        log_contact(session, unit_named(session, "byalaget"), given, by=town.actor(session, "kontakt"), at=A_TUESDAY)
    for week in range(40):
        town.sweep(A_TUESDAY + timedelta(weeks=week))
    letters = [one for kind in ("due_soon", "due_now", "overdue") for one in town.deliveries(kind)]
    told = [" ".join(rendered(town, one, locale).text.split()) for one in letters]
    owed = [text for text in told if "> Kontakt med Byalaget i Lillån" in text]
    assert len(owed) > 4
    assert not [text for text in owed if who in text.lower()]


def groups_case(town: LetterTown, responsible: str, by: str) -> None:
    """Let a case that a group handed in be asked about, promised, moved, done, contested, put on hold and grow late."""
    ref = town.hand_in(by="berit", group="byalaget")
    change = {"by": by, "note": "Så är det"}
    town.change(ref, State.ASSIGNED, responsible=responsible)
    town.change(ref, State.WAITING, waiting_for=WaitingFor("reporter"), **change)
    town.change(ref, State.ASSIGNED, by=by)
    town.change(ref, State.WAITING, waiting_for=WaitingFor("unit", "skola"), **change)
    town.change(ref, State.ASSIGNED, by=by)
    town.change(ref, State.PLANNED, due_on=date(2026, 5, 20), **change)
    town.change(ref, State.PLANNED, due_on=date(2026, 6, 1), **change)
    town.change(ref, State.DONE, **change)
    town.contest(ref, "Nej", at=A_TUESDAY)
    town.plan()
    for day in range(60):
        town.sweep(A_TUESDAY + timedelta(days=day))
    town.change(ref, State.DECLINED, reason="Bron rivs")
    town.change(ref, State.ASSIGNED, responsible=responsible, note="Bron står kvar")
    town.change(ref, State.PARKED, due_on=date(2026, 8, 3), reason="Slut på pengar")
    town.plan()


@pytest.mark.parametrize(("responsible", "by"), [("gata", "olle"), ("byalaget", "berit")])
def test_several_readers_are_never_addressed_as_one(town: LetterTown, responsible: str, by: str) -> None:
    groups_case(town, responsible, by)
    told = texts(town, "sv", {GROUP, DEPARTMENT})
    assert len(told) > 8
    assert [text for text in told if ONE_READER.search(text)] == []
    assert any("När vill ni ha mejl?" in text for text in told)
    own = texts(town, "sv", {"frida@hemma.example"})
    assert own and all("Har du frågor?" in text for text in own)


@pytest.mark.parametrize(
    ("locale", "of_group", "of_department"),
    [
        ("sv", "Berit Byman håller i det", r"handläggare"),
        ("en", "Berit Byman is looking after it", r"\bofficer\b"),
    ],
)
def test_who_takes_a_case_on_in_a_group_is_no_officer(
    town: LetterTown, locale: str, of_group: str, of_department: str
) -> None:
    groups_case(town, "byalaget", "berit")
    told = texts(town, locale, {"frida@hemma.example", DESK})
    assert any(of_group in text for text in told)
    assert [text for text in told if re.search(of_department, text, re.IGNORECASE)] == []


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("sv", "] Ett nytt meddelande i ärendet; Gatukontoret tar sig an ärendet – "),
        ("en", "] A new message in the case; Gatukontoret has taken the case on – "),
    ],
)
def test_what_happened_several_times_is_said_once_in_a_digest(town: LetterTown, locale: str, words: str) -> None:
    refs = [town.assigned() for _ in range(2)]
    neighbour = "granne@hemma.example"
    prefer(town.database, neighbour, NewsPace.MORNING)
    for ref in refs:
        town.follow(ref, neighbour)
        town.comment(ref, "Ett", Visibility.PUBLIC)
        town.plan()
        town.change(ref, State.PLANNED, by="olle", due_on=date(2026, 5, 20))
        town.comment(ref, "Två", Visibility.PUBLIC)
        town.plan()
    let_moment_come(town.database)
    [digest] = [rendered(town, one, locale) for one in town.deliveries("digest")]
    assert " ".join(digest.text.split()).count(words) == 2
    foot = digest.text.rpartition("\n-- \n")[2]
    assert {"sv": "följer ärendena", "en": "follow the cases"}[locale] in " ".join(foot.split())
