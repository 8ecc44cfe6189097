"""Number formats that change what a cell means: those that add zeros before a number, and those that show the hour.

0000000 shows 1234 as 0001234, 000-000 00 00 a telephone. yyyy-mm-dd hh:mm shows the hour, also at midnight.
"""

import re

TOKEN = re.compile(
    r'\\(?P<escaped>.)|"(?P<quoted>[^"]*)"|\[[^\]]*\]|[_*].|(?P<digit>[0#])|(?P<sign>[- ()/])|(?P<other>.)'
)
HOUR = re.compile(r'\\.|"[^"]*"|_.|\*.|\[(?!hh?\])[^\]]*\]|(?P<hour>h|am/pm|a/p)', re.IGNORECASE)
BUILT_IN = {"22": "m/d/yy h:mm"}  # formats of a moment that a file does not spell out (ECMA-376, part 1: 18.8.30)
MIDNIGHT = " 00:00:00"
DAY_ALONE = re.compile(r"\d{4}-\d\d-\d\d")
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


def shows_hour(code: str) -> bool:
    """Return whether a number format shows the hour of a moment."""
    return any(found["hour"] for found in HOUR.finditer(code.partition(";")[0]))


def at_midnight(day: str) -> str:
    """Return the day with its hour, which is 00:00; any other text stays as it is."""
    return day + MIDNIGHT if DAY_ALONE.fullmatch(day) else day


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
