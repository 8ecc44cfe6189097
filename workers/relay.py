"""The relay: claims what is still to be done about events, and lets each be planned into rows, oldest first.

In a stream nothing newer is planned before what is older. What it died over is claimed again; what it dies over again
and again is set aside.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased

from cases.database import Database, now, present
from cases.records.wire import Work
from notifications.asking import among, asked
from notifications.claiming import without_suspects
from notifications.leases import LeaseLost, Pace, give_back, is_free, take
from notifications.planning import plan_events
from notifications.set_aside import NO_VERDICT, set_aside_work
from notifications.who_is_told import UnknownEvent
from workers.turns import MOMENT, is_its_turn, is_open

LOG = structlog.get_logger()
FAILED_WAITS = timedelta(seconds=2)
WAITS: dict[type[Exception], timedelta] = {UnknownEvent: timedelta(seconds=30)}
BLAMELESS = (UnknownEvent, OperationalError)
PACE = Pace(batch=50)


def is_any_work(database: Database) -> bool:
    """Say whether something could be claimed now."""
    with database.reading() as session:
        return bool(asked(session, HEADS, {"moment": present(session), "most": 1}))


def relay_some(database: Database, pace: Pace = PACE) -> int | None:
    """Plan some events; give how many deliveries are new, or None when there was nothing to do."""
    if not is_any_work(database):
        return None
    with database.transaction() as session:
        claimed = _claim(session, pace)
    if not claimed.works:
        return None
    if len(claimed.works) > 1:
        try:
            return _plan(database, claimed.token, claimed.works)
        except Exception as error:
            LOG.info("relay.one_by_one", works=len(claimed.works), error=type(error).__name__)
    return _plan_one_by_one(database, claimed, pace)


# --- claiming ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Todo:
    id: int
    event_id: int
    stream: int


@dataclass(frozen=True)
class _Claimed:
    token: str
    works: list[_Todo]  # oldest first


def _claim(session: Session, pace: Pace) -> _Claimed:
    """Claim the oldest open work of some streams, and what follows it there.

    Work that was begun before without an end is claimed alone, so that it takes no other with it.
    """
    moment = present(session)
    heads = list(asked(session, LOCKED_HEADS, {"moment": moment, "most": pace.batch}))
    while heads and heads[0].claims >= pace.most_claims:
        _set_aside(session, heads.pop(0).id, NO_VERDICT.format(pace.most_claims))
    ids = without_suspects([(row.id, row.claims) for row in heads])
    works = [_Todo(row.id, row.event_id, row.stream) for row in heads if row.id in ids]
    if works and not heads[0].claims:
        works = _with_followers(session, works, moment, pace.batch)
    return _Claimed(take(session, Work, [work.id for work in works], pace, moment) if works else "", works)


def _heads() -> Select[int, int, int, int]:
    """Select the oldest open work of each stream, where it may be begun now."""
    older = aliased(Work)
    # The least, rather than none before it: PostgreSQL then asks the index, whatever it believes of the table's size.
    first = select(func.min(older.id)).where(older.stream == Work.stream, *is_open(older)).scalar_subquery()
    return (
        select(Work.id, Work.claims, Work.stream, Work.event_id)
        .where(*is_open(Work), is_free(Work, MOMENT), Work.id == first, is_its_turn())
        .order_by(Work.id)
        .limit(bindparam("most"))
    )


def _with_followers(session: Session, heads: list[_Todo], moment: datetime, limit: int) -> list[_Todo]:
    """Give the heads and what follows each in its stream without a gap: whoever has the head has these too."""
    rows = asked(session, IN_STREAMS, {"ids": [head.stream for head in heads], "moment": moment, "most": limit})
    works, ended = {head.id: head for head in heads}, set()
    for id_, event_id, stream, free, claims in rows:
        if not free or claims:
            ended.add(stream)
        elif stream not in ended:
            works[id_] = _Todo(id_, event_id, stream)
    return [works[id_] for id_ in sorted(works)]


HEADS = _heads()
LOCKED_HEADS = HEADS.with_for_update(of=Work, skip_locked=True)
IN_STREAMS = (
    select(Work.id, Work.event_id, Work.stream, is_free(Work, MOMENT) & is_its_turn(), Work.claims)
    .where(*is_open(Work), among(Work.stream, "ids"))
    .order_by(Work.id)
    .limit(bindparam("most"))
)


# --- planning ----------------------------------------------------------------------------


DONE = (
    update(Work)
    .where(among(Work.id, "ids"), Work.lease_token == bindparam("token"))
    .values(done_at=now(), lease_token=None, lease_until=None, last_error=None)
    .returning(Work.id)
)


def _plan(database: Database, token: str, works: list[_Todo]) -> int:
    """Plan these events and mark them done, in one transaction; give how many deliveries are new."""
    with database.transaction() as session:
        planned = plan_events(session, [work.event_id for work in works])
        ended = asked(session, DONE, {"ids": [work.id for work in works], "token": token})
        if len(ended) != len(works):
            raise LeaseLost
    return planned


def _plan_one_by_one(database: Database, claimed: _Claimed, pace: Pace) -> int:
    planned, blocked = 0, set()
    for work in claimed.works:
        if work.stream in blocked:
            with database.transaction() as session:
                give_back(session, Work, claimed.token, [work.id])
            continue
        try:
            planned += _plan(database, claimed.token, [work])
        except Exception as error:
            blocked.add(work.stream)
            with database.transaction() as session:
                _record_failure(session, (work.id, claimed.token), error, pace)
    return planned


def _record_failure(session: Session, held: tuple[int, str], error: Exception, pace: Pace) -> None:
    """Try it again later. What is no fault of the work (an unknown type, a trouble of the database) counts nothing."""
    id_, token = held
    work = session.scalar(select(Work).where(Work.id == id_, Work.lease_token == token))
    if work is None:
        return
    LOG.warning("relay.not_planned", work=id_, claims=work.claims, error=type(error).__name__)
    work.last_error = type(error).__name__
    if isinstance(error, BLAMELESS):
        work.claims -= 1
    elif work.claims >= pace.most_claims:
        return set_aside_work(session, work, f"cannot be planned: {type(error).__name__}")
    work.lease_token = work.lease_until = None
    work.next_attempt_at = present(session) + WAITS.get(type(error), FAILED_WAITS)


def _set_aside(session: Session, work_id: int, reason: str) -> None:
    set_aside_work(session, session.get_one(Work, work_id), reason)
    session.flush()
