"""Needless letters: what somebody knows already."""

from cases.access.actors import ActorKind
from notifications.audiences.fallbacks import Recipient
from notifications.deliveries import Channel
from notifications.who_is_told import EventInContext

BY_TELEPHONE = "phone"  # the channel
THEY_RANG = "told when they rang"


def known_already(act: EventInContext, recipient: Recipient) -> str | None:
    """Say why nobody need ring: who has only a telephone spoke with the one of the house who handed in for them."""
    spoke = act.event.type == "case.received" and act.facts["channel"] == BY_TELEPHONE
    with_the_house = act.event.actor is ActorKind.PERSON
    return THEY_RANG if spoke and with_the_house and recipient.channel is Channel.CALL else None
