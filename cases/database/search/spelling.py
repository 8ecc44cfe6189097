"""How texts are compared in a search: composed, without marks on letters, and telephone numbers by their digits.

SQLite's triggers call these functions to fill the indexes (`SQL_FUNCTIONS`), PostgreSQL's indexes have expressions that
do the same. Whoever changes one must have the indexes made anew by a migration.
"""

import re
import unicodedata

MARKS = re.compile("[\u0300-\u036f]")
NO_DIGIT = re.compile(r"\D", re.ASCII)
SWEDISH_LETTERS = frozenset("åäö")


def composed(text: str | None) -> str:
    """Return the text in composed letters (NFC): one sign for å, however it was sent. Return "" for None."""
    return unicodedata.normalize("NFC", text or "")


def without_marks(text: str | None) -> str:
    """Return the text with a plain letter for each letter that has marks: "Åby" is "Aby". Return "" for None."""
    return MARKS.sub("", unicodedata.normalize("NFD", text or ""))


def without_marks_sql(text: str) -> str:
    """Return the PostgreSQL expression of `without_marks` for that of a text, word for word as in the indexes."""
    return f"regexp_replace(normalize({text}, NFD), '[\\u0300-\\u036f]', '', 'g')"


def digits_alone(text: str | None) -> str:
    """Return only the digits of the text. Return "" for None."""
    return NO_DIGIT.sub("", text or "")


def is_swedish(word: str) -> bool:
    """Return whether the word has å, ä or ö: whoever types these means them."""
    return not SWEDISH_LETTERS.isdisjoint(word.lower())


SQL_FUNCTIONS = {"ventil_composed": composed, "ventil_plain": without_marks, "ventil_digits": digits_alone}
SQLITE_TABLES = (  # of FTS5, which triggers keep
    "words_search", "words_plain", "words_parts", "published_search", "published_plain", "published_parts",
    "party_search", "party_plain", "party_digits",
)  # fmt: skip
