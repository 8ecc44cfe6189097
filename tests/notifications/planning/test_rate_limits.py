"""SECURITY 3: letters that anybody can cause have a quota for each kind, and none of them is spent by another's."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.houses.letter_town import A_TUESDAY, LetterTown

from cases.access.actors import A_VISITOR
from cases.access.tokens import LOGIN, make_link
from cases.case import case_to_change
from cases.following import ask_to_follow
from cases.handing_in import Reporter
from cases.history.events import PersonAskedForLink
from cases.history.municipality_events import record_for_municipality
from notifications.deliveries import Address, Delivery, Outcome
from notifications.letters.wording.reasons_in_swedish import why_not
from notifications.planning.rate_limits import TO_STAFF, TOO_MANY, TOO_SOON

W, S = Outcome.WAITING, Outcome.SUPPRESSED


def outcomes(town: LetterTown, letter: str) -> list[Outcome]:
    return [delivery.outcome for delivery in town.deliveries(letter)]


def ask_for_log_in(town: LetterTown, who: str) -> None:
    with town.database.transaction() as session:
        link = make_link(session, LOGIN, key="k", at=A_TUESDAY, person_id=town.people[who])
        event = PersonAskedForLink(person=town.people[who], link=link.id)
        record_for_municipality(session, event, by=A_VISITOR, at=A_TUESDAY)
    town.plan()


def follow(town: LetterTown, ref: str, email: str) -> None:
    with town.database.transaction() as session:
        case = case_to_change(session, ref)
        case.published_at = A_TUESDAY
        ask_to_follow(session, case, email, "sv", key="k", at=A_TUESDAY)
    town.plan()


def hand_in(town: LetterTown, email: str, by: str | None = None) -> str:
    ref = town.hand_in(by=by, reporter=Reporter(email=email))
    town.plan()
    return ref


@pytest.mark.parametrize("who", ["olle", "berit"])
def test_a_case_handed_in_in_somebodys_name_does_not_stop_their_log_in(either_town: LetterTown, who: str) -> None:
    for _ in range(6):
        hand_in(either_town, f"{who}@kommun.example")
    ask_for_log_in(either_town, who)
    assert outcomes(either_town, "login") == [W]


def test_asking_to_follow_stops_neither_log_in_nor_receipt(either_town: LetterTown) -> None:
    ref = either_town.hand_in(reporter=None)
    for _ in range(2):
        follow(either_town, ref, "berit@kommun.example")
    ask_for_log_in(either_town, "berit")
    hand_in(either_town, "berit@kommun.example")
    assert outcomes(either_town, "opt_in") == [W, S]
    assert outcomes(either_town, "login") == [W]
    assert outcomes(either_town, "receipt") == [W]


@pytest.mark.parametrize("email", ["olle@kommun.example", "OLLE+x@kommun.example", "hanna@kommun.example"])
def test_staff_get_no_receipt_that_somebody_outside_has_caused(either_town: LetterTown, email: str) -> None:
    hand_in(either_town, email)
    [receipt] = either_town.deliveries("receipt")
    assert (receipt.outcome, receipt.reason) == (S, TO_STAFF)
    assert why_not(receipt.reason, "sv") != receipt.reason
    hand_in(either_town, email, by="kontakt")
    assert outcomes(either_town, "receipt") == [S, W]


def test_members_of_groups_get_the_receipts_that_everybody_gets(town: LetterTown) -> None:
    for _ in range(2):
        hand_in(town, "berit@kommun.example")
    assert outcomes(town, "receipt") == [W, S]


def test_what_staff_cause_counts_against_nobody(either_town: LetterTown) -> None:
    for _ in range(6):
        hand_in(either_town, "frida@hemma.example", by="kontakt")
    hand_in(either_town, "frida@hemma.example")
    assert outcomes(either_town, "receipt") == [W] * 7


@pytest.mark.parametrize("other", ["frida+1@hemma.example", "Frida+a+b@Hemma.Example", "frida@hemma.example"])
def test_plus_addresses_share_the_quota_of_their_owner(either_town: LetterTown, other: str) -> None:
    hand_in(either_town, "frida+lampa@hemma.example")
    hand_in(either_town, other)
    assert outcomes(either_town, "receipt") == [W, S]
    assert either_town.deliveries("receipt")[1].reason == TOO_SOON


def test_two_plus_addresses_in_one_round_share_it_too(either_town: LetterTown) -> None:
    for n in range(3):
        either_town.hand_in(reporter=Reporter(email=f"frida+{n}@hemma.example"))
    either_town.plan()
    assert outcomes(either_town, "receipt") == [W, S, S]


def test_another_address_is_another_owner(town: LetterTown) -> None:
    for email in ("frida@hemma.example", "frida.2@hemma.example", "frida@annan.example", "+frida@hemma.example"):
        hand_in(town, email)
    assert outcomes(town, "receipt") == [W] * 4


def test_five_receipts_a_day(either_town: LetterTown) -> None:
    for _ in range(6):
        hand_in(either_town, "frida@hemma.example")
        with either_town.database.transaction() as session:
            for delivery in session.scalars(select(Delivery)):
                delivery.created_at -= timedelta(minutes=11)
    assert outcomes(either_town, "receipt") == [W] * 5 + [S]
    assert either_town.deliveries("receipt")[-1].reason == TOO_MANY


def test_each_address_has_an_owner(either_town: LetterTown) -> None:
    hand_in(either_town, "Frida+x@hemma.example")
    with either_town.database.reading() as session:
        assert dict(session.execute(select(Address.email_normalised, Address.owner)).all()) == {
            "frida@hemma.example": "frida@hemma.example",
            "frida+x@hemma.example": "frida@hemma.example",
        }
