"""Planning: what happened in, deliveries out. One row per occasion and recipient; nothing is sent here."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from cases.database.transactions import calendar_of
from cases.history.event_batches import EventBatch
from notifications.audiences.audiences import recipients
from notifications.audiences.context import AudienceContext
from notifications.audiences.context_loading import load_contexts
from notifications.audiences.fallbacks import Recipient
from notifications.audiences.sibling_events import acts_of, acts_of_tick
from notifications.planning.drafts import DeliveryDraft, DraftLine, write_mailings
from notifications.planning.rate_limits import is_anonymous
from notifications.planning.readdressing import readdress_unfilled
from notifications.planning.redundant_calls import known_already
from notifications.planning.stored_context import context_of, house_of
from notifications.who_is_told import EventInContext, Rule, UnknownEvent, rules_for

__all__ = [
    "DeliveryDraft",
    "UnknownEvent",
    "plan_events",
    "plan_tick",
    "plan_tick_for",
    "readdress_unfilled",
    "tick_recipients",
]

MAY_FILL_A_ROLE = frozenset({"person.added", "person.changed", "unit.added", "unit.changed"})


def plan_events(session: Session, ids: Sequence[int]) -> int:
    """Make the deliveries of these events, which no tick carries, in this order; give how many are new.

    As many queries for a thousand as for one; nothing is committed. Raises `UnknownEvent` for a type without a rule.
    """
    acts = acts_of(session, ids)
    told = [act for act in acts if rules_for(act)]
    planned = write_mailings(session, _mailings(session, told, lambda act: f"event:{act.event.id}"))
    if any(act.event.type in MAY_FILL_A_ROLE for act in acts):
        readdress_unfilled(session)
    return planned


def tick_recipients(session: Session, tick: EventBatch) -> list[DeliveryDraft]:
    """Give one mailing for each recipient of the tick's events, each to be planned by itself.

    Raises `UnknownEvent` when the tick holds an event of a type without a rule.
    """
    acts = [act for act in acts_of_tick(session, tick.id) if rules_for(act)]
    return _mailings(session, acts, lambda _: f"tick:{tick.id}")


def plan_tick_for(session: Session, tick: EventBatch, recipients: Sequence[DeliveryDraft]) -> int:
    """Make the deliveries of these recipients of the tick; give how many are new."""
    if others := {one.occasion for one in recipients} - {f"tick:{tick.id}"}:
        raise ValueError(f"{others} is another tick's")
    return write_mailings(session, recipients)


def plan_tick(session: Session, tick: EventBatch) -> int:
    """Make all deliveries of the tick at once; give how many are new."""
    return write_mailings(session, tick_recipients(session, tick))


def _mailings(
    session: Session, acts: Sequence[EventInContext], occasion_of: Callable[[EventInContext], str]
) -> list[DeliveryDraft]:
    """Give one mailing for each occasion and recipient, with a line for each of the acts that it tells."""
    found: dict[tuple[str, str], DeliveryDraft] = {}
    for circle in load_contexts(session, acts):
        occasion = occasion_of(circle.act)
        for key, (rule, recipient) in recipients(circle, rules_for(circle.act)).items():
            if (occasion, key) not in found:
                found[occasion, key] = DeliveryDraft(occasion, recipient, house_of(circle.directory))
            found[occasion, key].lines.append(_line(session, circle, rule, recipient))
    return list(found.values())


def _line(session: Session, circle: AudienceContext, rule: Rule, recipient: Recipient) -> DraftLine:
    act = circle.act
    told = context_of(calendar_of(session), circle, rule, recipient)
    anonymous, needless = is_anonymous(act, rule.letter), known_already(act, recipient)
    return DraftLine(act.event.id, rule.letter, rule.audience, told, anonymous, needless)
