"""The letters of a tick: planned when its sweep is complete, some addresses in one transaction.

One that cannot be planned keeps no other back: those beside it are then planned one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from cases.database import Database, now, present
from cases.ladder.ticks import Tick
from notifications.leases import LeaseLost, Pace, take
from notifications.planning import Mailing, plan_tick_for, tick_recipients
from notifications.set_aside import NO_VERDICT, set_aside_tick
from workers.turns import MOMENT, goes_before_a_tick

LOG = structlog.get_logger()
PACE = Pace()
AT_ONCE = 50  # addresses in one transaction


@dataclass(frozen=True)
class _Held:
    """A tick that is ours for as long as the lease of its token runs."""

    tick: Tick
    token: str
    pace: Pace


def plan_a_tick(database: Database, pace: Pace = PACE) -> int | None:
    """Plan the oldest sealed tick; give how many deliveries are new, or None when there was none to plan."""
    with database.reading() as session:
        if session.execute(SEALED, {"moment": present(session)}).first() is None:
            return None
    with database.transaction() as session:
        tick, token = _claim(session, pace)
    if tick is None:
        return None
    planned, failed = _plan(database, _Held(tick, token, pace))
    if failed:
        LOG.error("tick.not_planned", tick=tick.id, claims=tick.claims, error=failed)
        return None  # claimed again when the lease is over, and set aside in the end
    _finish(database, tick, token)
    LOG.info("tick.planned", tick=tick.id, letters=planned)
    return planned


def _sealed() -> Select[Tick]:
    """Select the oldest tick to plan, when nothing goes before it any more.

    Before the first claim a lease is the sweeper's, which has sealed it.
    """
    free = or_(Tick.claims == 0, Tick.lease_until.is_(None), Tick.lease_until <= MOMENT)
    return (
        select(Tick)
        .where(
            Tick.planned_at.is_(None),
            Tick.sealed_at.isnot(None),
            Tick.set_aside_at.is_(None),
            free,
            ~goes_before_a_tick(),
        )
        .order_by(Tick.id)
        .limit(1)
    )


SEALED = _sealed()
OPEN = SEALED.with_for_update(skip_locked=True)


def _claim(session: Session, pace: Pace) -> tuple[Tick | None, str]:
    tick = session.scalar(OPEN, {"moment": present(session)})
    if tick is None:
        return None, ""
    if tick.claims >= pace.most_claims:
        set_aside_tick(session, tick, NO_VERDICT.format(pace.most_claims))
        return None, ""
    return tick, take(session, Tick, [tick.id], pace, present(session))


def _plan(database: Database, held: _Held) -> tuple[int, str]:
    """Plan each recipient's letter; give how many are new, and an error if there was one."""
    with database.reading() as session:
        recipients = tick_recipients(session, held.tick)
    portions = [recipients[start : start + AT_ONCE] for start in range(0, len(recipients), AT_ONCE)]
    return _summed([_plan_some(database, held, portion) for portion in portions])


def _plan_some(database: Database, held: _Held, recipients: Sequence[Mailing]) -> tuple[int, str]:
    """Plan these letters in one transaction, or each in its own when that fails."""
    try:
        with database.transaction() as session:
            _keep(session, held)
            return plan_tick_for(session, held.tick, recipients), ""
    except LeaseLost:
        raise
    except Exception as error:
        if len(recipients) == 1:
            return 0, type(error).__name__
    return _summed([_plan_some(database, held, [one]) for one in recipients])


def _summed(results: Sequence[tuple[int, str]]) -> tuple[int, str]:
    return sum(planned for planned, _ in results), next((failed for _, failed in results if failed), "")


def _finish(database: Database, tick: Tick, token: str) -> None:
    with database.transaction() as session:
        held = update(Tick).where(Tick.id == tick.id, Tick.lease_token == token)
        session.execute(held.values(planned_at=now(), lease_token=None, lease_until=None))


def _keep(session: Session, held: _Held) -> None:
    """Go on holding the tick; `LeaseLost` when somebody else has it by now."""
    ours = update(Tick).where(Tick.id == held.tick.id, Tick.lease_token == held.token)
    kept = ours.values(lease_until=present(session) + held.pace.lease).returning(Tick.id)
    if session.execute(kept).first() is None:
        raise LeaseLost
