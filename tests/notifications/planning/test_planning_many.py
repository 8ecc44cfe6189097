"""Many events planned in one transaction become what they would have become one by one, with far fewer statements."""

from datetime import timedelta

from sqlalchemy import select, update
from support.houses.letter_town import A_TUESDAY, LetterTown
from support.houses.statements import counted

from cases.handing_in import Reporter
from cases.history.outbox import OutboxEntry
from cases.organisation.people import Membership
from cases.states import State
from notifications.deliveries import Delivery, DeliveryLine, Outcome
from notifications.planning.planning import plan_events
from notifications.set_aside import set_aside_delivery


def plan_open(town: LetterTown, limit: int) -> int:
    """Plan the oldest events of the outbox in one transaction; return how many statements that took."""
    with town.database.transaction() as session:
        some = select(OutboxEntry.event_id).where(OutboxEntry.done_at.is_(None)).order_by(OutboxEntry.id).limit(limit)
        ids = session.scalars(some).all()
        with counted(town.database) as statements:
            plan_events(session, ids)
        session.execute(update(OutboxEntry).where(OutboxEntry.event_id.in_(ids)).values(done_at=A_TUESDAY))
    return len(statements)


def test_twenty_events_take_no_more_statements_than_one(either_town: LetterTown) -> None:
    refs = [either_town.hand_in(reporter=Reporter(email=f"nummer{n}@hemma.example")) for n in range(21)]
    either_town.plan()
    for ref in refs:
        either_town.change(ref, State.ASSIGNED, responsible="gata")
    alone = plan_open(either_town, 1)
    together = plan_open(either_town, 20)
    assert together <= alone <= 10
    assert len(either_town.deliveries("assigned")) == 21


def test_each_address_gets_its_letters_in_the_order_of_the_events(either_town: LetterTown) -> None:
    ref = either_town.hand_in()
    for number in range(6):
        either_town.change(ref, State.IN_PROGRESS, note=f"Nyhet {number}")
    either_town.plan()
    with either_town.database.reading() as session:
        rows = session.execute(select(DeliveryLine.event_id, Delivery.address_id).join(Delivery).order_by(Delivery.id))
        found = [(address, event) for event, address in rows]
    assert len(found) == 7
    assert found == sorted(found)


def test_letters_that_anybody_can_cause_are_limited_among_themselves_too(either_town: LetterTown) -> None:
    for email in ("frida@hemma.example", "annan@hemma.example", "Frida@Hemma.example"):
        either_town.hand_in(reporter=Reporter(email=email))
    either_town.plan()
    receipts = either_town.deliveries("receipt")
    assert [one.outcome for one in receipts] == [Outcome.WAITING, Outcome.WAITING, Outcome.SUPPRESSED]
    assert [bool(one.reason and one.finished_at) for one in receipts] == [False, False, True]


def test_an_alarm_avoids_the_address_that_failed_and_the_letters_beside_it_do_not(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.RECEIVED, by="olle", reason="Inte vår väg")
    town.plan()
    [failed] = town.deliveries("sent_back")
    with town.database.transaction() as session:
        set_aside_delivery(session, session.get_one(Delivery, failed.id), "550 no such user")
    town.change(ref, State.ASSIGNED, responsible="gata")
    town.change(ref, State.RECEIVED, by="olle", reason="Inte vår väg nu heller")
    town.plan()
    assert "kontakt" not in {to for to, _ in town.told("house.set_aside")}
    assert ("kontakt", "sent_back") in town.told("case.sent_back")


def test_each_event_is_told_to_those_who_served_on_its_own_day(town: LetterTown) -> None:
    later = A_TUESDAY.replace(year=A_TUESDAY.year + 10)
    with town.database.transaction() as session:
        of_karin = update(Membership).where(Membership.person_id == town.people["kontakt"])
        session.execute(of_karin.values(until=later.date()))
    for at in (A_TUESDAY, later):
        ref = town.hand_in(at=at, reporter=None)
        town.change(ref, State.ASSIGNED, responsible="gata", at=at)
        town.change(ref, State.RECEIVED, by="olle", reason="Inte vår väg", at=at + timedelta(minutes=1))
    town.plan()
    now, then = town.deliveries("sent_back")
    assert (now.person_id, then.recipient) == (town.people["kontakt"], "role:desk.head")
