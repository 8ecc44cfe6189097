"""The catalogue of letters: each has a folder of templates, one for each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """What one kind of letter may contain.

    `quotes`: whether it may quote what people wrote in the case. `to_act`: whether it asks staff to do something,
    and so tells them what was asked, who asked, and their telephone number. `gives_reason`: whether it tells why,
    although it quotes nothing else.
    """

    quotes: bool = True
    to_act: bool = False
    gives_reason: bool = False


QUOTES_NOBODY = Letter(quotes=False)
TO_ACT = Letter(to_act=True)
LETTERS: dict[str, Letter] = {
    "receipt": QUOTES_NOBODY,
    "questions_received": Letter(),
    "new_key": QUOTES_NOBODY,
    "assigned": TO_ACT,
    "sent_back": TO_ACT,
    "taken_on": Letter(),
    "news": Letter(),
    "question": Letter(),
    "answered": Letter(),
    "promise_moved": Letter(),
    "promise_broken": Letter(),
    "delayed": Letter(),
    "parked": Letter(),
    "taken_up": Letter(),
    "done": Letter(),
    "contested": TO_ACT,
    "reopened": Letter(),
    "closed": Letter(),
    "how_it_went": Letter(),
    "declined": Letter(),
    "merged": Letter(),
    "due_soon": TO_ACT,
    "due_now": TO_ACT,
    "overdue": TO_ACT,
    "statutory": Letter(),
    "on_agenda": Letter(),
    "kept_off_agenda": QUOTES_NOBODY,
    "set_aside": QUOTES_NOBODY,
    "mail_trouble": QUOTES_NOBODY,
    "morning": QUOTES_NOBODY,
    "login": QUOTES_NOBODY,
    "opt_in": QUOTES_NOBODY,
    "plan_adopted": Letter(),
    "called": QUOTES_NOBODY,
    "meeting_changed": Letter(quotes=False, gives_reason=True),
    "agenda": QUOTES_NOBODY,
    "minutes": QUOTES_NOBODY,
    "recommended": Letter(),
    "digest": QUOTES_NOBODY,
    "comments": Letter(),
    "alarms": QUOTES_NOBODY,
    "reply_to_done": TO_ACT,
    "address_bounced": TO_ACT,
}
