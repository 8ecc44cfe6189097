"""Why a letter was not sent, in the reader's language: our reasons are stored in English and put into words here."""

import re

from notifications.letters.still_entitled import (
    ADDRESS_GONE,
    LEFT_THE_UNIT,
    LINK_DEAD,
    MAILBOX_GONE,
    NO_LONGER_CLOSED,
    NO_LONGER_FOLLOWS,
    NO_LONGER_PUBLIC,
    NO_LONGER_WORKS,
)
from notifications.planning.drafts import BRAKED
from notifications.planning.forgetting import ERASED_BY_DECISION
from notifications.planning.rate_limits import TO_STAFF, TOO_MANY, TOO_SOON
from notifications.planning.readdressing import TOLD_IN_ANOTHER_LETTER
from notifications.planning.readdressing_parties import NO_WAY_LEFT
from notifications.planning.redundant_calls import OVERTAKEN, TOLD_WHEN_THEY_RANG

IN_SWEDISH = {
    TOLD_WHEN_THEY_RANG: "fick veta det när de ringde",
    OVERTAKEN: "fick i stället veta om ett senare steg",
    TOLD_IN_ANOTHER_LETTER: "fick veta det i ett annat mejl",
    ERASED_BY_DECISION: "raderat efter beslut",
    NO_WAY_LEFT: "vi har varken adress eller telefonnummer längre",
    TOO_SOON: "ett sådant mejl hade redan skickats dit inom tio minuter",
    TO_STAFF: "någon som inte är inloggad angav en adress som hör till personalen",
    TOO_MANY: "fem sådana mejl hade redan skickats dit inom ett dygn",
    BRAKED: "mejl som kom in hade redan gett tio utskick dit om ärendet på ett dygn",
    NO_LONGER_WORKS: "personen är avstängd",
    LEFT_THE_UNIT: "personen har lämnat enheten",
    MAILBOX_GONE: "enheten har inte kvar mejllådan",
    ADDRESS_GONE: "adressen är borttagen eller ändrad",
    NO_LONGER_FOLLOWS: "följaren har slutat följa",
    NO_LONGER_PUBLIC: "ärendet är inte längre offentligt",
    NO_LONGER_CLOSED: "ärendet är inte längre avslutat, eller så får ingen tillfrågas om det",
    LINK_DEAD: "länken är använd eller för gammal",
}
IN_ENGLISH = {  # where the stored words are not those of the pages
    TOLD_IN_ANOTHER_LETTER: "told in another e-mail",
    TOO_SOON: "another such e-mail had gone there within ten minutes",
    TOO_MANY: "five such e-mails had gone there within a day",
    BRAKED: "ten e-mails about the case, each caused by an e-mail, had gone there within a day",
    OVERTAKEN: "told of a later step instead",
}
PATTERNS_IN_SWEDISH = (  # reasons that end in a number, a mail server's reply or an error's name
    (re.compile(r"begun (\d+) times without an end"), r"påbörjat \1 gånger utan att bli klart"),
    (re.compile(r"tried for five days: (.*)", re.DOTALL), r"försökt i fem dagar: \1"),
    (re.compile(r"told in digest \d+"), "fick veta det i ett samlat mejl"),
    (re.compile(r"cannot be written: (.*)"), r"gick inte att skriva: \1"),
    (re.compile(r"cannot be planned: (.*)"), r"gick inte att förbereda: \1"),
)


def why_not(reason: str | None, locale: str) -> str | None:
    """Return the reason, which is stored in the machine's English, in `locale`; None when there is no reason.

    A mail server's reply, or a reason without a translation, is returned as it is.
    """
    if not reason or locale != "sv":
        return IN_ENGLISH.get(reason, reason) if reason else reason
    found = ((pattern.fullmatch(reason), words) for pattern, words in PATTERNS_IN_SWEDISH)
    return next((match.expand(words) for match, words in found if match), IN_SWEDISH.get(reason, reason))
