"""The relay: each event is planned once, in order within its stream, whoever dies, and poison stands aside."""

import threading
from collections import defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from support.houses.letter_town import A_TUESDAY

from cases.case import Case
from cases.database.clock import now
from cases.database.leases.leased import LeasePolicy
from cases.history.event_batches import EventBatch
from cases.history.journal import Event
from cases.history.outbox import OutboxEntry
from cases.ladder.sweep import sweep
from cases.states import State
from notifications.deliveries import Delivery, DeliveryLine
from notifications.planning.planning import plan_batch_for, plan_events
from notifications.who_is_told import WHO_IS_TOLD
from workers.relay import relay, sweep_letters
from workers.relay.draining import drain_outbox
from workers.relay.relay import relay_some
from workers.relay.sweep_letters import plan_event_batch

QUICK = LeasePolicy(lease=timedelta(seconds=0), most_claims=3, batch=50)


def relay_all(town, policy=relay.POLICY):
    while relay_some(town.database, policy) is not None:
        pass


def works(town, **where):
    with town.database.reading() as session:
        return list(session.scalars(select(OutboxEntry).filter_by(**where).order_by(OutboxEntry.id)))


def lines(town):
    """Return (delivery, event) of every line, in the order of the deliveries."""
    with town.database.reading() as session:
        rows = session.execute(
            select(DeliveryLine.delivery_id, DeliveryLine.event_id).order_by(DeliveryLine.delivery_id)
        )
        return [tuple(row) for row in rows]


def let_failed_be_due(town):
    with town.database.transaction() as session:
        session.execute(update(OutboxEntry).values(next_attempt_at=None))


def test_an_event_is_planned_once(town):
    ref = town.hand_in()
    town.change(ref, State.ASSIGNED, responsible="gata")
    relay_all(town)
    before = lines(town)
    assert before
    assert all(work.done_at and not work.lease_token for work in works(town))
    assert relay_some(town.database) is None
    assert lines(town) == before


def test_nothing_is_claimed_when_nothing_is_open(town):
    assert relay_some(town.database) is None
    with town.database.reading() as session:
        assert session.scalar(select(func.count(OutboxEntry.id))) == 0


def test_many_relays_make_no_doubles_and_keep_the_order_within_a_stream(town):
    refs = [town.hand_in() for _ in range(8)]
    for _ in range(3):
        for ref in refs:
            town.change(ref, State.IN_PROGRESS, note="Vi arbetar på det.")
    failures = []

    def relay_on():
        try:
            for _ in range(60):
                relay_some(town.database, LeasePolicy(batch=5))
        except BaseException as error:
            failures.append(error)

    relays = [threading.Thread(target=relay_on) for _ in range(3)]
    [thread.start() for thread in relays]
    [thread.join() for thread in relays]
    assert failures == []
    assert all(work.done_at for work in works(town))
    assert all(work.claims == 1 for work in works(town))
    with town.database.reading() as session:
        stream_of = dict(session.execute(select(Event.id, Event.stream)).all())
    planned_events = defaultdict(list)
    for _, event_id in lines(town):
        planned_events[stream_of[event_id]].append(event_id)
    assert all(events == sorted(events) for events in planned_events.values())
    assert len(lines(town)) == len(set(lines(town)))


def test_what_another_has_claimed_is_left_alone_and_so_is_what_follows_it(town):
    ref = town.hand_in()
    first = works(town)[0]
    with town.database.transaction() as session:
        held = {"lease_token": "other", "lease_until": now_in(session, 60), "claims": 1}
        session.execute(update(OutboxEntry).values(**held))
    town.change(ref, State.IN_PROGRESS)
    assert relay_some(town.database) is None
    with town.database.transaction() as session:
        session.execute(update(OutboxEntry).where(OutboxEntry.id == first.id).values(lease_until=now_in(session, -1)))
    relay_all(town)
    assert all(work.done_at for work in works(town))
    assert works(town)[0].claims == 2


def now_in(session, seconds):
    return session.scalars(select(now())).one() + timedelta(seconds=seconds)


def test_one_whose_lease_is_over_writes_nothing(town, monkeypatch):
    town.hand_in()

    def slow(session, ids):
        with_other_eyes = update(OutboxEntry).values(lease_token="another")
        session.execute(with_other_eyes)
        return plan_events(session, ids)

    monkeypatch.setattr(relay, "plan_events", slow)
    relay_some(town.database)
    assert lines(town) == []
    assert not any(work.done_at for work in works(town))


