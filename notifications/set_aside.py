"""Set aside: deliveries, outbox entries and event batches that failed and wait until a person asks for another try.

An outbox entry is work that follows from one event, such as planning its letters. `notifications.sending.outcomes` says
which replies of the mail server lead to setting aside, `cases.database.leases.claims` after how many failed claims.
"""

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
from cases.history.journal import Event
from cases.history.municipality_events import record_for_municipality
from cases.history.outbox import OutboxEntry
from cases.refusals import NotFound
from notifications.deliveries import Address, Delivery, DeliveryLine, Outcome
from notifications.inbound_mail import InboundMail, InboundOutcome

LOG = structlog.get_logger()
AWAITED = text("delivery.outcome IN ('waiting', 'set_aside')")  # word for word as in its partial index
IS_UNFILED = text("inbound.outcome = 'set_aside'")  # word for word as in its partial index
KINDS: Mapping[str, tuple[Any, tuple[Any, ...]]] = {  # each kind: its table, and when a row is set aside
    "work": (OutboxEntry, (OutboxEntry.set_aside_at.is_not(None), OutboxEntry.done_at.is_(None))),
    "delivery": (Delivery, (AWAITED, Delivery.outcome == Outcome.SET_ASIDE)),
    "inbound": (InboundMail, (IS_UNFILED, InboundMail.raw.is_not(None))),  # what was too big was never fetched
    "tick": (EventBatch, (EventBatch.set_aside_at.is_not(None), EventBatch.planned_at.is_(None))),
}


@dataclass(frozen=True)
class SetAsideRow:
    """One delivery, outbox entry or event batch that is set aside: since when (UTC), and why.

    `kind` is "delivery", "work" (an outbox entry) or "tick" (a batch), `row_id` the id in its table. `about` is the
    letter's name, the event's type, or "tick"; `ref` the case's reference; `to` the address of a letter.
    """

    kind: str
    row_id: int
    since: datetime
    reason: str
    about: str  # the letter's name, the event's type, or "tick"
    ref: str | None = None  # the case, where there is one
    to: str | None = None  # the address, of a letter


def set_aside_delivery(session: Session, delivery: Delivery, reason: str) -> None:
    """Set a delivery aside, and record an event that alarms the desk and the admins.

    `reason` says why it failed, for `SetAsideRow` and the alarm. When the delivery is itself such an alarm, no
    further alarm is recorded: that would never end.
    """
    delivery.outcome, delivery.reason = Outcome.SET_ASIDE, reason
    delivery.finished_at = present(session)
    delivery.end_lease()
    alarm_about(session, delivery.id, delivery.occasion, reason)


def alarm_about(session: Session, delivery_id: int, occasion: str, reason: str) -> None:
    """Alarm the desk and the admins of a delivery that is set aside, unless it is such an alarm itself."""
    _alarm(session, "delivery", delivery_id, reason, _event_id(occasion))


def set_aside_outbox_entry(session: Session, entry: OutboxEntry, reason: str) -> None:
    """Set an outbox entry aside: no letters are planned for its event until a person asks for another try.

    The desk and the admins are alarmed; `reason` says why it failed. Newer events of the same
    case are planned as usual.
    """
    entry.set_aside_at, entry.last_error = present(session), reason
    entry.end_lease()
    _alarm(session, "work", entry.id, reason, entry.event_id)


def set_aside_inbound(session: Session, mail: InboundMail, reason: str) -> None:
    """Set a mail that came in aside: it is not filed until a person asks for another try.

    The desk and the admins are alarmed; `reason` says why it failed.
    """
    mail.outcome, mail.last_error = InboundOutcome.SET_ASIDE, reason
    mail.finished_at = present(session)
    mail.end_lease()
    _alarm(session, "inbound", mail.id, reason, None)


def set_aside_batch(session: Session, batch: EventBatch, reason: str) -> None:
    """Set a batch of events aside: no more of its letters are planned until a person asks for another try.

    The desk and the admins are alarmed; `reason` says why it failed.
    """
    batch.set_aside_at = present(session)
    batch.end_lease()
    _alarm(session, "tick", batch.id, reason, None)


def count_set_aside(session: Session, most: int | None = None) -> dict[str, int]:
    """Return how many rows are set aside, by kind: "work" (outbox entries), "delivery" and "tick" (event batches).

    Each kind is a key, with 0 if it has none. Of each at most `most` are counted; None counts all.
    """
    rows = {kind: select(model.id).where(*is_aside).limit(most).subquery() for kind, (model, is_aside) in KINDS.items()}
    counts = [select(func.count()).select_from(found).scalar_subquery().label(kind) for kind, found in rows.items()]
    return dict(session.execute(select(*counts)).one()._mapping)


