"""The relay: claims outbox entries, oldest first, and plans the letters about their events.

The events of one case are planned in the order in which they happened. An entry whose relay died is claimed again;
after five claims without success it is set aside.
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
RETRY_AFTER = timedelta(seconds=2)
RETRY_AFTER_BY_ERROR: dict[type[Exception], timedelta] = {UnknownEvent: timedelta(seconds=30)}
BLAMELESS = (UnknownEvent, OperationalError)
POLICY = LeasePolicy(batch=50)


class PlannedLetters(NamedTuple):
    """The number of deliveries that were planned; `is_all` is False when there may be more to plan."""

    letters: int
    is_all: bool


def relay_some(database: Database, policy: LeasePolicy = POLICY) -> PlannedLetters | None:
    """Plan the letters of up to `policy.batch` outbox entries, claimed for `policy.lease`.

    Return what was planned, or None when no entry could be claimed.
    """
    with database.transaction() as session:
        claimed = claim(session, QUEUE, policy)
    if not claimed.rows:
        return None
    if len(claimed.rows) > 1:
        try:
            return PlannedLetters(_plan(database, claimed.token, claimed.rows), claimed.is_all)
        except Exception as error:
            LOG.info("relay.one_by_one", works=len(claimed.rows), error=type(error).__name__)
    return PlannedLetters(_plan_one_by_one(database, claimed, policy), claimed.is_all)


# --- claiming ----------------------------------------------------------------------------


class _ClaimedEntry(NamedTuple):
    """The columns of a claimed outbox entry that planning needs."""

    id: int
    event_id: int
    stream: int


def _heads() -> Select[int, int, int, int]:
    """Return the query for the oldest open entry of each stream that may be claimed now."""
    older = aliased(OutboxEntry)
    # min(id), not NOT EXISTS an older one: PostgreSQL then uses the index, whatever its statistics say of the table.
    first = select(func.min(older.id)).where(older.stream == OutboxEntry.stream, *is_open(older)).scalar_subquery()
    return (
        select(OutboxEntry.id, OutboxEntry.claims, OutboxEntry.stream, OutboxEntry.event_id)
        .where(*is_open(OutboxEntry), is_free(OutboxEntry, MOMENT), OutboxEntry.id == first, no_sweep_before())
        .order_by(OutboxEntry.id)
        .limit(bindparam("most"))
    )


def _with_followers(session: Session, heads: Sequence[Any], moment: datetime, limit: int) -> list[_ClaimedEntry]:
    """Return the heads and the entries that follow each in its stream without a gap: the head's claim covers them.

    A head that was claimed before is returned alone, so that an entry that ends its worker takes no other with it.
    """
    entries = {head.id: _ClaimedEntry(head.id, head.event_id, head.stream) for head in heads}
    rows, ended = [] if heads[0].claims else _in_streams(session, heads, moment, limit), set()
    for id_, event_id, stream, free, claims in rows:
        if not free or claims:
            ended.add(stream)
        elif stream not in ended:
            entries[id_] = _ClaimedEntry(id_, event_id, stream)
    return [entries[id_] for id_ in sorted(entries)]


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


def _plan(database: Database, token: str, entries: Sequence[_ClaimedEntry]) -> int:
    """Plan these entries and mark them done, in one transaction; return the number of new deliveries."""
    with database.transaction() as session:
        planned = plan_events(session, [entry.event_id for entry in entries])
        if finish(session, DONE, token, [entry.id for entry in entries]) != len(entries):
            raise LeaseLost
    return planned


def _plan_one_by_one(database: Database, claimed: Claim, policy: LeasePolicy) -> int:
    planned, blocked = 0, set()
    for entry in claimed.rows:
        if entry.stream in blocked:
            with database.transaction() as session:
                release(session, OutboxEntry, claimed.token, [entry.id])
            continue
        try:
            planned += _plan(database, claimed.token, [entry])
        except Exception as error:
            blocked.add(entry.stream)
            with database.transaction() as session:
                _record_failure(session, entry.id, claimed.token, error, policy)
    return planned


def _record_failure(session: Session, entry_id: int, token: str, error: Exception, policy: LeasePolicy) -> None:
    """Let the entry be tried again later, or set it aside after `policy.most_claims` claims.

    The claim does not count when the entry is not to blame: an unknown event type, or a failure of the database.
    """
    entry = row_if_held(session, OutboxEntry, token, entry_id)
    if entry is None:
        return
    LOG.warning("relay.not_planned", work=entry_id, claims=entry.claims, error=type(error).__name__)
    entry.last_error = type(error).__name__
    if isinstance(error, BLAMELESS):
        entry.claims -= 1
    elif entry.claims >= policy.most_claims:
        return set_aside_outbox_entry(session, entry, f"cannot be planned: {type(error).__name__}")
    entry.end_lease()
    entry.next_attempt_at = present(session) + RETRY_AFTER_BY_ERROR.get(type(error), RETRY_AFTER)