def test_poison_stands_aside_and_takes_no_other_with_it(town, monkeypatch):
    poisoned, other = town.hand_in(), town.hand_in()
    with town.database.reading() as session:
        bad_event = session.scalars(select(Event).order_by(Event.id)).first().id
    begun = []

    def plan(session, ids):
        if bad_event in ids:
            begun.append(bad_event)
            raise ZeroDivisionError
        return plan_events(session, ids)

    monkeypatch.setattr(relay, "plan_events", plan)
    town.change(poisoned, State.IN_PROGRESS)
    for _ in range(6):
        relay_all(town, LeasePolicy(most_claims=3))
        let_failed_be_due(town)
    (aside,) = [work for work in works(town) if work.set_aside_at]
    assert (aside.event_id, aside.claims) == (bad_event, 3)
    assert len(begun) <= 4  # once with the others, then alone
    assert all(work.done_at for work in works(town) if work.id != aside.id)
    assert len(town.deliveries("set_aside")) >= 1
    assert other


def test_what_kills_its_relay_is_set_aside_in_the_end(town, monkeypatch):
    town.hand_in()
    town.hand_in()

    def die(session, ids):
        raise SystemExit

    monkeypatch.setattr(relay, "plan_events", die)
    died = 0
    for _ in range(20):
        try:
            relay_some(town.database, QUICK)
        except SystemExit:
            died += 1
    assert all(work.set_aside_at for work in works(town) if work.stream)
    assert died <= 3 * len(works(town))


def test_an_alarm_that_cannot_be_planned_sounds_no_other(town, monkeypatch):
    town.hand_in()

    def fail(session, ids):
        raise ZeroDivisionError

    monkeypatch.setattr(relay, "plan_events", fail)
    for _ in range(30):
        relay_some(town.database, QUICK)
        let_failed_be_due(town)
    with town.database.reading() as session:
        alarms = session.scalar(select(func.count(Event.id)).where(Event.type == "house.set_aside"))
    assert alarms == 1


def test_an_event_of_a_type_that_we_do_not_know_waits_without_being_counted(town, monkeypatch):
    ref, other = town.hand_in(), town.hand_in()
    monkeypatch.delitem(WHO_IS_TOLD, "case.started")
    town.change(ref, State.IN_PROGRESS)
    town.comment(ref, "Nytt", "public")
    for _ in range(10):
        relay_all(town)
        let_failed_be_due(town)
    waiting = [work for work in works(town) if not work.done_at]
    assert [work.claims for work in waiting] == [0, 0]  # and what follows it in its stream
    assert not any(work.set_aside_at for work in works(town))
    monkeypatch.undo()
    relay_all(town)
    assert all(work.done_at for work in works(town))
    assert other


# --- ticks -----------------------------------------------------------------------------------


@pytest.fixture
def swept(town):
    refs = [town.assigned() for _ in range(3)]
    relay_all(town)
    sweep(town.database, now=A_TUESDAY + timedelta(days=30))
    assert refs
    return town


def test_a_tick_is_planned_once_by_one_letter_for_each_address(swept):
    before = len(swept.deliveries("digest"))
    while plan_event_batch(swept.database) is not None:
        pass
    with swept.database.reading() as session:
        ticks = session.scalars(select(EventBatch)).all()
        per_address = session.execute(
            select(Delivery.occasion, Delivery.recipient, func.count())
            .where(Delivery.occasion.like("tick:%"))
            .group_by(Delivery.occasion, Delivery.recipient)
        ).all()
    assert all(tick.planned_at for tick in ticks)
    assert per_address
    assert all(count == 1 for *_, count in per_address)
    assert before == 0


def test_a_tick_that_is_not_sealed_waits(swept):
    with swept.database.transaction() as session:
        session.execute(update(EventBatch).values(sealed_at=None))
    assert plan_event_batch(swept.database) is None


def test_what_a_tick_tells_stands_between_what_happened_before_it_and_after_it(town):
    ref = town.hand_in()
    sweep(town.database, now=A_TUESDAY + timedelta(days=30))
    town.change(ref, State.DONE, note="Lagat", at=A_TUESDAY + timedelta(days=31))
    assert plan_event_batch(town.database) is None, "what happened before it is not planned yet"
    relay_all(town)
    assert len(works(town, done_at=None)) == 1, "what happened after it waits"
    while plan_event_batch(town.database) is not None:
        relay_all(town)
    planned_events = [event for _, event in lines(town)]
    assert planned_events == sorted(planned_events)
    assert not works(town, done_at=None)


