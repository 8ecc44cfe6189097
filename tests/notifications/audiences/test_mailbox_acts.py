"""Whoever acts by a shared mailbox is the author: it is not told, nor is its group asked whether that is true."""

from datetime import date

from sqlalchemy import select
from support.houses.letter_town import LetterTown

from cases.access.actors import Actor, mailbox_of
from cases.organisation.units import Unit
from cases.progress import WaitingFor
from cases.states import State


def mailbox(town: LetterTown, slug: str) -> Actor:
    """The actor for the shared mailbox of this unit."""
    with town.database.reading() as session:
        return mailbox_of(session.scalars(select(Unit).where(Unit.slug == slug)).one())


def test_the_mailbox_that_acts_is_not_told(town: LetterTown) -> None:
    ref = town.assigned(by="kontakt", group="byalaget")
    town.change(ref, State.PLANNED, by=mailbox(town, "gata"), due_on=date(2026, 5, 20))
    town.plan()
    assert town.told("case.planned") == {("frida", "taken_on"), ("byalaget", "taken_on"), ("berit", "taken_on")}


def test_a_group_that_answers_is_not_told_by_its_mailbox(town: LetterTown) -> None:
    ref = town.assigned(by="kontakt", group="byalaget")
    town.change(ref, State.WAITING, by="olle", waiting_for=WaitingFor("reporter"), note="Var?")
    town.change(ref, State.ASSIGNED, by=mailbox(town, "byalaget"), note="Vid bron", step="answer")
    town.plan()
    assert {"byalaget"} & {who for who, _ in town.told("case.answered")} == set()
    assert ("gata", "answered") in town.told("case.answered")


def test_a_group_whose_mailbox_says_done_is_not_asked(town: LetterTown) -> None:
    ref = town.hand_in(by="kontakt", group="byalaget")
    town.change(ref, State.ASSIGNED, responsible="byalaget")
    town.plan()
    town.change(ref, State.DONE, by=mailbox(town, "byalaget"), note="Lagat")
    town.plan()
    assert town.told("case.done") == {("frida", "done")}
