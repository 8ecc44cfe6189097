"""Calls of a short while ago, and taking them back: a tick by mistake must silence nobody, nor a note delay anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.clock import present
from cases.parties import Party
from cases.refusals import NotAllowed, NotFound
from notifications.deliveries import IS_WAITING, NO_ANSWER, Channel, Delivery, Outcome

TAKEN_BACK_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class RungCall:
    """A call that was ticked off, or that nobody answered: the id of its first delivery, whom, and when (UTC)."""

    delivery_id: int
    name: str | None
    at: datetime
    was_answered: bool = True


def just_rung(session: Session) -> list[RungCall]:
    """Return the calls that were noted within the last hour, the latest first: one for each person and note."""
    found: dict[tuple[str, int, str], RungCall] = {}
    for delivery, party in _rows(session):
        rung = RungCall(delivery.id, party.name, _moment_of(delivery), _is_ticked(delivery))
        found.setdefault(_note_of(delivery), rung)
    return sorted(found.values(), key=lambda call: call.at, reverse=True)


def take_back(session: Session, delivery_id: int, *, by: Actor) -> RungCall:
    """Take back what was noted of the call of which this is a delivery, and return that call.

    One that was ticked off is on the list again; one that nobody answered is to be made when it was before. Raises
    `NotAllowed` when `by` is not staff, and `NotFound` when nothing was noted of it within the last hour.
    """
    if not by.is_staff:
        raise NotAllowed(step="tick_off")
    rows = _rows(session)
    notes = {delivery.id: _note_of(delivery) for delivery, _ in rows}
    if delivery_id not in notes:
        raise NotFound(ref=f"call:{delivery_id}")
    of_note = [(delivery, party) for delivery, party in rows if notes[delivery.id] == notes[delivery_id]]
    first, party = of_note[0]
    taken_back = RungCall(first.id, party.name, _moment_of(first), _is_ticked(first))
    for delivery, _ in of_note:
        (_wait_again if taken_back.was_answered else _forget_note)(delivery)
    session.flush()
    return taken_back


def _wait_again(delivery: Delivery) -> None:
    delivery.outcome, delivery.person_id, delivery.finished_at = Outcome.WAITING, None, None
    delivery.context = _without(delivery, "called_at")


def _forget_note(delivery: Delivery) -> None:
    *earlier, note = delivery.context[NO_ANSWER]
    delivery.attempts -= 1
    delivery.first_attempt_at = delivery.first_attempt_at if delivery.attempts else None
    delivery.next_attempt_at = datetime.fromisoformat(note["before"]) if note["before"] else None
    delivery.context = _without(delivery, NO_ANSWER) | ({NO_ANSWER: earlier} if earlier else {})


def _without(delivery: Delivery, name: str) -> dict[str, Any]:
    return {key: value for key, value in delivery.context.items() if key != name}


def _rows(session: Session) -> Sequence[Any]:
    """Return what was noted of calls within the last hour: deliveries with their parties, oldest first."""
    since = present(session) - TAKEN_BACK_WITHIN
    ticked = and_(Delivery.outcome == Outcome.CALLED, Delivery.finished_at > since)
    noted = and_(Delivery.outcome == IS_WAITING, Delivery.attempts > 0)
    found = (
        select(Delivery, Party)
        .join(Party, Party.id == Delivery.party_id)
        .where(Delivery.channel == Channel.CALL, or_(ticked, noted))
        .order_by(Delivery.id)
    )
    rows = session.execute(found).all()
    return [row for row in rows if _is_ticked(row[0]) or (NO_ANSWER in row[0].context and _moment_of(row[0]) > since)]


def _is_ticked(delivery: Delivery) -> bool:
    return delivery.outcome is Outcome.CALLED


def _moment_of(delivery: Delivery) -> datetime:
    context = delivery.context
    return datetime.fromisoformat(context["called_at"] if _is_ticked(delivery) else context[NO_ANSWER][-1]["at"])


def _note_of(delivery: Delivery) -> tuple[str, int, str]:
    """Return what the deliveries of one note have in common: what was noted, who rang, and the moment of it."""
    by = delivery.person_id if _is_ticked(delivery) else delivery.context[NO_ANSWER][-1]["by"]
    return delivery.outcome, by or 0, _moment_of(delivery).isoformat()
