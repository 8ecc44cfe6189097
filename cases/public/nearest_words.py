"""Words near to those that somebody typed and found nothing with, from what everybody may read."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.public.masking import mask
from cases.public.publication import Published

MOST_TITLES = 500  # the latest published ones
MOST_WORDS = 4  # of those typed
LONGEST, SHORTEST = 40, 4  # letters of a word
NEAR = 0.72  # of 1, the same word
MOST_SUGGESTED = 3
WORD = re.compile(r"[^\W\d_]+")


def nearest_words(session: Session, typed: str, names: Iterable[str]) -> list[str]:
    """Return up to three texts to search for instead: as typed, with unknown words replaced by near ones.

    The words come from the titles of the latest published cases and from `names`, those of topics and places. [] for
    a text that is too long to be worth it, and when nothing is near.
    """
    words = typed.lower().split()
    if not 0 < len(words) <= MOST_WORDS or max(map(len, words)) > LONGEST:
        return []
    known = _vocabulary(session, names)
    near = {word: _near(word, known) for word in words if word not in known}
    return _texts(words, {word: found for word, found in near.items() if found})


def _near(word: str, known: Sequence[str]) -> list[str]:
    """Return the known words that are near this one, or that begin with what is near it: Swedish joins words."""
    begun = {one[: len(word) + 1]: one for one in reversed(known)}
    beginnings = [begun[found] for found in get_close_matches(word, begun, MOST_SUGGESTED, NEAR)]
    return list(dict.fromkeys(get_close_matches(word, known, MOST_SUGGESTED, NEAR) + beginnings))[:MOST_SUGGESTED]


def _texts(words: Sequence[str], near: dict[str, list[str]]) -> list[str]:
    most = max(map(len, near.values()), default=0)
    texts = (" ".join(_one_of(near.get(word, [word]), turn) for word in words) for turn in range(most))
    return list(dict.fromkeys(texts))


def _one_of(words: Sequence[str], turn: int) -> str:
    return words[min(turn, len(words) - 1)]


def _vocabulary(session: Session, names: Iterable[str]) -> list[str]:
    latest = select(Published.title).order_by(Published.received_on.desc(), Published.case_id.desc()).limit(MOST_TITLES)
    texts = [*map(mask, session.scalars(latest)), *names]
    found = dict.fromkeys(word.lower() for text in texts for word in WORD.findall(text) if len(word) >= SHORTEST)
    return list(found)
