"""A protected identity comes on no agenda: whom that is told, and what a letter to the forum says of other cases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from support.houses.letter_town import A_TUESDAY, LetterTown
from support.houses.migrated import CALENDAR

from cases.access.actors import A_COMMAND
from cases.case import case_to_change
from cases.handing_in import Reporter
from cases.history.events import CaseKeptOffAgenda
from cases.history.journal import Entry, Event
from cases.history.words import Visibility
from cases.organisation.people import Membership, Role
from cases.organisation.units import Unit
from cases.progress import WaitingFor
from cases.states import State
from notifications.deliveries import Address, Delivery
from notifications.letters.rendering import LetterSettings, render
from notifications.letters.snapshot import read_snapshot

LETTER_SETTINGS = LetterSettings("https://arenden.example", "k" * 40, "ventil@kommun.example", CALENDAR)
DUE = date(2026, 5, 20)
HIDDEN = Reporter("Siv", "siv@hemma.example", protected=True)


def desk_head(town: LetterTown) -> None:
    """Let Sara be the head of the desk."""
    with town.database.transaction() as session:
        desk = session.scalars(select(Unit.id).where(Unit.slug == "desk")).one()
        head = {"person_id": town.people["sara"], "unit_id": desk, "role": Role.HEAD}
        session.add(Membership(**head, since=date(2020, 1, 1)))


def climb(town: LetterTown) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Let days pass until the rung of the agenda and the one after it have fired; return who was told of each."""
    found: list[set[tuple[str, str]]] = []
    day = A_TUESDAY.replace(month=5, day=17)
    while len(found) < 6:
        before = rungs(town)
        day += timedelta(days=1)
        town.sweep(day)
        found += [town.told("case.escalated")] if rungs(town) > before else []
    return found[4], found[5]


def rungs(town: LetterTown) -> int:
    with town.database.reading() as session:
        return len(session.scalars(select(Event.id).where(Event.type == "case.escalated")).all())


def letters(town: LetterTown, letter: str) -> dict[str, str]:
    """The text of each letter of this kind, by the local part of its address."""
    with town.database.transaction() as session:
        sent = session.execute(select(Delivery, Address.email_normalised).join(Address))
        told = [(one, to) for one, to in sent if letter in {line["letter"] for line in one.context["lines"]}]
        return {to.partition("@")[0]: text_of(session, one) for one, to in told}


def test_the_desk_and_its_head_are_told_in_place_of_the_forum(either_town: LetterTown) -> None:
    desk_head(either_town)
    ref = either_town.assigned(reporter=HIDDEN, title="Jag bor vid bron")
    either_town.change(ref, State.PLANNED, by="olle", due_on=DUE)
    either_town.plan()
    fourth, fifth = climb(either_town)
    assert fourth == {(who, "kept_off_agenda") for who in ("kontakt", "sara", "hanna")}
    assert fifth == {("kontakt", "overdue"), ("hanna", "overdue")}
    told = letters(either_town, "kept_off_agenda")
    assert set(told) == {"kontakt", "sara", "hanna"}
    for text in told.values():
        assert "Den som frågade har skyddade personuppgifter. Därför står ärendet inte" in " ".join(text.split())
        assert "bor vid bron" not in text
        assert "Siv" not in text
    assert "går ärendet till forumet" not in "".join(letters(either_town, "overdue").values())


def outside_letters(town: LetterTown, locale: str, *, protected: bool) -> dict[str, str]:
    """The text of the letter about the delay, to the person who asked and to their group, as one line."""
    frida = Reporter("Frida", "frida@hemma.example", locale=locale, protected=protected)
    ref = town.hand_in(by="berit", group="byalaget", reporter=frida)
    town.change(ref, State.PLANNED, due_on=DUE, responsible="gata")
    town.plan()
    climb(town)
    return {to: " ".join(text.split()).replace("\u00a0", " ") for to, text in letters(town, "delayed").items()}


