"""The letters of a tick: planned when its sweep is complete, one transaction for each address."""

from datetime import datetime

import structlog
from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from cases.database import Database, now
from cases.ticks import Tick
from notifications.leases import LeaseLost, Pace, present, take
from notifications.planning import plan_tick_for, tick_recipients
from notifications.set_aside import NO_VERDICT, set_aside_tick

LOG = structlog.get_logger()
PACE = Pace()


def plan_a_tick(database: Database, pace: Pace = PACE) -> int | None:
    """Plan the oldest sealed tick; give how many deliveries are new, or None when there was none to plan."""
    with database.reading() as session:
        if session.execute(_sealed(present(session))).first() is None:
            return None
    with database.transaction() as session:
        tick, token = _claim(session, pace)
    if tick is None:
        return None
    planned, failed = _plan(database, tick, token, pace)
    if failed:
        LOG.error("tick.not_planned", tick=tick.id, claims=tick.claims, error=failed)
        return None  # claimed again when the lease is over, and set aside in the end
    _finish(database, tick, token)
    LOG.info("tick.planned", tick=tick.id, letters=planned)
    return planned


def _sealed(moment: datetime) -> Select[Tick]:
    """Select the oldest tick to plan. Before the first claim a lease is the sweeper's, which has sealed it."""
    free = or_(Tick.claims == 0, Tick.lease_until.is_(None), Tick.lease_until <= moment)
    return (
        select(Tick)
        .where(Tick.planned_at.is_(None), Tick.sealed_at.isnot(None), Tick.set_aside_at.is_(None), free)
        .order_by(Tick.id)
        .limit(1)
    )


def _claim(session: Session, pace: Pace) -> tuple[Tick | None, str]:
    tick = session.scalar(_sealed(present(session)).with_for_update(skip_locked=True))
    if tick is None:
        return None, ""
    if tick.claims >= pace.most_claims:
        set_aside_tick(session, tick, NO_VERDICT.format(pace.most_claims))
        return None, ""
    return tick, take(session, Tick, [tick.id], pace, present(session))


def _plan(database: Database, tick: Tick, token: str, pace: Pace) -> tuple[int, str]:
    """Plan each recipient's letter; one that fails keeps no other back. Gives the new ones and the last error."""
    planned, failed = 0, ""
    with database.reading() as session:
        recipients = tick_recipients(session, tick)
    for recipient in recipients:
        try:
            with database.transaction() as session:
                _keep(session, tick, token, pace)
                planned += plan_tick_for(session, tick, recipient)
        except LeaseLost:
            raise
        except Exception as error:
            failed = type(error).__name__
    return planned, failed


def _finish(database: Database, tick: Tick, token: str) -> None:
    with database.transaction() as session:
        held = update(Tick).where(Tick.id == tick.id, Tick.lease_token == token)
        session.execute(held.values(planned_at=now(), lease_token=None, lease_until=None))


def _keep(session: Session, tick: Tick, token: str, pace: Pace) -> None:
    """Go on holding the tick; `LeaseLost` when somebody else has it by now."""
    held = update(Tick).where(Tick.id == tick.id, Tick.lease_token == token)
    kept = held.values(lease_until=present(session) + pace.lease).returning(Tick.id)
    if session.execute(kept).first() is None:
        raise LeaseLost
