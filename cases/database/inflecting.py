"""Inflecting: the forms in which a Swedish noun or adjective may stand, so that a search for one finds the others.

The stemmer of PostgreSQL leaves the definite singular as it is ("lampan"), and SQLite has none.
"""

import re

SIGNS = re.compile(r"[^\w-]+", re.UNICODE)
ENDINGS = ("orna", "arna", "erna", "ena", "or", "ar", "er", "an", "en", "et", "na", "a", "e", "n", "t")  # longest first
SHORTEST = 3  # letters that are left of a word


def terms_of(wanted: str) -> list[str]:
    """Return the words in what somebody typed, without signs; what a hyphen joins is two."""
    return [term for part in SIGNS.sub(" ", wanted).split() for term in part.split("-") if term.strip("_")]


def any_form_of(wanted: str) -> str:
    """Return a tsquery of PostgreSQL: each word of what somebody typed, in any of its forms; "" when there is none."""
    return " & ".join(f"({' | '.join(forms_of(term))})" for term in terms_of(wanted))


def forms_of(word: str) -> list[str]:
    """Give the word and what it may look like with other endings; only itself when it is too short for that."""
    small = word.lower()
    if len(small) < SHORTEST or not small.isalpha():
        return [small]
    base = base_of(small)
    return list(dict.fromkeys((small, base, *(base + ending for ending in ENDINGS))))


def base_of(word: str) -> str:
    """Give the word without its ending, where at least three letters are left."""
    endings = (ending for ending in ENDINGS if word.endswith(ending) and len(word) - len(ending) >= SHORTEST)
    ending = next(endings, "")
    return word.removesuffix(ending) if ending else word
