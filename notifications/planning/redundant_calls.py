"""Redundant calls: whoever handed in a case by telephone need not be rung to hear that it was received."""

from cases.access.actors import ActorKind
from notifications.audiences.fallbacks import Recipient
from notifications.deliveries import Channel
from notifications.who_is_told import EventInContext

BY_TELEPHONE = "phone"  # the channel of a case
TOLD_WHEN_THEY_RANG = "told when they rang"
OVERTAKEN = "a later step was told instead"


def redundant_reason(event: EventInContext, recipient: Recipient) -> str | None:
    """Return the reason why the recipient need not be rung about this event; None when there is no such reason.

    The only reason is that the event is the receipt of a case that a member of staff took down on the telephone: the
    recipient was told then.
    """
    rang = event.row.type == "case.received" and event.facts["channel"] == BY_TELEPHONE
    by_staff = event.row.actor is ActorKind.PERSON
    return TOLD_WHEN_THEY_RANG if rang and by_staff and recipient.channel is Channel.CALL else None
