"""The word in a text that made a search find it, with what stands around it."""

from dataclasses import dataclass

from cases.database.search.names import WORD, has_term
from cases.database.search.spelling import composed
from cases.database.search.terms import Term
from cases.database.search.text_index import Closeness

AROUND = 40  # characters on each side


@dataclass(frozen=True)
class Excerpt:
    """A part of a text: the word that was found as it stands there, and what is before and after it."""

    before: str
    word: str
    after: str


def is_in(texts: list[str], term: Term) -> bool:
    """Return whether one of the texts has the term, or what is like it."""
    return has_term(texts, term, Closeness.LIKE_IT)


def excerpt_of(text: str, term: Term) -> Excerpt | None:
    """Return the part of the text around the first word of the term that is in it; None without one."""
    whole = " ".join(composed(text).split())
    for found in WORD.finditer(whole):
        if any(is_in([found[0]], Term((word,), word)) for word in term.words):
            before, after = whole[: found.start()], whole[found.end() :]
            return Excerpt(_end_of(before), found[0], _beginning_of(after))
    return None


def _end_of(text: str) -> str:
    if len(text) <= AROUND:
        return text
    return f"… {text[-AROUND:].partition(' ')[2]}"


def _beginning_of(text: str) -> str:
    if len(text) <= AROUND:
        return text
    return f"{text[:AROUND].rpartition(' ')[0]} …"
