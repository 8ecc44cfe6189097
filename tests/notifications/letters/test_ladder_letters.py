"""The ladder tells somebody on every rung, along the chain, and a sweep is one mail to an address."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from support.houses.letter_town import A_TUESDAY, LetterTown
from support.letters.letters_read import rendered as text_of

from cases.history.journal import Event
from cases.organisation.people import Membership, Person, Role
from cases.organisation.units import Unit
from cases.states import State
from notifications.deliveries import Channel, Delivery, DeliveryLine, Outcome
from notifications.planning.planning import readdress_unfilled

DUE = date(2026, 5, 20)
OFFICER = "olle@kommun.example"


def planned(town: LetterTown, **change: object) -> str:
    """A case that Gatukontoret has promised for the 20th of May."""
    ref = town.assigned()
    town.change(ref, State.PLANNED, by="olle", due_on=DUE, **change)
    town.plan()
    return ref


def climb(town: LetterTown, rungs: int) -> list[set[tuple[str, str]]]:
    """Let days pass until so many rungs have fired; return who was told of each."""
    found: list[set[tuple[str, str]]] = []
    day = A_TUESDAY.replace(month=5, day=17)
    while len(found) < rungs:
        before = len(_rungs(town))
        day += timedelta(days=1)
        town.sweep(day)
        if len(_rungs(town)) > before:
            found.append(town.told("case.escalated"))
    return found


def _rungs(town: LetterTown) -> list[int]:
    with town.database.reading() as session:
        return list(session.scalars(select(Event.id).where(Event.type == "case.escalated")))


def without(town: LetterTown, *people: str, mailbox: str | None = None) -> None:
    """Switch people off, and take a unit's mailbox away."""
    with town.database.transaction() as session:
        ids = [town.people[who] for who in people]
        session.execute(update(Person).where(Person.id.in_(ids)).values(active=False))
        if mailbox:
            session.execute(update(Unit).where(Unit.slug == mailbox).values(email=None))


def test_the_default_ladder_tells_these(either_town: LetterTown) -> None:
    planned(either_town, officer=OFFICER)
    assert climb(either_town, 7) == [
        {("olle", "due_soon")},
        {("olle", "due_now"), ("gata", "due_now")},
        {("hanna", "overdue")},
        {("kontakt", "overdue"), ("frida", "delayed")},
        {("kontakt", "on_agenda"), ("hanna", "on_agenda")},
        {("kontakt", "overdue"), ("hanna", "overdue")},
        {("kontakt", "overdue"), ("hanna", "overdue")},
    ]


def test_the_group_and_those_who_follow_are_told_of_the_delay(town: LetterTown) -> None:
    ref = town.hand_in(by="berit", group="byalaget")
    town.change(ref, State.PLANNED, due_on=DUE, responsible="gata")
    town.follow(ref, "granne@hemma.example")
    town.plan()
    *_, third = climb(town, 4)
    outside = {("byalaget", "delayed"), ("berit", "delayed"), ("granne", "delayed"), ("frida", "delayed")}
    assert third == {("kontakt", "overdue"), *outside}


@pytest.mark.parametrize(
    ("gone", "mailbox", "told"),
    [
        ((), None, "olle"),
        (("olle",), None, "gata"),
        (("olle",), "gata", "hanna"),
        (("olle", "hanna"), "gata", "kontakt"),
    ],
)
def test_a_rung_goes_down_the_chain(town: LetterTown, gone: tuple[str, ...], mailbox: str | None, told: str) -> None:
    planned(town, officer=OFFICER)
    without(town, *gone, mailbox=mailbox)
    assert climb(town, 1) == [{(told, "due_soon")}]


def test_a_deputy_stands_in_for_an_officer_who_is_switched_off(town: LetterTown) -> None:
    planned(town, officer=OFFICER)
    with town.database.transaction() as session:
        session.execute(update(Person).where(Person.email == OFFICER).values(deputy_id=town.people["sara"]))
    without(town, "olle")
    assert climb(town, 1) == [{("sara", "due_soon")}]


def test_an_officer_who_has_left_the_unit_is_passed_over(town: LetterTown) -> None:
    planned(town, officer=OFFICER)
    with town.database.transaction() as session:
        session.execute(delete(Membership).where(Membership.person_id == town.people["olle"]))
    assert climb(town, 1) == [{("gata", "due_soon")}]