def test_a_story_plans_what_came_before_a_tick_the_tick_and_what_came_after_it(town):
    ref = town.hand_in()
    sweep(town.database, now=A_TUESDAY + timedelta(days=30))
    town.change(ref, State.DONE, note="Lagat", at=A_TUESDAY + timedelta(days=31))
    drain_outbox(town.database)
    assert not works(town, done_at=None)


def test_a_tick_whose_sweeper_died_holds_nothing_back(swept):
    with swept.database.transaction() as session:
        session.execute(update(EventBatch).values(sealed_at=None, lease_until=None))
        ref = session.scalars(select(Case.ref)).first()
    swept.change(ref, State.DONE, note="Lagat", at=A_TUESDAY + timedelta(days=31))
    relay_all(swept)
    assert not works(swept, done_at=None)


def seal(town, *, sealed_at):
    with town.database.transaction() as session:
        session.execute(update(EventBatch).values(sealed_at=sealed_at, lease_token=None, lease_until=None))


def a_sweep_dies_and_somebody_acts(town):
    ref = town.hand_in()
    relay_all(town)
    sweep(town.database, now=A_TUESDAY + timedelta(days=30))
    seal(town, sealed_at=None)
    town.change(ref, State.DONE, note="Lagat", at=A_TUESDAY + timedelta(days=31))


def test_a_tick_that_is_sealed_late_does_not_wait_for_what_waits_for_it(town):
    a_sweep_dies_and_somebody_acts(town)
    seal(town, sealed_at=now())
    relay_all(town)
    assert len(works(town, done_at=None)) == 1, "the sweep is told first"
    drain_outbox(town.database)
    planned_events = [event for _, event in lines(town)]
    assert planned_events == sorted(planned_events)
    assert not works(town, done_at=None)


def test_two_ticks_that_are_sealed_late_do_not_wait_for_what_waits_for_the_other(town):
    a_sweep_dies_and_somebody_acts(town)
    second = town.hand_in(at=A_TUESDAY + timedelta(days=31))
    sweep(town.database, now=A_TUESDAY + timedelta(days=40))
    seal(town, sealed_at=None)
    town.change(second, State.DONE, note="Lagat", at=A_TUESDAY + timedelta(days=41))
    seal(town, sealed_at=now())
    drain_outbox(town.database)
    with town.database.reading() as session:
        assert len(session.scalars(select(EventBatch).where(EventBatch.planned_at.is_not(None))).all()) == 2
    assert not works(town, done_at=None)


def test_what_follows_a_type_that_we_do_not_know_holds_no_tick_back(town, monkeypatch):
    ref = town.hand_in()
    relay_all(town)
    monkeypatch.delitem(WHO_IS_TOLD, "case.started")
    town.change(ref, State.IN_PROGRESS)
    town.comment(ref, "Nytt", "public")
    relay_all(town)
    sweep(town.database, now=A_TUESDAY + timedelta(days=90))
    assert plan_event_batch(town.database)
    assert len(works(town, done_at=None)) == 2


def test_one_bad_recipient_keeps_no_other_from_being_told(town, monkeypatch):
    for unit in ("gata", "skola"):
        town.change(town.hand_in(), State.ASSIGNED, responsible=unit)
    relay_all(town)
    sweep(town.database, now=A_TUESDAY + timedelta(days=30))
    seen, planned = [], []

    def plan(session, tick, drafts):
        seen.extend(draft.recipient.key for draft in drafts)
        if seen[0] in {draft.recipient.key for draft in drafts}:
            raise ZeroDivisionError
        planned.extend(draft.recipient.key for draft in drafts)
        return plan_batch_for(session, tick, drafts)

    monkeypatch.setattr(sweep_letters, "plan_batch_for", plan)
    for _ in range(8):
        plan_event_batch(town.database, LeasePolicy(lease=timedelta(0), most_claims=3))
    with town.database.reading() as session:
        tick = session.scalars(select(EventBatch)).one()
        occasions = set(session.scalars(select(Delivery.occasion).where(Delivery.occasion.like("tick:%"))))
    assert tick.set_aside_at
    assert tick.planned_at is None
    assert occasions
    assert set(planned) == set(seen) - {seen[0]}
