"""Terms: what was typed in a search field, read as words, references, telephone numbers and mail addresses."""

import re
from dataclasses import dataclass

from cases.contacts.phone_numbers import digits_of
from cases.database.inflecting import LONGEST_TERM, MOST_TERMS, terms_of
from cases.database.search.spelling import composed
from cases.database.texts import storable

LONGEST_SEARCH = 1000  # characters of a search that count
FEWEST_DIGITS, FEWEST_TELLING = 5, 4  # of a telephone number or its last part: with the zeros before it, and without
FEWEST_OF_REFERENCE = 2  # digits
REFERENCE = re.compile(r"(?<!\w)((?:19|20)\d\d)-(\d{1,9})(?!\w)", re.ASCII)
ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
PHONE = re.compile(r"(?<!\w)(?:\+\s?\d|\(?0)(?:[\s()/.\u2010-\u2015\u2212-]*\d)+", re.ASCII)
LOCAL = re.compile(  # a telephone number without its area code, in groups: five to eight digits
    r"(?<![\w-])(?<!\d\s)(?=(?:[\s-]?\d){5,8}(?![\s-]?\d))[1-9]\d{1,2}(?:[\s-]\d{2,3}){1,3}(?![\s-]?\d|\w)", re.ASCII
)
PATTERNS = re.compile("|".join(f"(?:{one.pattern})" for one in (ADDRESS, REFERENCE, PHONE, LOCAL)), re.ASCII)
# those that PostgreSQL's Swedish dictionary leaves out (snowball's swedish.stop)
STOP_WORDS = frozenset((
    "och", "det", "att", "i", "en", "jag", "hon", "som", "han", "på", "den", "med", "var", "sig", "för", "så", "till",
    "är", "men", "ett", "om", "hade", "de", "av", "icke", "mig", "du", "henne", "då", "sin", "nu", "har", "inte",
    "hans", "honom", "skulle", "hennes", "där", "min", "man", "ej", "vid", "kunde", "något", "från", "ut", "när",
    "efter", "upp", "vi", "dem", "vara", "vad", "över", "än", "dig", "kan", "sina", "här", "ha", "mot", "alla",
    "under", "någon", "eller", "allt", "mycket", "sedan", "ju", "denna", "själv", "detta", "åt", "utan", "varit",
    "hur", "ingen", "mitt", "ni", "bli", "blev", "oss", "din", "dessa", "några", "deras", "blir", "mina", "samma",
    "vilken", "er", "sådan", "vår", "blivit", "dess", "inom", "mellan", "sådant", "varför", "varje", "vilka", "ditt",
    "vem", "vilket", "sitta", "sådana", "vart", "dina", "vars", "vårt", "våra", "ert", "era", "vilkas",
))  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One thing that was typed: a case must have it somewhere, and may have it in another text than the next one.

    `words` are its words, which must stand in one text. `ref` is the case's reference that it is, "" when it is none.
    `part` is what names and addresses are searched for, `digits` a telephone number without its first zeros ("" when
    it is none).
    """

    words: tuple[str, ...]
    part: str
    ref: str = ""
    digits: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is a number alone, which may be that of a reference."""
        return len(self.words) == 1 and self.words[0].isascii() and self.words[0].isdecimal()

    @property
    def is_part_of_number(self) -> bool:
        """Whether it is a number that is long enough to be looked for within references."""
        return self.is_number and len(self.words[0]) >= FEWEST_OF_REFERENCE


def terms_in(typed: str) -> list[Term]:
    """Return the terms of a search text; of at most `MOST_TERMS` words together, without words that every text has.

    These count when nothing else was typed.
    """
    text = composed(storable(typed))[:LONGEST_SEARCH]
    terms, left, at = [], MOST_TERMS, 0
    for found in PATTERNS.finditer(text):
        terms += [*_plain(text[at : found.start()]), _special(found[0])]
        at = found.end()
    kept = []
    for term in [*terms, *_plain(text[at:])]:
        if term.words and (left := left - len(term.words)) >= 0:
            kept.append(term)
    telling = [term for term in kept if not STOP_WORDS.issuperset(term.words)]
    return telling or kept


def _plain(text: str) -> list[Term]:
    return [Term((word,), word, digits=_last_digits(word)) for word in map(str.lower, terms_of(text))]


def _special(found: str) -> Term:
    words = tuple(word.lower() for word in terms_of(found))
    if "@" in found:
        return Term(words, found.lower()[:LONGEST_TERM])
    if reference := REFERENCE.fullmatch(found):
        return Term(words, found, f"{reference[1]}-{int(reference[2]):04d}", "")
    return Term(words, "", digits=_significant(digits_of(found.strip())))


def _last_digits(word: str) -> str:
    return _significant(word) if word.isascii() and word.isdecimal() else ""


def _significant(digits: str) -> str:
    """Return the digits without zeros before them, which the number has or not by how it was written."""
    telling = digits.lstrip("0")
    return telling if len(digits) >= FEWEST_DIGITS and len(telling) >= FEWEST_TELLING else ""
