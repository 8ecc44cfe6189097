"""Which texts can be stored and shown: both databases hold them, and nothing in letters and files takes them for marks.

Control characters are left out, except line ends and tabs: PostgreSQL holds no NUL, and no XML file any of them. So are
lone surrogates, which are no text, and U+FFFE and U+FFFF.
"""

import re

UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("[\t\n\r\x85\u2028\u2029]")


def is_storable(text: str) -> bool:
    """Return whether the text can be stored. It may have several lines."""
    return UNSTORABLE.search(text) is None


def is_storable_line(text: str) -> bool:
    """Return whether the text can be stored and is one line, without tabs."""
    return is_storable(text) and LINE_ENDS.search(text) is None


def storable(text: str) -> str:
    """Return the text without the characters that cannot be stored."""
    return UNSTORABLE.sub("", text)
