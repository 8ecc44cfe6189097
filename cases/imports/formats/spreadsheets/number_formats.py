"""Number formats that add zeros before a number: 0000000 shows 1234 as 0001234, 000-000 00 00 a telephone."""

import re

TOKEN = re.compile(
    r'\\(?P<escaped>.)|"(?P<quoted>[^"]*)"|\[[^\]]*\]|[_*].|(?P<digit>[0#])|(?P<sign>[- ()/])|(?P<other>.)'
)
FEWEST = 2  # zeros of a format that adds any
PLACE = "\0"  # where a digit stands


def padding_of(code: str) -> str | None:
    """Return how a number format shows a whole number, with a "\\0" for each digit; None if it adds no zeros.

    Formats of days, parts and thousands (which have a letter, a comma, a full stop or # first) add none.
    """
    shown, zeros = "", 0
    for token in TOKEN.finditer(code.partition(";")[0]):
        digit = token["digit"]
        if token["other"] or (digit == "#" and not zeros):
            return None
        zeros += digit == "0"
        shown += PLACE if digit else token["escaped"] or token["quoted"] or token["sign"] or ""
    return shown if zeros >= FEWEST else None


def padded(shown: str, number: str) -> str:
    """Return the whole number as the format shows it; any other text stays as it is."""
    if not number.isdecimal():
        return number
    places = shown.count(PLACE)
    digits = number.rjust(places, "0")
    more, each = digits[: len(digits) - places], iter(digits[len(digits) - places :])
    filled = "".join(next(each) if sign == PLACE else sign for sign in shown)
    first = shown.index(PLACE)
    return filled[:first] + more + filled[first:]
