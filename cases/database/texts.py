"""Which texts can be stored and shown: both databases hold them, and nothing in letters and files takes them for marks.

Control characters are left out, except line ends and tabs: PostgreSQL holds no NUL, and no XML file any of them. So are
lone surrogates, which are no text, and U+FFFE and U+FFFF.
"""

import re
import unicodedata

UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("[\t\n\r\x85\u2028\u2029]")

UNSEEN_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a pattern without any dot: nobody sees them
UNSEEN = frozenset("ZCM")  # general categories: separators, control signs, and marks on a letter that is missing


def is_storable(text: str) -> bool:
    """Return whether the text can be stored. It may have several lines."""
    return UNSTORABLE.search(text) is None


def is_storable_line(text: str) -> bool:
    """Return whether the text can be stored and is one line, without tabs."""
    return is_storable(text) and LINE_ENDS.search(text) is None


def visible(text: str) -> str:
    """Return the text without blanks around it; "" when nothing of it can be seen, as of zero-width signs."""
    return text.strip() if any(_is_seen(sign) for sign in text) else ""


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in UNSEEN and sign not in UNSEEN_LETTERS


def storable(text: str) -> str:
    """Return the text without the characters that cannot be stored."""
    return UNSTORABLE.sub("", text)
