"""What is due is claimed by one worker at a time, counted, and finished only by the one who holds it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, select
from support.houses.statements import counted

from cases.database.leases.claims import MOMENT, Claim, Queue, claim
from cases.database.leases.leased import LeasePolicy, finish, finish_statement, is_unleased, release, renew, row_if_held
from cases.database.transactions import Database
from cases.history.event_batches import EventBatch

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
PACE = LeasePolicy(lease=timedelta(seconds=10), most_claims=3, batch=5)
DUE = (
    select(EventBatch.id, EventBatch.claims)
    .where(EventBatch.planned_at.is_(None), is_unleased(EventBatch, MOMENT))
    .order_by(EventBatch.id)
)
PLANNED = finish_statement(EventBatch, "planned_at", set_aside_at=None)


def aside(session, tick: EventBatch, reason: str) -> None:
    tick.planned_at = AT
    tick.set_aside_at = AT
    assert reason == "begun 3 times without an end"


QUEUE = Queue(EventBatch, DUE.limit(bindparam("most")).with_for_update(skip_locked=True), aside)


@pytest.fixture
def ticks(database: Database) -> Database:
    with database.transaction() as session:
        session.add_all(EventBatch(at=AT, started_at=AT) for _ in range(4))
    return database


def claimed(database: Database, at: datetime = AT, queue: Queue = QUEUE) -> Claim:
    with database.transaction() as session:
        return claim(session, queue, PACE, at)


def all_of(database: Database) -> list[EventBatch]:
    with database.reading() as session:
        return list(session.scalars(select(EventBatch).order_by(EventBatch.id)))


def test_what_is_claimed_is_claimed_by_nobody_else_until_its_lease_is_over(ticks: Database) -> None:
    first = claimed(ticks)
    assert first.keys == [tick.id for tick in all_of(ticks)]
    assert all(tick.lease_token == first.token and tick.lease_until == AT + PACE.lease for tick in all_of(ticks))
    assert claimed(ticks, AT + PACE.lease - timedelta(seconds=1)) == Claim(EventBatch, "", [])
    assert claimed(ticks, AT + PACE.lease).rows


def test_what_was_begun_before_is_claimed_alone_and_set_aside_in_the_end(ticks: Database) -> None:
    first, *others = claimed(ticks).keys
    later = [claimed(ticks, AT + n * PACE.lease).keys for n in (1, 2, 3)]
    assert later == [[first], [first], others[:1]]
    assert [tick.claims for tick in all_of(ticks)] == [3, 2, 1, 1]
    assert [bool(tick.set_aside_at) for tick in all_of(ticks)] == [True, False, False, False]


def test_what_is_fresh_is_claimed_up_to_what_was_begun_before(ticks: Database) -> None:
    ids = [tick.id for tick in all_of(ticks)]
    with ticks.transaction() as session:
        session.get_one(EventBatch, ids[2]).claims = 1
    assert claimed(ticks).keys == ids[:2]


def test_followers_are_claimed_with_it(ticks: Database) -> None:
    ids = [tick.id for tick in all_of(ticks)]
    queue = Queue(EventBatch, QUEUE.due, aside, lambda _session, rows, _moment, _most: rows[:1])
    assert claimed(ticks, queue=queue).keys == ids[:1]
    assert [bool(tick.lease_token) for tick in all_of(ticks)] == [True, False, False, False]


def test_what_is_finished_is_nobodys_and_holds_what_was_said(ticks: Database) -> None:
    ours = claimed(ticks)
    with ticks.transaction() as session:
        assert finish(session, PLANNED, ours.token, ours.keys[:2], planned_at=AT) == 2
    assert [tick.planned_at for tick in all_of(ticks)] == [AT, AT, None, None]
    assert [tick.lease_token for tick in all_of(ticks)] == [None, None, ours.token, ours.token]


def test_who_has_lost_a_lease_neither_keeps_nor_ends_it(ticks: Database) -> None:
    late = claimed(ticks)
    claimed(ticks, AT + PACE.lease)
    first, *others = late.keys
    with ticks.transaction() as session:
        assert row_if_held(session, EventBatch, late.token, first) is None
        assert renew(session, EventBatch, late.token, late.keys, AT + timedelta(hours=1)) == len(others)
        assert finish(session, PLANNED, late.token, late.keys, planned_at=AT) == len(others)
    assert all_of(ticks)[0].planned_at is None
    assert all_of(ticks)[0].lease_until == AT + 2 * PACE.lease


def test_what_is_given_back_does_not_count(ticks: Database) -> None:
    ours = claimed(ticks)
    with ticks.transaction() as session:
        release(session, EventBatch, ours.token, ours.keys[1:])
    assert [(tick.claims, bool(tick.lease_token)) for tick in all_of(ticks)] == [(1, True)] + [(0, False)] * 3


def test_statements_are_the_same_for_one_row_and_for_many(ticks: Database) -> None:
    ours = claimed(ticks)
    for act in (
        lambda session, keys: release(session, EventBatch, ours.token, keys),
        lambda session, keys: renew(session, EventBatch, ours.token, keys, AT),
        lambda session, keys: finish(session, PLANNED, ours.token, keys, planned_at=AT),
    ):
        with ticks.transaction() as session, counted(ticks) as statements:
            act(session, ours.keys[:1])
            act(session, ours.keys[1:])
        assert len(statements) == 2
        assert len(set(statements)) == 1
