"""The relay: claims what is still to be done about events, and lets each be planned into rows, oldest first.

In a stream nothing newer is planned before what is older. What it died over is claimed again; what it dies over again
and again is set aside.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased

from cases.database.clock import now, present
from cases.database.leases.claims import MOMENT, Claim, Queue, claim
from cases.database.leases.leased import LeaseLost, LeasePolicy, finish, finish_statement, is_free, release, row_if_held
from cases.database.queries import any_of, fetch_rows
from cases.database.transactions import Database
from cases.history.outbox import OutboxEntry
from notifications.planning.planning import plan_events
from notifications.set_aside import set_aside_outbox_entry
from notifications.who_is_told import UnknownEvent
from workers.relay.ordering import is_open, no_sweep_before

LOG = structlog.get_logger()
FAILED_WAITS = timedelta(seconds=2)
WAITS: dict[type[Exception], timedelta] = {UnknownEvent: timedelta(seconds=30)}
BLAMELESS = (UnknownEvent, OperationalError)
PACE = LeasePolicy(batch=50)


def is_any_work(database: Database) -> bool:
    """Say whether something could be claimed now."""
    with database.reading() as session:
        return bool(fetch_rows(session, HEADS, {"moment": present(session), "most": 1}))


def relay_some(database: Database, pace: LeasePolicy = PACE) -> int | None:
    """Plan some events; give how many deliveries are new, or None when there was nothing to do."""
    if not is_any_work(database):
        return None
    with database.transaction() as session:
        claimed = claim(session, QUEUE, pace, present(session))
    if not claimed.rows:
        return None
    if len(claimed.rows) > 1:
        try:
            return _plan(database, claimed.token, claimed.rows)
        except Exception as error:
            LOG.info("relay.one_by_one", works=len(claimed.rows), error=type(error).__name__)
    return _plan_one_by_one(database, claimed, pace)


# --- claiming ----------------------------------------------------------------------------


class _Todo(NamedTuple):
    """Claimed work."""

    id: int
    event_id: int
    stream: int


def _heads() -> Select[int, int, int, int]:
    """Select the oldest open work of each stream, where it may be begun now."""
    older = aliased(OutboxEntry)
    # The least, rather than none before it: PostgreSQL then asks the index, whatever it believes of the table's size.
    first = select(func.min(older.id)).where(older.stream == OutboxEntry.stream, *is_open(older)).scalar_subquery()
    return (
        select(OutboxEntry.id, OutboxEntry.claims, OutboxEntry.stream, OutboxEntry.event_id)
        .where(*is_open(OutboxEntry), is_free(OutboxEntry, MOMENT), OutboxEntry.id == first, no_sweep_before())
        .order_by(OutboxEntry.id)
        .limit(bindparam("most"))
    )


def _with_followers(session: Session, heads: Sequence[Any], moment: datetime, limit: int) -> list[_Todo]:
    """Give the heads and what follows each in its stream without a gap: whoever has the head has these too.

    A head that was begun before is followed by nothing, so that it takes no other with it.
    """
    works = {head.id: _Todo(head.id, head.event_id, head.stream) for head in heads}
    rows, ended = [] if heads[0].claims else _in_streams(session, heads, moment, limit), set()
    for id_, event_id, stream, free, claims in rows:
        if not free or claims:
            ended.add(stream)
        elif stream not in ended:
            works[id_] = _Todo(id_, event_id, stream)
    return [works[id_] for id_ in sorted(works)]


def _in_streams(session: Session, heads: Sequence[Any], moment: datetime, limit: int) -> Sequence[Any]:
    return fetch_rows(session, IN_STREAMS, {"ids": [head.stream for head in heads], "moment": moment, "most": limit})


HEADS = _heads()
LOCKED_HEADS = HEADS.with_for_update(of=OutboxEntry, skip_locked=True)
IN_STREAMS = (
    select(
        OutboxEntry.id,
        OutboxEntry.event_id,
        OutboxEntry.stream,
        is_free(OutboxEntry, MOMENT) & no_sweep_before(),
        OutboxEntry.claims,
    )
    .where(*is_open(OutboxEntry), any_of(OutboxEntry.stream, "ids"))
    .order_by(OutboxEntry.id)
    .limit(bindparam("most"))
)
QUEUE = Queue(OutboxEntry, LOCKED_HEADS, set_aside_outbox_entry, _with_followers)


# --- planning ----------------------------------------------------------------------------


DONE = finish_statement(OutboxEntry, done_at=now(), last_error=None)


def _plan(database: Database, token: str, works: Sequence[_Todo]) -> int:
    """Plan these events and mark them done, in one transaction; give how many deliveries are new."""
    with database.transaction() as session:
        planned = plan_events(session, [work.event_id for work in works])
        if finish(session, DONE, token, [work.id for work in works]) != len(works):
            raise LeaseLost
    return planned


def _plan_one_by_one(database: Database, claimed: Claim, pace: LeasePolicy) -> int:
    planned, blocked = 0, set()
    for work in claimed.rows:
        if work.stream in blocked:
            with database.transaction() as session:
                release(session, OutboxEntry, claimed.token, [work.id])
            continue
        try:
            planned += _plan(database, claimed.token, [work])
        except Exception as error:
            blocked.add(work.stream)
            with database.transaction() as session:
                _record_failure(session, work.id, claimed.token, error, pace)
    return planned


def _record_failure(session: Session, work_id: int, token: str, error: Exception, pace: LeasePolicy) -> None:
    """Try it again later. What is no fault of the work (an unknown type, a trouble of the database) counts nothing."""
    work = row_if_held(session, OutboxEntry, token, work_id)
    if work is None:
        return
    LOG.warning("relay.not_planned", work=work_id, claims=work.claims, error=type(error).__name__)
    work.last_error = type(error).__name__
    if isinstance(error, BLAMELESS):
        work.claims -= 1
    elif work.claims >= pace.most_claims:
        return set_aside_outbox_entry(session, work, f"cannot be planned: {type(error).__name__}")
    work.end_lease()
    work.next_attempt_at = present(session) + WAITS.get(type(error), FAILED_WAITS)
