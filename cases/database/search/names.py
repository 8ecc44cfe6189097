"""Names of places, topics and units: which of them a term means, by the rules by which texts are searched."""

import re
from collections.abc import Iterable

from cases.database.inflecting import base_of, forms_of
from cases.database.search.spelling import composed, is_swedish, without_marks
from cases.database.search.terms import Term
from cases.database.search.text_index import PART, SHORTEST_BEGINNING, Closeness

WORD = re.compile(r"\w+")


def has_term(texts: Iterable[str], term: Term, closeness: Closeness) -> bool:
    """Return whether one of the texts has all words of the term, as close as that."""
    return any(all(_has(text, word, closeness) for word in term.words) for text in texts)


def _has(text: str, word: str, closeness: Closeness) -> bool:
    there = _words(text)
    if _has_word(there, word, closeness):
        return True
    if closeness is Closeness.SPELLED or is_swedish(word):
        return False
    return _has_word({without_marks(one) for one in there}, without_marks(word), closeness)


def _has_word(there: Iterable[str], word: str, closeness: Closeness) -> bool:
    forms = set(forms_of(word))
    if any(one in forms for one in there):
        return True
    if closeness is Closeness.SPELLED:
        return False
    begins = base_of(word) if len(word) >= SHORTEST_BEGINNING else None
    within = word if len(word) >= PART else None
    return any((begins and one.startswith(begins)) or (within and within in one) for one in there)


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(composed(text).lower()))
