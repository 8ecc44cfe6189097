"""Planning: what happened in, deliveries out. One row per occasion and recipient; nothing is sent here."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import Session

from cases.history import Event
from cases.ticks import Tick
from notifications.audiences import recipients
from notifications.chains import Recipient
from notifications.circles import act_of, acts_of_tick, circles_of
from notifications.context import house_of, told_of
from notifications.limits import is_anonymous
from notifications.mailings import Line, Mailing, write_mailings
from notifications.roles import fill_roles
from notifications.who_is_told import Act, UnknownEvent, rules_for

__all__ = [
    "Mailing",
    "UnknownEvent",
    "fill_roles",
    "plan_event",
    "plan_tick",
    "plan_tick_for",
    "tick_recipients",
]

MAY_FILL_A_ROLE = frozenset({"person.added", "person.changed", "unit.added", "unit.changed"})


def plan_event(session: Session, event: Event) -> int:
    """Make the deliveries of one event that no tick carries; give how many are new. Nothing is committed.

    Raises `UnknownEvent` for a type without a rule.
    """
    act = act_of(session, event)
    if event.type in MAY_FILL_A_ROLE:
        fill_roles(session)
    if not rules_for(act):
        return 0
    return write_mailings(session, _mailings(session, [act], f"event:{event.id}"))


def tick_recipients(session: Session, tick: Tick) -> list[Mailing]:
    """Give one mailing for each recipient of the tick's events, each to be planned by itself.

    Raises `UnknownEvent` when the tick holds an event of a type without a rule.
    """
    acts = [act for act in acts_of_tick(session, tick.id) if rules_for(act)]
    return _mailings(session, acts, f"tick:{tick.id}") if acts else []


def plan_tick_for(session: Session, tick: Tick, recipient: Mailing) -> int:
    """Make the delivery of one recipient of the tick; give 0 when it is there already."""
    if recipient.occasion != f"tick:{tick.id}":
        raise ValueError(f"{recipient.occasion} is another tick's")
    return write_mailings(session, [recipient])


def plan_tick(session: Session, tick: Tick) -> int:
    """Make all deliveries of the tick at once; give how many are new."""
    return write_mailings(session, tick_recipients(session, tick))


def _mailings(session: Session, acts: Sequence[Act], occasion: str) -> list[Mailing]:
    circles = circles_of(session, acts)
    lines: dict[str, list[Line]] = defaultdict(list)
    first: dict[str, Recipient] = {}
    for circle in circles:
        for key, (rule, recipient) in recipients(circle, rules_for(circle.act)).items():
            first.setdefault(key, recipient)
            lines[key].append(
                Line(
                    circle.act.event.id,
                    rule.letter,
                    rule.audience,
                    told_of(session, circle, rule, recipient),
                    is_anonymous(circle.act, rule.letter),
                )
            )
    house = house_of(circles[0].directory)
    return [Mailing(occasion, first[key], house, tuple(own)) for key, own in lines.items()]
