"""What was taken down for a group at once is told in one e-mail, which names every question with its reference."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import MONDAY, SINCE, SmallHouse
from support.letters.letters_read import rendered_in

from cases.handing_in import Request, hand_in
from cases.history.event_batches import batch
from cases.organisation.people import Membership, Person, Role
from cases.organisation.units import unit_named
from cases.settings import LOCALES
from cases.states import Kind
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, QuestionTaken, log_contact
from notifications.deliveries import Delivery
from notifications.letters.rendering import RenderedLetter
from workers.relay.draining import drain_outbox

SECRET = "Kassören vill sluta, säg inget"
TODAY = MONDAY.date()


@pytest.fixture
def town(small_house: SmallHouse) -> SmallHouse:
    """The small municipality, in which the group norrby has a mailbox, a chair and a member."""
    with small_house.database.transaction() as session:
        chair = Person(email="chair@example.se", name="Ordföranden")
        session.add(chair)
        session.flush()
        norrby = unit_named(session, "norrby").id
        session.add(Membership(person_id=chair.id, unit_id=norrby, role=Role.HEAD, since=SINCE))
    return small_house


def log(house: SmallHouse, count: int, *, by: str = "contact", on: date = TODAY) -> tuple[str, ...]:
    """Log a contact with norrby at which so many questions were taken down; return their references."""
    questions = tuple(QuestionTaken(f"Lykta {n}", "Mörkt", "trafik") for n in range(1, count + 1))
    given = ContactGiven(on, ContactWay.VISIT, date(2026, 7, 1), SECRET, SECRET, questions)
    with house.database.transaction() as session:
        found = log_contact(session, unit_named(session, "norrby"), given, by=house.actors[by], at=MONDAY)
    return found.refs


def letters(house: SmallHouse, locale: str | None = None) -> dict[str, tuple[str, RenderedLetter]]:
    """Return what was told: the letter's name and the letter, by address; each address has one."""
    drain_outbox(house.database)
    with house.database.transaction() as session:
        told = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        for delivery in told:
            delivery.locale = locale or delivery.locale
        found = [(delivery.letter, rendered_in(session, delivery)) for delivery in told]
    assert len({letter.to_email for _, letter in found}) == len(found)
    return {letter.to_email: (name, letter) for name, letter in found}


@pytest.mark.parametrize("locale", LOCALES)
def test_thirty_questions_are_one_letter_to_each_of_the_group(town: SmallHouse, locale: str) -> None:
    refs = log(town, 30)
    told = letters(town, locale)
    assert set(told) == {"norrby@example.se", "chair@example.se", "member@example.se"}
    assert {name for name, _ in told.values()} == {"questions_received"}
    for _, letter in told.values():
        named = re.findall(r"\[(\d{4}-\d{4,})\] (Lykta \d+)", letter.text)
        assert named == [(ref, f"Lykta {n}") for n, ref in enumerate(refs, start=1)]
        assert all(f"/arenden/{ref}" in letter.text and ref in letter.html for ref in refs)
        assert (
            letter.subject
            == {"sv": "Vi har tagit emot era 30 frågor", "en": "We have received your 30 questions"}[locale]
        )
        assert SECRET not in letter.text + letter.html + letter.subject


@pytest.mark.parametrize(("locale", "said"), [("sv", "er fråga"), ("en", "your question")])
def test_one_question_is_told_of_as_one(town: SmallHouse, locale: str, said: str) -> None:
    [ref] = log(town, 1)
    name, letter = letters(town, locale)["norrby@example.se"]
    assert name == "questions_received"
    assert letter.subject == f"[{ref}] Lykta 1"
    assert said in letter.text


@pytest.mark.parametrize("count", [1, 2])
def test_they_were_taken_down_on_the_day_of_the_contact(town: SmallHouse, count: int) -> None:
    log(town, count, on=date(2026, 2, 27))
    text = letters(town, "sv")["norrby@example.se"][1].text
    assert re.search(r"Vi skrev upp .* fredag 27 februari 2026\.", " ".join(text.split()))


def test_a_contact_without_questions_tells_the_group_nothing(town: SmallHouse) -> None:
    log(town, 0)
    assert letters(town) == {}


def test_another_officer_of_the_contact_is_told_that_it_was_logged_and_nothing_of_what_was_said(
    town: SmallHouse,
) -> None:
    log(town, 0)
    log(town, 2, by="stand_in")
    name, letter = letters(town)["contact@example.se"]
    assert name == "news"
    assert SECRET not in letter.text + letter.html


def test_several_cases_handed_in_for_a_group_are_one_letter_too(town: SmallHouse) -> None:
    with town.database.transaction() as session, batch(session, town.actors["contact"], MONDAY) as actor:
        for n in (1, 2, 3):
            request = Request(Kind.ISSUE, f"Lykta {n}", group="norrby", channel="meeting")
            hand_in(session, request, by=actor, at=MONDAY + timedelta(minutes=n))
    told = letters(town, "sv")
    assert {name for name, _ in told.values()} == {"questions_received"}
    assert all(f"Lykta {n}" in told["norrby@example.se"][1].text for n in (1, 2, 3))