def list_set_aside(session: Session) -> list[SetAsideRow]:
    """Return all deliveries, outbox entries and event batches that are set aside, oldest first."""
    entries = (
        select(OutboxEntry, Event.type, Case.ref)
        .join(Event, Event.id == OutboxEntry.event_id)
        .outerjoin(Case, Case.id == Event.stream)
        .where(*KINDS["work"][1])
    )
    batches = select(EventBatch).where(*KINDS["tick"][1])
    letters = (
        select(Delivery, Address.email, _first_case())
        .outerjoin(Address, Address.id == Delivery.address_id)
        .where(*KINDS["delivery"][1])
    )
    found = [_of_outbox_entry(*row) for row in session.execute(entries)]
    found += [_of_batch(batch) for batch in session.scalars(batches)]
    found += [_of_delivery(*row) for row in session.execute(letters)]
    found += [_of_inbound(mail) for mail in session.scalars(select(InboundMail).where(*KINDS["inbound"][1]))]
    return sorted(found, key=lambda row: (row.since, row.kind, row.row_id))


def send_again(session: Session, kind: str, row_id: int, *, by: Actor, at: datetime) -> None:
    """Let a row that was set aside be tried again, and record that `by` asked for it at `at` (UTC).

    Its attempts and claims are counted from 0 again. `kind` and `row_id` are those of its `SetAsideRow`. `NotFound`
    when no such row is set aside.
    """
    row = _locked(session, kind, row_id)
    if isinstance(row, InboundMail):
        row.outcome, row.finished_at = InboundOutcome.WAITING, None
    elif isinstance(row, Delivery):
        row.outcome, row.reason, row.finished_at = Outcome.WAITING, None, None
        row.attempts, row.first_attempt_at = 0, None
    else:
        row.set_aside_at = None
    row.claims = 0
    if not isinstance(row, EventBatch):
        row.next_attempt_at = present(session)
    record_for_municipality(session, SentAgain(what=kind, row=row_id), by=by, at=at)


def _alarm(session: Session, what: str, row: int, reason: str, event_id: int | None) -> None:
    """Log it, and write the event that tells the desk and the admins."""
    LOG.error("set_aside", what=what, row=row, reason=reason)
    event = session.get(Event, event_id) if event_id else None
    if event is not None and event.type == SetAside.type:
        return  # an alarm about an alarm would never end
    alarm = SetAside(what=what, row=row, reason=reason)
    record_for_municipality(session, alarm, by=THE_CLOCK, at=present(session))


def _event_id(occasion: str) -> int | None:
    kind, _, number = occasion.partition(":")
    return int(number) if kind == "event" else None


def _locked(session: Session, kind: str, row_id: int) -> Any:
    """Return the row, locked; `NotFound` when there is no such kind, or no such row that is set aside."""
    if kind not in KINDS:
        raise NotFound(ref=f"{kind}:{row_id}")
    model, is_aside = KINDS[kind]
    query = select(model).where(model.id == row_id, *is_aside).with_for_update()
    row = session.scalar(query, execution_options={"populate_existing": True})
    if row is None:
        raise NotFound(ref=f"{kind}:{row_id}")
    return row


def _first_case() -> ScalarSelect[str]:
    """Select the reference of the case of which a delivery tells; the lowest of several."""
    refs = select(func.min(Case.ref)).join(Event, Event.stream == Case.id)
    lines = refs.join(DeliveryLine, DeliveryLine.event_id == Event.id)
    return lines.where(DeliveryLine.delivery_id == Delivery.id).scalar_subquery()


def _of_outbox_entry(entry: OutboxEntry, type_: str, ref: str | None) -> SetAsideRow:
    return SetAsideRow("work", entry.id, entry.set_aside_at or entry.recorded_at, entry.last_error or "", type_, ref)


def _of_batch(batch: EventBatch) -> SetAsideRow:
    return SetAsideRow("tick", batch.id, batch.set_aside_at or batch.started_at, "", "tick")


def _of_inbound(mail: InboundMail) -> SetAsideRow:
    since = mail.finished_at or mail.received_at
    return SetAsideRow("inbound", mail.id, since, mail.last_error or "", "inbound", to=mail.sender)


def _of_delivery(delivery: Delivery, email: str | None, ref: str | None) -> SetAsideRow:
    since = delivery.finished_at or delivery.created_at
    return SetAsideRow("delivery", delivery.id, since, delivery.reason or "", delivery.letter, ref, email)
