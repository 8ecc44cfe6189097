"""Set aside: what could not be done and waits for a person. It is kept for ever, with its reason and "send again"."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ScalarSelect, func, select, text
from sqlalchemy.orm import Session

from cases.access.actors import THE_CLOCK, Actor
from cases.case import Case
from cases.database.clock import present
from cases.history.event_batches import EventBatch
from cases.history.events import SentAgain, SetAside
from cases.history.journal import Entry, Event
from cases.history.outbox import OutboxEntry
from cases.organisation.municipality import municipality
from cases.refusals import NotFound
from notifications.deliveries import Address, Delivery, DeliveryLine, Outcome

LOG = structlog.get_logger()
AWAITED = text("delivery.outcome IN ('waiting', 'set_aside')")  # as the index has it
KINDS: Mapping[str, tuple[Any, tuple[Any, ...]]] = {  # what there is, and when a row of it is set aside
    "work": (OutboxEntry, (OutboxEntry.set_aside_at.is_not(None), OutboxEntry.done_at.is_(None))),
    "delivery": (Delivery, (AWAITED, Delivery.outcome == Outcome.SET_ASIDE)),
    "tick": (EventBatch, (EventBatch.set_aside_at.is_not(None), EventBatch.planned_at.is_(None))),
}


@dataclass(frozen=True)
class Aside:
    """One row of the list: what it is, since when, and why."""

    kind: str
    row_id: int
    since: datetime
    reason: str
    about: str  # the letter's name, or the event's type
    ref: str | None = None  # the case, where there is one
    to: str | None = None  # the address, of a letter


def set_aside_delivery(session: Session, delivery: Delivery, reason: str) -> None:
    """Let a letter wait for a person, with an alarm unless it is one itself."""
    delivery.outcome, delivery.reason = Outcome.SET_ASIDE, reason
    delivery.finished_at = present(session)
    delivery.end_lease()
    _alarm(session, "delivery", delivery.id, reason, _event_id(delivery.occasion))


def set_aside_work(session: Session, work: OutboxEntry, reason: str) -> None:
    """Let an event's planning wait for a person; what is newer in its stream goes on."""
    work.set_aside_at, work.last_error = present(session), reason
    work.end_lease()
    _alarm(session, "work", work.id, reason, work.event_id)


def set_aside_tick(session: Session, tick: EventBatch, reason: str) -> None:
    """Let what is left of a tick's planning wait for a person."""
    tick.set_aside_at = present(session)
    tick.end_lease()
    _alarm(session, "tick", tick.id, reason, None)


def count_set_aside(session: Session, most: int | None = None) -> dict[str, int]:
    """Return how many rows are set aside, by kind, at most `most` of each (default: all). `listed` lists the same."""
    some = {kind: select(model.id).where(*is_aside).limit(most).subquery() for kind, (model, is_aside) in KINDS.items()}
    counts = [select(func.count()).select_from(rows).scalar_subquery().label(kind) for kind, rows in some.items()]
    return dict(session.execute(select(*counts)).one()._mapping)


def listed(session: Session) -> list[Aside]:
    """Give what is set aside, the oldest first."""
    works = (
        select(OutboxEntry, Event.type, Case.ref)
        .join(Event, Event.id == OutboxEntry.event_id)
        .outerjoin(Case, Case.id == Event.stream)
        .where(*KINDS["work"][1])
    )
    ticks = select(EventBatch).where(*KINDS["tick"][1])
    letters = (
        select(Delivery, Address.email, _first_case())
        .outerjoin(Address, Address.id == Delivery.address_id)
        .where(*KINDS["delivery"][1])
    )
    found = [_of_work(*row) for row in session.execute(works)]
    found += [_of_tick(tick) for tick in session.scalars(ticks)]
    found += [_of_delivery(*row) for row in session.execute(letters)]
    return sorted(found, key=lambda aside: (aside.since, aside.kind, aside.row_id))


def send_again(session: Session, kind: str, row_id: int, *, by: Actor, at: datetime) -> None:
    """Try it once more from the beginning; `NotFound` when no such row is set aside."""
    row = _locked(session, kind, row_id)
    if isinstance(row, Delivery):
        row.outcome, row.reason, row.finished_at = Outcome.WAITING, None, None
        row.attempts, row.first_attempt_at = 0, None
    else:
        row.set_aside_at = None
    row.claims = 0
    if not isinstance(row, EventBatch):
        row.next_attempt_at = present(session)
    entry = Entry(municipality(session, locked=True), by=by, at=at)
    entry.add(SentAgain(what=kind, row=row_id))
    entry.write(session)


def _alarm(session: Session, what: str, row: int, reason: str, event_id: int | None) -> None:
    LOG.error("set_aside", what=what, row=row, reason=reason)
    event = session.get(Event, event_id) if event_id else None
    if event is not None and event.type == SetAside.type:
        return  # an alarm about an alarm would never end
    entry = Entry(municipality(session, locked=True), by=THE_CLOCK, at=present(session))
    entry.add(SetAside(what=what, row=row, reason=reason))
    entry.write(session)


def _event_id(occasion: str) -> int | None:
    kind, _, number = occasion.partition(":")
    return int(number) if kind == "event" else None


def _locked(session: Session, kind: str, row_id: int) -> Any:
    """Return the row, locked; `NotFound` when there is no such kind, or no such row that is set aside."""
    if kind not in KINDS:
        raise NotFound(ref=f"{kind}:{row_id}")
    model, is_aside = KINDS[kind]
    one = select(model).where(model.id == row_id, *is_aside).with_for_update()
    row = session.scalar(one, execution_options={"populate_existing": True})
    if row is None:
        raise NotFound(ref=f"{kind}:{row_id}")
    return row


def _first_case() -> ScalarSelect[str]:
    """Give the case that a letter tells of; of several the first."""
    told = select(func.min(Case.ref)).join(Event, Event.stream == Case.id)
    lines = told.join(DeliveryLine, DeliveryLine.event_id == Event.id)
    return lines.where(DeliveryLine.delivery_id == Delivery.id).scalar_subquery()


def _of_work(work: OutboxEntry, type_: str, ref: str | None) -> Aside:
    return Aside("work", work.id, work.set_aside_at or work.recorded_at, work.last_error or "", type_, ref)


def _of_tick(tick: EventBatch) -> Aside:
    return Aside("tick", tick.id, tick.set_aside_at or tick.started_at, "", "tick")


def _of_delivery(delivery: Delivery, email: str | None, ref: str | None) -> Aside:
    since = delivery.finished_at or delivery.created_at
    return Aside("delivery", delivery.id, since, delivery.reason or "", delivery.letter, ref, email)
