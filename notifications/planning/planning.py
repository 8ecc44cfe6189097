"""Plan deliveries: insert a row for each recipient of an event or a batch of events. Nothing is sent here."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from cases.database.transactions import calendar_of
from cases.history.event_batches import EventBatch
from notifications.audiences.audiences import recipients
from notifications.audiences.context import AudienceContext
from notifications.audiences.context_loading import load_contexts
from notifications.audiences.fallbacks import Recipient
from notifications.audiences.sibling_events import batch_in_context, events_in_context
from notifications.planning.drafts import DeliveryDraft, DraftLine, write_drafts
from notifications.planning.gathering.gathering import gather, gathering_key
from notifications.planning.held.holding import hold
from notifications.planning.rate_limits import is_anonymous
from notifications.planning.readdressing import readdress_unfilled
from notifications.planning.redundant_calls import redundant_reason
from notifications.planning.stored_context import common_context_of, context_of
from notifications.who_is_told import EventInContext, Rule, UnknownEvent, rules_for

__all__ = [
    "DeliveryDraft",
    "UnknownEvent",
    "draft_batch",
    "plan_batch",
    "plan_batch_for",
    "plan_events",
    "readdress_unfilled",
]

MAY_FILL_A_ROLE = frozenset({"person.added", "person.changed", "unit.added", "unit.changed"})


def plan_events(session: Session, ids: Sequence[int]) -> int:
    """Insert the deliveries of the events with these ids, in this order; return how many are new. The caller commits.

    None of the events may belong to a batch. A thousand events take as many queries as one. `UnknownEvent` when the
    type of an event is not in `WHO_IS_TOLD` of `notifications.who_is_told`.
    """
    events = events_in_context(session, ids)
    with_rules = [event for event in events if rules_for(event)]
    drafts = _drafts(session, with_rules, lambda event: f"event:{event.row.id}")
    planned = write_drafts(session, gather(session, hold(session, drafts)))
    if any(event.row.type in MAY_FILL_A_ROLE for event in events):
        readdress_unfilled(session)
    return planned


def draft_batch(session: Session, batch: EventBatch) -> list[DeliveryDraft]:
    """Build a draft for each recipient of the batch's events and insert nothing; `plan_batch_for` inserts the drafts.

    `UnknownEvent` when the type of an event is not in `WHO_IS_TOLD` of `notifications.who_is_told`.
    """
    events = [event for event in batch_in_context(session, batch.id) if rules_for(event)]
    return _drafts(session, events, lambda _: f"tick:{batch.id}")


def plan_batch_for(session: Session, batch: EventBatch, drafts: Sequence[DeliveryDraft]) -> int:
    """Insert the deliveries of these drafts, a portion of those from `draft_batch`; return how many are new.

    `ValueError` if a draft is not of this batch.
    """
    if others := {draft.occasion for draft in drafts} - {f"tick:{batch.id}"}:
        raise ValueError(f"{others} is another tick's")
    return write_drafts(session, gather(session, hold(session, drafts)))


def plan_batch(session: Session, batch: EventBatch) -> int:
    """Insert all deliveries of a batch that needs no portions; return how many are new.

    `UnknownEvent` when the type of an event is not in `WHO_IS_TOLD` of `notifications.who_is_told`.
    """
    return write_drafts(session, gather(session, hold(session, draft_batch(session, batch))))


def _drafts(
    session: Session, events: Sequence[EventInContext], occasion_of: Callable[[EventInContext], str]
) -> list[DeliveryDraft]:
    """Return one draft for each occasion and recipient, with a line for each event of which it tells."""
    found: dict[tuple[str, str], DeliveryDraft] = {}
    for context in load_contexts(session, events):
        occasion = occasion_of(context.event)
        for key, (rule, recipient) in recipients(context, rules_for(context.event)).items():
            if (occasion, key) not in found:
                found[occasion, key] = DeliveryDraft(occasion, recipient, common_context_of(context.directory))
            found[occasion, key].lines.append(_line(session, context, rule, recipient))
    return list(found.values())


def _line(session: Session, context: AudienceContext, rule: Rule, recipient: Recipient) -> DraftLine:
    event = context.event
    source = gathering_key(context)
    stored = context_of(calendar_of(session), context, rule, recipient) | ({"gathered_as": source} if source else {})
    return DraftLine(
        event.row.id,
        rule.letter,
        rule.audience,
        stored,
        is_anonymous=is_anonymous(event, rule.letter),
        redundant_reason=redundant_reason(event, recipient),
        gathered_as=source,
    )
