"""Loose numbers: personal and telephone numbers that are spaced, punctuated or spelled as nobody would a plain one.

These shapes are wider than those of `masking`, so a personal number needs an existing day and a right check digit here,
and whatever the words around it say of an amount, a time of day or a row of numbers keeps it.
"""

import re
from collections.abc import Iterator

from cases.contacts.personal_numbers import is_day, is_personal_number

Span = tuple[int, int]
BEFORE = r"(?<![\d:])(?<!\d[,.:;+-])(?<!\d[,.:;+-] )(?<!\d )"  # no digits on the left: else it is one of a row
AFTER = r"(?![\d:])(?![,.;:+-] ?\d)(?!(?:[*_)]{0,4}) [\d])"
COUNTED = (  # what makes four digits an amount, a length or a number of things
    r"(?!\s?(?:kr\b|kronor|sek\b|:-|tkr|mkr|mnkr|euro|\u20ac|%|procent|m\b(?! ?fl)|m2|m\u00b2|meter|km|mil\b|kvm|ha\b"
    r"|hektar|ton|kg|liter|st\b|stycken|personer|inv|bilar|fordon|hush|barn|elever|tim|min\b|grader|\u00b0))"
)
BETWEEN = r"[\s,.;:/|~*\u00b7\u2022\u2026()\[\]+-]{0,9}"
LAST = r"(?P<last>\d ?\d ?\d ?\d)"
CENTURY = r"(?P<century>1[89]|20)"
MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar", "apr", "maj may", "jun", "jul", "aug", "sep", "okt oct", "nov", "dec"), 1
    )
    for name in names.split()
}
YEAR_FIRST = re.compile(
    rf"(?i){BEFORE}{CENTURY}?(?P<year>\d\d)(?P<part>[ ./-]?)(?P<month>[01]\d)(?P=part)(?P<day>\d\d)"
    rf"(?P<between>{BETWEEN}){LAST}{AFTER}{COUNTED}"
)
IN_THREES = re.compile(rf"(?i){BEFORE}(?P<six>\d{{3}} \d{{3}}) (?P<last>\d{{3}} \d|\d{{4}}){AFTER}{COUNTED}")
IN_PAIRS = re.compile(rf"(?i){BEFORE}{CENTURY}? ?(?P<six>\d\d \d\d \d\d) (?P<last>\d\d \d\d){AFTER}{COUNTED}")
DAY_FIRST = re.compile(
    rf"(?i){BEFORE}(?P<day>[0-3]?\d)(?:[/.-](?P<month>[01]?\d)|\.? (?P<name>{'|'.join(MONTHS)})[a-z]{{0,6}}\.?)"
    rf"[ /.-]{{1,2}}{CENTURY}(?P<year>\d\d)(?P<between>{BETWEEN}){LAST}{AFTER}{COUNTED}"
)
WITH_LETTERS = re.compile(  # a temporary number, whose first signs of four are letters: T or TF
    r"(?<![\w-])(?P<century>1[89]|20)?(?P<six>\d{6})[-+ ]?(?:T\d{3}|TF\d{2})(?!\w)"
)
A_YEAR = re.compile(r"(?:1[89]|20)\d\d")
A_TIME = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d")

MOBILE_GAP = r"[\s,./*|~\u00b7\u2022-]{0,5}"
LOOSE_PHONES = (
    re.compile(  # 070,123,45,67
        rf"(?<![\w+])\(?07[02369]\)?(?:{MOBILE_GAP}\d{{3}}{MOBILE_GAP}\d\d{MOBILE_GAP}\d\d"
        rf"|{MOBILE_GAP}\d\d{MOBILE_GAP}\d\d{MOBILE_GAP}\d{{3}})(?![\d:]){COUNTED}"
    ),
    re.compile(r"(?<![\w+.,-])\(?0[1-9]\d{0,2}\)? {0,4}[-/] {0,4}\d{2,3}(?: {1,4}\d{2,3}){1,2}(?![\d:])"),
    re.compile(rf"(?i)(?<![\w+])46 ?-? ?7[02369](?:\d{{7}}|[ -]\d{{3}} ?\d\d ?\d\d)(?!\d){COUNTED}"),  # without its "+"
    re.compile(  # the letter O for a zero
        r"(?i)(?<![^\W_])(?=.{0,2}o)[0o]7[o02369][ -]{0,3}(?:[\do][ -]{0,2}){6}[\do](?!\w)"
    ),
)


def loose_personal_numbers(text: str) -> Iterator[Span]:
    """Yield where personal numbers in a loose shape stand, such as "811218 ... 9876" or "18 dec 1981-9876"."""
    for match in YEAR_FIRST.finditer(text):
        if _is_right(match, match["year"] + match["month"] + match["day"]) and not _is_another_thing(match):
            yield match.span()
    for match in DAY_FIRST.finditer(text):
        month = int(match["month"] or MONTHS[match["name"].lower()])
        six = f"{match['year']}{month:02}{int(match['day']):02}"
        if _is_right(match, six) and not _is_another_thing(match):
            yield match.span()
    for pattern in (IN_THREES, IN_PAIRS):
        for match in pattern.finditer(text):
            if _is_right(match, _digits(match["six"])) and not _is_series(match.group()):
                yield match.span()
    for match in WITH_LETTERS.finditer(text):
        if any(is_day(century, match["six"]) for century in ([match["century"]] if match["century"] else ["19", "20"])):
            yield match.span()


def loose_phones(text: str) -> Iterator[Span]:
    """Yield where telephone numbers in a loose shape stand, such as "070  -  123  45  67" or "46701234567"."""
    for pattern in LOOSE_PHONES:
        yield from (match.span() for match in pattern.finditer(text))


def _is_right(match: re.Match[str], six: str) -> bool:
    century = match.groupdict().get("century")
    return is_personal_number(century, six, _digits(match["last"]))


def _is_another_thing(match: re.Match[str]) -> bool:
    """Return whether this is rather two days or years, or a day of our time with its time of day."""
    last, century = _digits(match["last"]), match["century"]
    if century is None and not match["part"]:
        return False
    return bool(A_YEAR.fullmatch(last)) or (century not in {"18", "19"} and bool(A_TIME.fullmatch(last)))


def _is_series(text: str) -> bool:
    """Return whether the numbers rise all the way, as those of pages, rows and prizes do."""
    numbers = [int(part) for part in text.split()]
    return numbers == sorted(set(numbers))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
