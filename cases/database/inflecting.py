"""Inflecting: the forms of a Swedish noun or adjective, so that a search for one form finds the others.

The Swedish stemmer of PostgreSQL leaves the definite singular as it is ("lampan"), and SQLite has no stemmer.
"""

import re
from itertools import islice

PUNCTUATION = re.compile(r"[^\w-]+", re.UNICODE)
ENDINGS = ("orna", "arna", "erna", "ena", "or", "ar", "er", "an", "en", "et", "na", "a", "e", "n", "t")  # longest first
LONG_ENDINGS = tuple(ending for ending in ENDINGS if len(ending) > 1)
MOST_TERMS, LONGEST_TERM = 20, 100  # words of a search, and characters of each
SHORTEST_BASE = 3  # letters that must be left when an ending is cut off


def terms_of(text: str) -> list[str]:
    """Return the words of a search text, without punctuation; a hyphen splits a word in two.

    Return at most the first `MOST_TERMS`, each cut at `LONGEST_TERM` characters: databases refuse longer queries.
    """
    parts = PUNCTUATION.sub(" ", text).split()
    terms = (term[:LONGEST_TERM] for part in parts for term in part.split("-") if term.strip("_"))
    return list(islice(terms, MOST_TERMS))


def forms_of(word: str) -> list[str]:
    """Return the forms of the word in lower case: the word, its base, and the base with each known ending.

    Return only the word when it is shorter than three letters or has other characters than letters.
    """
    lower = word.lower()
    if len(lower) < SHORTEST_BASE or not lower.isalpha():
        return [lower]
    base = base_of(lower)
    return list(dict.fromkeys((lower, base, *(base + ending for ending in ENDINGS))))


def base_of(word: str) -> str:
    """Return the word without its longest known ending; the whole word when fewer than three letters would be left.

    The s of a genitive goes too where it stands after such an ending ("lampornas", "vägens"), but not else ("glas").
    """
    bare = word.removesuffix("s")
    if bare != word and bare.endswith(LONG_ENDINGS) and len(bare) > SHORTEST_BASE:
        word = bare
    endings = (ending for ending in ENDINGS if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_BASE)
    ending = next(endings, "")
    return word.removesuffix(ending) if ending else word
