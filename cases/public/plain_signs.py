"""Plain signs: a text without the signs that hide in it, and where each sign that is left stood in the original.

A number that a reader sees must be seen by the search for it too, whichever digits it is written with and whatever
invisible stands between them (Unicode Standard Annex #15, Technical Report #36).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

INVISIBLE = frozenset({"Cc", "Cf", "Mn", "Me", "Co", "Cs", "Cn"})  # categories: control, format, marks on other signs
BLANK = frozenset("\u115f\u1160\u3164\uffa0")  # letters that nobody sees
SPACE_LIKE = frozenset("\t\u2800")
LINE_ENDS = frozenset("\r\n")
NOTHING_HIDDEN = re.compile(r"[ -~\r\n]*")
DASHES = frozenset("\u2212\u2043\u00af\u02c9\u30fc")  # look like one and are not of the category Pd


@dataclass(frozen=True)
class PlainSigns:
    """A text in plain signs: digits are 0-9, spaces " ", dashes "-", compatible forms one, the invisible gone.

    `origins[n]` is the index, in the original text of `length` characters, of what became `text[n]`.
    """

    text: str
    origins: tuple[int, ...]
    length: int

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where `text[start:end]`, not empty, stands in the original, with what is invisible at its end."""
        following = self.origins[end] if end < len(self.origins) else self.length
        return self.origins[start], max(following, self.origins[end - 1] + 1)


def plain_signs(text: str) -> PlainSigns:
    """Return the text in plain signs."""
    if NOTHING_HIDDEN.fullmatch(text):
        return PlainSigns(text, tuple(range(len(text))), len(text))
    found = [(sign, at) for at, written in enumerate(text) for sign in _plain(written)]
    return PlainSigns("".join(sign for sign, _ in found), tuple(at for _, at in found), len(text))


@lru_cache(4096)
def _plain(written: str) -> str:
    """Return what stands for one character: none, one, or the several of a compatible form such as "⑴"."""
    digit = unicodedata.digit(written, None)
    if digit is not None:
        return str(digit)
    return "".join(_one(sign) for sign in unicodedata.normalize("NFKC", written))


def _one(sign: str) -> str:
    category = unicodedata.category(sign)
    if category[0] == "Z" or sign in SPACE_LIKE:
        return " "
    if (category in INVISIBLE and sign not in LINE_ENDS) or sign in BLANK:
        return ""
    if category == "Pd" or sign in DASHES:
        return "-"
    return "." if sign == "\u3002" else sign
