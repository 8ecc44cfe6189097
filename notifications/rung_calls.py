"""Calls that were ticked off a short while ago, and taking that back: a tick by mistake must not silence anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.clock import present
from cases.parties import Party
from cases.refusals import NotAllowed, NotFound
from notifications.deliveries import Channel, Delivery, Outcome

TAKEN_BACK_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class RungCall:
    """A call that was ticked off: the id of its first delivery, whom, and when (UTC)."""

    delivery_id: int
    name: str | None
    at: datetime


def just_rung(session: Session) -> list[RungCall]:
    """Return the calls that were ticked off within the last hour, the latest first: one for each person and tick."""
    found: dict[tuple[int, str], RungCall] = {}
    for delivery, party in _rows(session):
        at = datetime.fromisoformat(delivery.context["called_at"])
        found.setdefault(_tick_of(delivery), RungCall(delivery.id, party.name, at))
    return sorted(found.values(), key=lambda call: call.at, reverse=True)


def take_back(session: Session, delivery_id: int, *, by: Actor) -> str | None:
    """Put the call of which this is a delivery back on the list, as if it had not been ticked off; return whose it is.

    Raises `NotAllowed` when `by` is not staff, and `NotFound` when it was not ticked off within the last hour.
    """
    if not by.is_staff:
        raise NotAllowed(step="tick_off")
    rows = _rows(session)
    ticks = {delivery.id: _tick_of(delivery) for delivery, _ in rows}
    if delivery_id not in ticks:
        raise NotFound(ref=f"call:{delivery_id}")
    of_tick = [(delivery, party) for delivery, party in rows if ticks[delivery.id] == ticks[delivery_id]]
    for delivery, _ in of_tick:
        delivery.outcome, delivery.person_id, delivery.finished_at = Outcome.WAITING, None, None
        delivery.context = {name: value for name, value in delivery.context.items() if name != "called_at"}
    session.flush()
    name: str | None = of_tick[0][1].name
    return name


def _rows(session: Session) -> Sequence[Any]:
    since = present(session) - TAKEN_BACK_WITHIN
    ticked = (Delivery.channel == Channel.CALL, Delivery.outcome == Outcome.CALLED, Delivery.finished_at > since)
    found = select(Delivery, Party).join(Party, Party.id == Delivery.party_id).where(*ticked).order_by(Delivery.id)
    return session.execute(found).all()


def _tick_of(delivery: Delivery) -> tuple[int, str]:
    """Return what the deliveries of one tick have in common: who rang, and the moment that they noted."""
    return delivery.person_id or 0, delivery.context["called_at"]
