"""Redundant calls: the one who rang to hand in a case need not be rung about its receipt."""

from cases.access.actors import ActorKind
from notifications.audiences.fallbacks import Recipient
from notifications.deliveries import Channel
from notifications.who_is_told import EventInContext

BY_TELEPHONE = "phone"  # the channel of a case
TOLD_WHEN_THEY_RANG = "told when they rang"


def redundant_reason(event: EventInContext, recipient: Recipient) -> str | None:
    """Return why the recipient need not be rung, or None when somebody must ring.

    They rang and spoke with the member of staff who then handed in the case for them.
    """
    rang = event.row.type == "case.received" and event.facts["channel"] == BY_TELEPHONE
    by_staff = event.row.actor is ActorKind.PERSON
    return TOLD_WHEN_THEY_RANG if rang and by_staff and recipient.channel is Channel.CALL else None
