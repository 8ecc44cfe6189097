"""Everyone concerned is told who decides, to whom a case was sent on, and what they answered: one letter an act."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text
from support.houses.small_house import SmallHouse
from support.letters.letters_read import rendered_in
from support.registers.register_acts import ANSWERED, GIVEN, SENT, RegisterActs

from cases.handing_in import Reporter
from cases.states import State
from notifications.deliveries import Delivery
from workers.relay.draining import drain_outbox

FORWARDED = replace(GIVEN, forwarded_on=SENT, their_ref="TRV 2026/14")
WHOLE = replace(FORWARDED, answered_on=ANSWERED, answer="Vi sänker farten i höst.")
CONCERNED = {"siv@hemma.example", "norrby@example.se", "member@example.se", "officer@example.se"}


@pytest.fixture
def acts(small_house: SmallHouse) -> RegisterActs:
    return RegisterActs(small_house)


@pytest.fixture
def ref(acts: RegisterActs) -> str:
    """A case of somebody and of a group, with an officer of gata; its letters so far are planned."""
    found = acts.hand_in(by="contact", group="norrby", reporter=Reporter("Siv", "siv@hemma.example"))
    acts.house.change(found, State.ASSIGNED, responsible="gata", officer="officer@example.se")
    drain_outbox(acts.house.database)
    return found


def planned(acts: RegisterActs, locale: str = "sv") -> dict[str, str]:
    """Plan what waits; return the letters that this made, by address."""
    with acts.house.database.reading() as session:
        last = session.scalar(text("SELECT coalesce(max(id), 0) FROM delivery"))
    drain_outbox(acts.house.database)
    with acts.house.database.transaction() as session:
        new = session.scalars(select(Delivery).where(Delivery.id > last)).all()
        for delivery in new:
            delivery.locale = locale
        letters = [rendered_in(session, delivery) for delivery in new]
        assert {delivery.letter for delivery in new} <= {"news"}
    assert len({letter.to_email for letter in letters}) == len(letters)
    return {letter.to_email: " ".join(letter.text.split()) for letter in letters}


def test_each_step_is_told_to_everyone_concerned_but_its_author(acts: RegisterActs, ref: str) -> None:
    acts.enter(ref, by="contact")
    told = planned(acts)
    assert set(told) == CONCERNED
    assert "Trafikverket beslutar i den här frågan." in told["siv@hemma.example"]
    assert "Norrby vägförening sköter vägen eller platsen." in told["siv@hemma.example"]
    acts.enter(ref, FORWARDED)
    told = planned(acts)
    assert set(told) == CONCERNED - {"officer@example.se"}
    assert "Vi skickade ärendet vidare till Trafikverket tisdag 3 februari 2026." in told["norrby@example.se"]
    acts.enter(ref, WHOLE)
    [letter] = {letter for address, letter in planned(acts).items() if address == "siv@hemma.example"}
    assert "De svarade fredag 27 februari 2026. Svaret: > Vi sänker farten i höst." in letter


def test_an_act_of_all_is_told_in_one_letter_and_in_english_too(acts: RegisterActs, ref: str) -> None:
    acts.enter(ref, WHOLE)
    told = planned(acts, "en")
    assert set(told) == CONCERNED - {"officer@example.se"}
    assert "We sent the case on to Trafikverket on Tuesday 3 February 2026." in told["siv@hemma.example"]
    assert "The answer: > Vi sänker farten i höst." in told["siv@hemma.example"]
    assert "TRV 2026/14" not in told["siv@hemma.example"]


def test_a_place_or_a_sort_alone_is_told_to_nobody(acts: RegisterActs, ref: str) -> None:
    acts.enter(ref, replace(GIVEN, decides=None, keeper=None))
    assert planned(acts) == {}
