"""The right to a letter is checked once more when it is sent; it can only be lost, and there is a reason."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from support.houses.letter_town import A_TUESDAY, LetterTown

from cases.access.actors import A_VISITOR
from cases.access.tokens import LOGIN, Link, make_link
from cases.case import Case
from cases.history.events import PersonAskedForLink
from cases.history.journal import Entry
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Person
from cases.organisation.units import Unit
from cases.parties import Follower, Party
from cases.states import State
from notifications.deliveries import Delivery
from notifications.letters import still_entitled
from notifications.letters.snapshot import read_snapshot
from notifications.letters.still_entitled import reason_to_suppress

Spoil = Callable[[Session], object]


def reason(town: LetterTown, letter: str, spoil: Spoil | None = None) -> str | None:
    """Return why the last such letter must not be sent, once something has been spoilt."""
    last = town.deliveries(letter)[-1]
    with town.database.transaction() as session:
        if spoil:
            spoil(session)
        session.flush()
        delivery = session.get_one(Delivery, last.id)
        return reason_to_suppress(read_snapshot(session, [delivery]), delivery)


@pytest.fixture
def told(town: LetterTown) -> LetterTown:
    """Everybody who has to do with one case has a letter."""
    ref = town.hand_in(by="kontakt")
    town.change(ref, State.ASSIGNED, responsible="gata", officer="olle@kommun.example")
    town.plan()
    town.change(ref, State.RECEIVED, by="olle", reason="Inte vår")
    town.plan()
    town.follow(ref, "granne@hemma.example")
    town.change(ref, State.DONE, note="Klart")
    town.plan()
    return town


def test_nothing_is_lost_while_all_is_as_it_was(told: LetterTown) -> None:
    for letter in ("receipt", "assigned", "sent_back", "done"):
        assert reason(told, letter) is None


def test_who_is_switched_off_is_not_told(told: LetterTown) -> None:
    off = update(Person).where(Person.name == "Olle Handläggare").values(active=False)
    assert reason(told, "assigned", lambda session: session.execute(off)) == still_entitled.NO_LONGER_WORKS


def test_who_has_left_the_desk_is_not_told_as_its_contact_person(told: LetterTown) -> None:
    left = update(Membership).where(Membership.person_id == told.people["kontakt"]).values(until=date(2021, 1, 1))
    assert reason(told, "sent_back", lambda session: session.execute(left)) == still_entitled.LEFT_THE_UNIT


def test_whoever_comes_to_the_desk_only_later_is_not_told_yet(told: LetterTown) -> None:
    later = update(Membership).where(Membership.person_id == told.people["kontakt"]).values(since=date(9999, 1, 1))
    assert reason(told, "sent_back", lambda session: session.execute(later)) == still_entitled.LEFT_THE_UNIT


def test_a_mailbox_that_is_taken_away_gets_nothing(town: LetterTown) -> None:
    town.assigned()
    gone = update(Unit).where(Unit.slug == "gata").values(email=None)
    assert reason(town, "assigned", lambda session: session.execute(gone)) == still_entitled.MAILBOX_GONE


def test_whose_address_is_erased_is_not_told(told: LetterTown) -> None:
    erased = update(Party).values(email=None)
    assert reason(told, "receipt", lambda session: session.execute(erased)) == still_entitled.ADDRESS_GONE


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (update(Follower).values(ended_at=A_TUESDAY), still_entitled.NO_LONGER_FOLLOWS),
        (update(Case).values(published_at=None), still_entitled.NO_LONGER_PUBLIC),
        (update(Party).where(Party.name.is_not(None)).values(protected=True), still_entitled.NO_LONGER_PUBLIC),
    ],
)
def test_a_follower_loses_the_right_with_the_case_or_by_leaving(told: LetterTown, spoilt: object, why: str) -> None:
    def spoil(session: Session) -> None:
        session.execute(spoilt)  # type: ignore[call-overload]

    assert reason(told, "done", spoil) == why


@pytest.mark.parametrize("spoilt", [{"expires_at": A_TUESDAY}, {"used_at": A_TUESDAY}])
def test_a_dead_link_is_not_sent(town: LetterTown, spoilt: dict[str, datetime]) -> None:
    at = datetime.now(UTC)
    with town.database.transaction() as session:
        link = make_link(session, LOGIN, key="k" * 40, at=at, person_id=town.people["olle"])
        entry = Entry(municipality(session, locked=True), by=A_VISITOR, at=at)
        entry.add(PersonAskedForLink(person=town.people["olle"], link=link.id))
        entry.write(session)
    town.plan()
    assert reason(town, "login") is None
    assert (
        reason(town, "login", lambda session: session.execute(update(Link).values(**spoilt)))
        == still_entitled.LINK_DEAD
    )


def test_a_digest_goes_out_while_one_line_still_may(town: LetterTown) -> None:
    for _ in range(2):
        ref = town.hand_in(by="kontakt", group="byalaget", reporter=None)
        town.change(ref, State.PLANNED, responsible="gata", officer="olle@kommun.example", due_on=date(2026, 5, 20))
    town.plan()
    town.sweep(A_TUESDAY + timedelta(days=34))
    one_left = update(Delivery).where(Delivery.letter == "digest")
    [digest] = town.deliveries("digest")
    lines = digest.context["lines"]
    context = {**digest.context, "lines": [{**lines[0], "unit_id": 999}, lines[1]]}
    assert reason(town, "digest", lambda session: session.execute(one_left.values(context=context))) is None
