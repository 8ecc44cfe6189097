"""The catalogue of letters: each has a folder of templates, one for each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """What one kind of letter may contain. `quotes`: whether it may quote what people wrote in the case."""

    quotes: bool = True


QUOTES_NOBODY = Letter(quotes=False)
LETTERS: dict[str, Letter] = {
    "receipt": QUOTES_NOBODY,
    "new_key": QUOTES_NOBODY,
    "assigned": Letter(),
    "sent_back": Letter(),
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
    "contested": Letter(),
    "reopened": Letter(),
    "closed": Letter(),
    "declined": Letter(),
    "merged": Letter(),
    "due_soon": Letter(),
    "due_now": Letter(),
    "overdue": Letter(),
    "statutory": Letter(),
    "on_agenda": Letter(),
    "kept_off_agenda": QUOTES_NOBODY,
    "set_aside": QUOTES_NOBODY,
    "morning": QUOTES_NOBODY,
    "login": QUOTES_NOBODY,
    "opt_in": QUOTES_NOBODY,
    "digest": QUOTES_NOBODY,
    "comments": Letter(),
    "alarms": QUOTES_NOBODY,
}