def test_the_desks_own_lateness_goes_to_its_mailbox_and_head(town: LetterTown) -> None:
    with town.database.transaction() as session:
        desk = session.scalars(select(Unit).where(Unit.slug == "desk")).one()
        desk.email = "desk@kommun.example"
        head = Membership(person_id=town.people["admin"], unit_id=desk.id, role=Role.HEAD, since=date(2020, 1, 1))
        session.add(head)
    town.hand_in(at=datetime.fromisoformat("2026-05-15T09:00:00+00:00"))
    town.plan()
    first, second, third = climb(town, 3)
    assert first | second == {("desk", "due_now")} | {("admin", "overdue")}
    assert third == {("kontakt", "overdue"), ("frida", "delayed")}


def test_a_rung_that_finds_nobody_waits_for_the_role_and_goes_to_who_takes_it(either_town: LetterTown) -> None:
    planned(either_town, officer=OFFICER)
    without(either_town, "olle", "hanna", "kontakt", mailbox="gata")
    assert climb(either_town, 1) == [{("role:desk.head", "due_soon")}]
    with either_town.database.transaction() as session:
        assert readdress_unfilled(session) == 0
        session.execute(update(Person).where(Person.id == either_town.people["kontakt"]).values(active=True))
        assert readdress_unfilled(session) == 1
    assert either_town.told("case.escalated") == {("kontakt", "due_soon")}


def test_no_rung_can_tell_nobody(town: LetterTown) -> None:
    planned(town)
    with town.database.transaction() as session:
        session.execute(delete(Membership))
        session.execute(update(Unit).values(email=None))
    assert all(climb(town, 8))


def test_a_sweep_is_one_mail_however_many_lines(either_town: LetterTown) -> None:
    for _ in range(3):
        planned(either_town, officer=OFFICER)
    either_town.sweep(datetime.fromisoformat("2026-05-18T08:00:00+00:00"))
    [digest] = either_town.deliveries("digest")
    with either_town.database.reading() as session:
        lines = session.scalars(select(DeliveryLine).where(DeliveryLine.delivery_id == digest.id)).all()
    assert [line.letter for line in lines] == ["due_soon"] * 3
    assert digest.occasion.startswith("tick:")


def test_a_filled_role_is_not_told_twice_in_one_sweep(town: LetterTown) -> None:
    """The contact person has the tick's letter already; what waited for the role is suppressed, with a reason."""
    planned(town, officer=OFFICER)
    climb(town, 5)
    with town.database.transaction() as session:
        told = session.scalars(select(Delivery).order_by(Delivery.id.desc())).all()
        kontakt = next(one for one in told if one.person_id == town.people["kontakt"])
        session.add(
            Delivery(
                occasion=kontakt.occasion, recipient="role:desk.head", channel=Channel.ROLE, letter="overdue",
                context=kontakt.context, created_at=kontakt.created_at,
            )
        )  # fmt: skip
        session.flush()
        readdress_unfilled(session)
        waited = session.scalars(select(Delivery).where(Delivery.recipient == "role:desk.head")).one()
        assert (waited.outcome, bool(waited.reason)) == (Outcome.SUPPRESSED, True)


def test_the_chair_of_a_group_is_the_head_whom_rung_two_reaches(either_town: LetterTown) -> None:
    with either_town.database.transaction() as session:
        byalaget = session.scalars(select(Unit.id).where(Unit.slug == "byalaget")).one()
        berit = Membership(
            person_id=either_town.people["berit"], unit_id=byalaget, role=Role.HEAD, since=date(2020, 1, 1)
        )
        session.add(berit)
    ref = either_town.hand_in(by="berit", group="byalaget")
    either_town.change(ref, State.PLANNED, due_on=DUE, responsible="byalaget")
    either_town.plan()
    *_, second = climb(either_town, 3)
    assert second == {("berit", "overdue")}


@pytest.mark.parametrize("taken_on", [True, False])
def test_a_reminder_offers_to_send_back_only_what_can_be_sent_back(sqlite_town: LetterTown, taken_on: bool) -> None:
    town = sqlite_town
    if taken_on:
        planned(town, officer=OFFICER)
    else:
        town.assigned()
    climb(town, 2 if taken_on else 1)
    text = " ".join(text_of(town, town.deliveries("due_now")[-1]).text.split())
    assert ("Är ärendet inte ert" in text) is not taken_on
    assert ("Håller inte datumet? Säg till på ärendets sida" in text) is taken_on
