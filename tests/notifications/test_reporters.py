"""What is put right about the person who asked, and what that means for letters that are on their way."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from support.houses.letter_town import REPORTER, LetterTown

from cases.case import Case, case_to_change
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.public.publishing import publish
from cases.refusals import LettersBeforeTheAt, NotAllowed, NotAMailAddress, NotAPhoneNumber, ReasonNeeded
from cases.reporters.details import ReporterDetails
from cases.states import State
from notifications.deliveries import Address, Channel, Delivery, DeliveryLine, Outcome
from notifications.letters.snapshot import read_snapshot
from notifications.letters.still_entitled import reason_to_suppress
from notifications.reporters import correct_reporter, set_protection
from notifications.telephone.calls import to_ring

NOW = datetime(2026, 4, 15, 9, tzinfo=UTC)
NEW = ReporterDetails(name="Frida Ny", email="ny@hemma.example")


@pytest.fixture
def town(either_town: LetterTown) -> LetterTown:
    """A town on each database."""
    return either_town


def put_right(town: LetterTown, ref: str, details: ReporterDetails, why: str = "Ringde", by: str = "kontakt") -> None:
    with town.database.transaction() as session:
        correct_reporter(session, case_to_change(session, ref), details, why, by=town.actor(session, by), at=NOW)


def protect(town: LetterTown, ref: str, protected: bool = True) -> bool:
    with town.database.transaction() as session:
        case = case_to_change(session, ref)
        return set_protection(session, case, protected, "Visade beslut", by=town.actor(session, "kontakt"), at=NOW)


def outside(town: LetterTown) -> list[tuple[str | None, Channel, Outcome]]:
    """Return where each letter to somebody outside goes, how, and what has become of it."""
    with town.database.reading() as session:
        rows = session.execute(
            select(Address.email_normalised, Delivery.channel, Delivery.outcome)
            .outerjoin(Address, Address.id == Delivery.address_id)
            .where(Delivery.party_id.is_not(None))
            .order_by(Delivery.id)
        )
        return [tuple(row) for row in rows]


def test_what_waits_goes_to_the_new_address_and_nothing_to_the_old(town: LetterTown) -> None:
    ref = town.assigned()
    put_right(town, ref, NEW)
    town.change(ref, State.DONE, note="Lagat")
    town.plan()
    found = outside(town)
    assert len(found) == 3
    assert set(found) == {("ny@hemma.example", Channel.MAIL, Outcome.WAITING)}
    with town.database.transaction() as session:
        for delivery in session.scalars(select(Delivery).where(Delivery.party_id.is_not(None))):
            assert reason_to_suppress(read_snapshot(session, [delivery]), delivery) is None
    assert [event.facts for event in events(town, "case.reporter_corrected")] == [{"what": ["name", "email"]}]


def test_a_letter_that_was_refused_for_its_address_can_be_sent_again_to_the_right_one(town: LetterTown) -> None:
    ref = town.assigned()
    with town.database.transaction() as session:
        session.execute(update(Delivery).values(outcome=Outcome.SET_ASIDE, message=b"frida@hemma.example"))
    put_right(town, ref, NEW)
    assert set(outside(town)) == {("ny@hemma.example", Channel.MAIL, Outcome.SET_ASIDE)}
    with town.database.reading() as session:
        assert set(session.scalars(select(Delivery.message).where(Delivery.party_id.is_not(None)))) == {None}


def test_without_a_mail_address_what_waits_becomes_calls_and_mail_again(town: LetterTown) -> None:
    ref = town.assigned()
    put_right(town, ref, ReporterDetails(name="Frida", phone="0321-123 45"))
    assert {channel for _, channel, _ in outside(town)} == {Channel.CALL}
    with town.database.reading() as session:
        assert {call.phone for call in to_ring(session)} == {"0321-123 45"}
    put_right(town, ref, NEW)
    assert set(outside(town)) == {("ny@hemma.example", Channel.MAIL, Outcome.WAITING)}
    put_right(town, ref, ReporterDetails(name="Frida"))
    assert {outcome for _, _, outcome in outside(town)} == {Outcome.SUPPRESSED}


def test_where_a_letter_tells_of_two_cases_only_the_corrected_one_goes_elsewhere(town: LetterTown) -> None:
    refs = [town.hand_in(by="kontakt"), town.hand_in(by="kontakt", title="En grop")]
    for ref in refs:
        town.change(ref, State.ASSIGNED, responsible="gata")
    town.plan()
    town.sweep(datetime(2026, 5, 5, 9, tzinfo=UTC) + timedelta(days=40))
    town.sweep(datetime(2026, 5, 5, 9, tzinfo=UTC) + timedelta(days=50))
    town.sweep(datetime(2026, 5, 5, 9, tzinfo=UTC) + timedelta(days=60))
    put_right(town, refs[0], NEW)
    by_address: dict[str, set[str]] = {}
    with town.database.reading() as session:
        rows = session.execute(
            select(Address.email_normalised, Case.ref, Delivery)
            .select_from(DeliveryLine)
            .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
            .join(Address, Address.id == Delivery.address_id)
            .join(Event, Event.id == DeliveryLine.event_id)
            .join(Case, Case.id == Event.stream)
            .where(DeliveryLine.audience == "reporter", Delivery.occasion.startswith("tick:"))
        ).all()
        for email, ref, _ in rows:
            by_address.setdefault(email, set()).add(ref)
        old = [delivery for email, _, delivery in rows if email == REPORTER.email]
        assert all(reason_to_suppress(read_snapshot(session, [one]), one) is None for one in old)
    assert by_address["ny@hemma.example"] == {refs[0]}
    assert refs[1] in by_address["frida@hemma.example"]


def events(town: LetterTown, type_: str) -> list[Event]:
    with town.database.reading() as session:
        return list(session.scalars(select(Event).where(Event.type == type_).order_by(Event.id)))


def test_the_event_says_who_and_why_and_no_detail(town: LetterTown) -> None:
    ref = town.hand_in()
    put_right(town, ref, NEW, why="Fel bokstav i adressen")
    [event] = events(town, "case.reporter_corrected")
    assert event.person_id == town.people["kontakt"]
    assert "hemma" not in str((event.facts, event.changes))
    with town.database.reading() as session:
        [words] = session.scalars(select(Words).where(Words.event_id == event.id))
        assert (words.text, words.visibility) == ("Fel bokstav i adressen", Visibility.INTERNAL)


def test_a_case_without_details_gets_them(town: LetterTown) -> None:
    ref = town.hand_in(reporter=None)
    put_right(town, ref, NEW)
    town.change(ref, State.ASSIGNED, responsible="gata")
    town.plan()
    assert ("ny", "news") in town.told("case.assigned")


@pytest.mark.parametrize(
    ("details", "why", "by", "refusal"),
    [
        (NEW, " ", "kontakt", ReasonNeeded),
        (NEW, "Ringde", "olle", NotAllowed),
        (ReporterDetails(email="ö@hemma.example"), "Ringde", "kontakt", LettersBeforeTheAt),
        (ReporterDetails(email="x@hemma..example"), "Ringde", "kontakt", NotAMailAddress),
        (ReporterDetails(phone="abc inte nummer"), "Ringde", "kontakt", NotAPhoneNumber),
    ],
)
def test_what_is_refused_changes_nothing(
    town: LetterTown, details: ReporterDetails, why: str, by: str, refusal: type[Exception]
) -> None:
    ref = town.hand_in()
    with pytest.raises(refusal):
        put_right(town, ref, details, why, by)
    assert not events(town, "case.reporter_corrected")


def test_protection_takes_the_case_back_and_the_words_out_of_letters(town: LetterTown) -> None:
    ref = town.assigned(reporter=Reporter(name="Frida", email="frida@hemma.example"))
    with town.database.transaction() as session:
        case = case_to_change(session, ref)
        case.published_at = NOW
        publish(session, case, at=NOW)
        session.execute(update(Delivery).values(message="Lampan vid bron är trasig".encode()))
    assert protect(town, ref)
    assert not protect(town, ref)
    with town.database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert case.published_at is None and case.reporter and case.reporter.protected
        assert set(session.scalars(select(Delivery.message))) == {None}
        snapshot = read_snapshot(session, session.scalars(select(Delivery)).all())
        assert all(found.protected for found in snapshot.cases.values())
    assert [event.facts for event in events(town, "case.protection_changed")] == [{"protected": True}]
    assert protect(town, ref, False)
    with town.database.reading() as session:
        assert session.scalars(select(Case.published_at)).one() is None
