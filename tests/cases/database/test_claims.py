"""What is due is claimed by one worker at a time, counted, and finished only by the one who holds it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, select
from support.houses.statements import counted

from cases.database.clock import present
from cases.database.leases.claims import MOMENT, Claim, Queue, claim
from cases.database.leases.leased import LeasePolicy, finish, finish_statement, is_unleased, release, renew, row_if_held
from cases.database.transactions import Database
from cases.history.event_batches import EventBatch

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = LeasePolicy(lease=timedelta(seconds=10), most_claims=3, batch=5)
DUE = (
    select(EventBatch.id, EventBatch.claims)
    .where(EventBatch.planned_at.is_(None), is_unleased(EventBatch, MOMENT))
    .order_by(EventBatch.id)
)
PLANNED = finish_statement(EventBatch, "planned_at", set_aside_at=None)


def set_aside(session, batch: EventBatch, reason: str) -> None:
    batch.planned_at = AT
    batch.set_aside_at = AT
    assert reason == "begun 3 times without an end"


QUEUE = Queue(EventBatch, DUE.limit(bindparam("most")).with_for_update(skip_locked=True), set_aside)


@pytest.fixture
def batches(database: Database) -> Database:
    with database.transaction() as session:
        session.add_all(EventBatch(at=AT, started_at=AT) for _ in range(4))
    return database


def claimed(database: Database, at: datetime = AT, queue: Queue = QUEUE) -> Claim:
    with database.transaction() as session:
        return claim(session, queue, POLICY, at)


def all_batches(database: Database) -> list[EventBatch]:
    with database.reading() as session:
        return list(session.scalars(select(EventBatch).order_by(EventBatch.id)))


def test_what_is_claimed_is_claimed_by_nobody_else_until_its_lease_is_over(batches: Database) -> None:
    first = claimed(batches)
    assert first.keys == [batch.id for batch in all_batches(batches)]
    assert all(
        batch.lease_token == first.token and batch.lease_until == AT + POLICY.lease for batch in all_batches(batches)
    )
    assert claimed(batches, AT + POLICY.lease - timedelta(seconds=1)) == Claim(EventBatch, "", [])
    assert claimed(batches, AT + POLICY.lease).rows


def test_where_no_moment_is_given_the_claim_itself_reads_the_clock_once(batches: Database) -> None:
    first, second, *others = [batch.id for batch in all_batches(batches)]
    with batches.transaction() as session:
        before = present(session)
        session.get_one(EventBatch, first).lease_until = before + timedelta(minutes=1)
        session.get_one(EventBatch, second).lease_until = before
    with batches.transaction() as session, counted(batches) as statements:
        claim_now = claim(session, QUEUE, POLICY)
        assert len(statements) == 2, "what is due, and the lease"
        assert statements[0].count("ventil_now()" if batches.is_sqlite else "clock_timestamp()") == 1
        after = present(session)
    assert claim_now.keys == [second, *others]
    assert {row.moment for row in claim_now.rows} == {claim_now.rows[0].moment}
    assert before <= claim_now.rows[0].moment <= after
    leases = {batch.lease_until for batch in all_batches(batches) if batch.lease_token == claim_now.token}
    assert leases == {claim_now.rows[0].moment + POLICY.lease}


def test_what_was_begun_before_is_claimed_alone_and_set_aside_in_the_end(batches: Database) -> None:
    first, *others = claimed(batches).keys
    later = [claimed(batches, AT + n * POLICY.lease).keys for n in (1, 2, 3)]
    assert later == [[first], [first], others[:1]]
    assert [batch.claims for batch in all_batches(batches)] == [3, 2, 1, 1]
    assert [bool(batch.set_aside_at) for batch in all_batches(batches)] == [True, False, False, False]


def test_what_is_fresh_is_claimed_up_to_what_was_begun_before(batches: Database) -> None:
    ids = [batch.id for batch in all_batches(batches)]
    with batches.transaction() as session:
        session.get_one(EventBatch, ids[2]).claims = 1
    assert claimed(batches).keys == ids[:2]


def test_followers_are_claimed_with_it(batches: Database) -> None:
    ids = [batch.id for batch in all_batches(batches)]
    queue = Queue(EventBatch, QUEUE.due, set_aside, lambda _session, rows, _moment, _most: rows[:1])
    assert claimed(batches, queue=queue).keys == ids[:1]
    assert [bool(batch.lease_token) for batch in all_batches(batches)] == [True, False, False, False]


def test_what_is_finished_is_nobodys_and_holds_what_was_said(batches: Database) -> None:
    claimed_rows = claimed(batches)
    with batches.transaction() as session:
        assert finish(session, PLANNED, claimed_rows.token, claimed_rows.keys[:2], planned_at=AT) == 2
    assert [batch.planned_at for batch in all_batches(batches)] == [AT, AT, None, None]
    assert [batch.lease_token for batch in all_batches(batches)] == [None, None, claimed_rows.token, claimed_rows.token]


def test_who_has_lost_a_lease_neither_keeps_nor_ends_it(batches: Database) -> None:
    late = claimed(batches)
    claimed(batches, AT + POLICY.lease)
    first, *others = late.keys
    with batches.transaction() as session:
        assert row_if_held(session, EventBatch, late.token, first) is None
        assert renew(session, EventBatch, late.token, late.keys, AT + timedelta(hours=1)) == len(others)
        assert finish(session, PLANNED, late.token, late.keys, planned_at=AT) == len(others)
    assert all_batches(batches)[0].planned_at is None
    assert all_batches(batches)[0].lease_until == AT + 2 * POLICY.lease


def test_what_is_given_back_does_not_count(batches: Database) -> None:
    claimed_rows = claimed(batches)
    with batches.transaction() as session:
        release(session, EventBatch, claimed_rows.token, claimed_rows.keys[1:])
    assert [(batch.claims, bool(batch.lease_token)) for batch in all_batches(batches)] == [(1, True)] + [(0, False)] * 3


def test_statements_are_the_same_for_one_row_and_for_many(batches: Database) -> None:
    claimed_rows = claimed(batches)
    for act in (
        lambda session, keys: release(session, EventBatch, claimed_rows.token, keys),
        lambda session, keys: renew(session, EventBatch, claimed_rows.token, keys, AT),
        lambda session, keys: finish(session, PLANNED, claimed_rows.token, keys, planned_at=AT),
    ):
        with batches.transaction() as session, counted(batches) as statements:
            act(session, claimed_rows.keys[:1])
            act(session, claimed_rows.keys[1:])
        assert len(statements) == 2
        assert len(set(statements)) == 1
