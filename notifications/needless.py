"""Needless letters: what somebody knows already, and in words why a letter was not sent."""

from cases.town.people import ActorKind
from notifications.chains import Recipient
from notifications.deliveries import Channel
from notifications.limits import TOO_MANY, TOO_SOON
from notifications.rights import (
    ADDRESS_GONE,
    LEFT_THE_UNIT,
    LINK_DEAD,
    MAILBOX_GONE,
    NO_LONGER_FOLLOWS,
    NO_LONGER_PUBLIC,
    NO_LONGER_WORKS,
)
from notifications.roles import IN_ANOTHER
from notifications.who_is_told import Act

BY_TELEPHONE = "phone"  # the channel
THEY_RANG = "told when they rang"
IN_SWEDISH = {
    THEY_RANG: "fick veta det när de ringde",
    IN_ANOTHER: "fick veta det i ett annat brev",
    TOO_SOON: "ett sådant brev hade gått dit inom tio minuter",
    TOO_MANY: "fem sådana brev hade gått dit inom ett dygn",
    NO_LONGER_WORKS: "personen är avstängd",
    LEFT_THE_UNIT: "personen har lämnat enheten",
    MAILBOX_GONE: "enheten har inte kvar brevlådan",
    ADDRESS_GONE: "adressen är borttagen eller ändrad",
    NO_LONGER_FOLLOWS: "följaren har slutat följa",
    NO_LONGER_PUBLIC: "ärendet är inte längre offentligt",
    LINK_DEAD: "länken är använd eller för gammal",
}


def known_already(act: Act, recipient: Recipient) -> str | None:
    """Say why nobody need ring: who has only a telephone spoke with the one of the house who handed in for them."""
    spoke = act.event.type == "case.received" and act.facts["channel"] == BY_TELEPHONE
    with_the_house = act.event.actor is ActorKind.PERSON
    return THEY_RANG if spoke and with_the_house and recipient.channel is Channel.CALL else None


def why_not(reason: str | None, locale: str) -> str | None:
    """Give the reason in this language, as far as it is one of ours: what a mail server said stays as it is."""
    return IN_SWEDISH.get(reason, reason) if reason and locale == "sv" else reason