@pytest.mark.parametrize(
    ("locale", "instead"),
    [
        ("sv", "får kontaktpersonens egen chef veta det. Kommunen bestämmer då hur ärendet ska gå vidare."),
        (
            "en",
            "the contact person's own head will be told. The municipality will then decide how to go on with the case.",
        ),
    ],
)
def test_who_asked_under_protected_identity_is_not_told_of_a_forum(town: LetterTown, locale: str, instead: str) -> None:
    told = outside_letters(town, locale, protected=True)
    assert set(told) == {"frida", "byalaget", "berit"}
    assert instead in told["frida"]
    for text in told.values():
        assert "forum" not in text.lower()
        assert "skydd" not in text.lower()


def test_everybody_else_is_told_of_the_forum(town: LetterTown) -> None:
    told = outside_letters(town, "sv", protected=False)
    assert all("tar forumet upp ärendet på sitt nästa möte" in text for text in told.values())


def test_a_case_that_leaves_the_agenda_is_told_to_the_desk_and_its_head(town: LetterTown) -> None:
    desk_head(town)
    ref = town.assigned()
    with town.database.transaction() as session:
        case = case_to_change(session, ref)
        entry = Entry(case, by=A_COMMAND, at=A_TUESDAY)
        entry.add(CaseKeptOffAgenda(why="chosen"))
        entry.write(session)
    town.plan()
    assert town.told("case.kept_off_agenda") == {("kontakt", "kept_off_agenda"), ("sara", "kept_off_agenda")}


def test_a_question_to_the_forum_says_that_it_is_taken_up_and_quotes_nothing_private(town: LetterTown) -> None:
    with town.database.transaction() as session:
        session.execute(update(Unit).where(Unit.slug == "forum").values(email="forum@bygden.example"))
    ref = town.assigned()
    to_forum = WaitingFor("unit", unit="forum")
    town.change(ref, State.WAITING, by="olle", waiting_for=to_forum, note="Vad tycker ni? Ring 070-123 45 67")
    other = town.assigned()
    town.change(
        other, State.WAITING, by="olle", waiting_for=to_forum, note="Bara oss", visibility=Visibility.PARTICIPANTS
    )
    town.plan()
    with town.database.transaction() as session:
        to_the_forum = select(Delivery).join(Address).where(Address.email_normalised == "forum@bygden.example")
        first, second = (text_of(session, one) for one in session.scalars(to_the_forum.order_by(Delivery.id)))
    assert "Vad tycker ni? Ring [telefonnummer borttaget]" in first
    assert "Frågan står på forumets dagordning." in first
    assert "Bara oss" not in second
    for text in (first, second):  # they have no form there, and the desk's telephone and address
        words = " ".join(text.split()).replace("\u00a0", " ")
        assert "på ärendets sida" not in words
        assert "Hör frågan hemma någon annanstans? Meddela kontaktpersonen." in words
        assert "nås på telefon 0123-456 78" in words


def test_a_digest_to_the_forum_names_no_page_to_write_on(town: LetterTown) -> None:
    with town.database.transaction() as session:
        session.execute(update(Unit).where(Unit.slug == "forum").values(email="forum@bygden.example"))
    ref = town.assigned()
    town.change(ref, State.WAITING, by="olle", waiting_for=WaitingFor("unit", unit="forum"), note="Vad?")
    town.plan()
    with town.database.transaction() as session:
        to_the_forum = select(Delivery).join(Address).where(Address.email_normalised == "forum@bygden.example")
        delivery = session.scalars(to_the_forum).one()
        session.expunge(delivery)
        delivery.letter, delivery.context = "digest", {**delivery.context, "more": 0}
        assert "på ärendets sida" not in " ".join(text_of(session, delivery).split())


def text_of(session: Session, delivery: Delivery) -> str:
    """The letter as text."""
    return render(read_snapshot(session, [delivery]), delivery, LETTER_SETTINGS).text
