"""The catalogue of letters: which templates there are, and in which languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """What a letter may use. `quotes`: whether it may carry anybody's words at all."""

    quotes: bool = True


NO_WORDS = Letter(quotes=False)
LETTERS: dict[str, Letter] = {
    "receipt": NO_WORDS,
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
    "set_aside": NO_WORDS,
    "morning": NO_WORDS,
    "login": NO_WORDS,
    "opt_in": NO_WORDS,
    "digest": NO_WORDS,
}
