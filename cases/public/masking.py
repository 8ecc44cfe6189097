"""Masking: personal numbers, telephone numbers and mail addresses are replaced in texts that everybody may read.

Digits count as a personal number only when the date exists and the check digit is right (SKV 704), so that road
numbers, amounts and references stay.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import cycle

COORDINATION = 60  # added to the day in a samordningsnummer

PERSONAL_NUMBER = re.compile(
    r"(?<!\d)(?<!\d-)(?:(?P<century>1[89]|20)[ -]?)?(?P<year>\d\d)[ -]?(?P<month>[01]\d)[ -]?(?P<day>\d\d)"
    r"\s?[-+\u2010-\u2015\u2212/.]?\s?(?P<last>\d{4})(?!\d)"
)
SEPARATED = r"[ \u00a0]?[-\u2010-\u2015/.]?[ \u00a0]?"
ABROAD = re.compile(
    rf"(?<![\w+])(?:\+|00)[1-9]\d{{0,2}}{SEPARATED}(?:\(0\){SEPARATED})?(?:\d{SEPARATED}){{6,11}}\d(?!\d)"
)
AREA_CODE = re.compile(rf"(?<![\w.,-])\(?0[1-9]\d{{0,2}}\)?{SEPARATED}(?:\d{SEPARATED}){{5,7}}\d(?!\d)")
AFTER_A_WORD = re.compile(
    r"(?i)\b(?:tel|tfn|telefon|telefonnummer|mobil|mobilnummer|ring|phone|call)(?:\s?nr)?[.:]?\s{0,2}"
    r"(?P<number>[1-9]\d[\d -]{3,9}\d)(?!\d)"
)
AT_SIGN = r"\s?(?:@|\(at\)|\[at\]|\(snabel-?a\)|\[snabel-?a\])\s?"
MAIL_ADDRESS = re.compile(rf"(?i)[\w.!#$%&'*+/=?^`{{|}}~-]{{1,64}}{AT_SIGN}(?:[\w-]{{1,63}}\.){{1,5}}[^\W\d_]{{2,24}}")

MASKS = {
    "personal-number": "[personnummer borttaget]",
    "phone": "[telefonnummer borttaget]",
    "email": "[e-postadress borttagen]",
}


@dataclass(frozen=True)
class MaskedSpan:
    """One piece of personal data in a text: it stands at `text[start:end]`.

    `kind` is "personal-number", "phone" or "email".
    """

    kind: str
    start: int
    end: int


def findings(text: str) -> list[MaskedSpan]:
    """Return every personal number, mail address and telephone number in the text, in order, without overlaps."""
    found: list[MaskedSpan] = []
    for find in FINDERS:
        found += [span for span in find(text) if not any(_overlap(span, other) for other in found)]
    return sorted(found, key=lambda span: span.start)


def mask(text: str) -> str:
    """Return the text with personal data replaced by words such as "[telefonnummer borttaget]"."""
    pieces, at = [], 0
    for span in findings(text):
        pieces += [text[at : span.start], MASKS[span.kind]]
        at = span.end
    return "".join([*pieces, text[at:]])


def is_personal_number(century: str | None, six: str, last: str) -> bool:
    """Return whether the digits are a personnummer or samordningsnummer: an existing day and a right check digit.

    `century` is "18", "19" or "20"; when it is None, "19" and "20" are tried. `six` is the date as YYMMDD, `last` the
    four digits after it.
    """
    return _has_check_digit(six + last) and any(_is_day(c, six) for c in ([century] if century else ["19", "20"]))


def _personal_numbers(text: str) -> Iterator[MaskedSpan]:
    for match in PERSONAL_NUMBER.finditer(text):
        six = match["year"] + match["month"] + match["day"]
        if is_personal_number(match["century"], six, match["last"]) or _is_mistyped(match, six):
            yield MaskedSpan("personal-number", *match.span())


def _is_mistyped(match: re.Match[str], six: str) -> bool:
    """Return whether these are eight digits of a day, a sign and four more: hardly anything else with a wrong digit."""
    century = match["century"]
    return bool(century) and any(sign in match.group() for sign in "-+") and _is_day(century, six)


def _mail_addresses(text: str) -> Iterator[MaskedSpan]:
    return (MaskedSpan("email", *match.span()) for match in MAIL_ADDRESS.finditer(text))


def _phones(text: str) -> Iterator[MaskedSpan]:
    for pattern in (ABROAD, AREA_CODE):
        yield from (MaskedSpan("phone", *match.span()) for match in pattern.finditer(text))
    yield from (MaskedSpan("phone", *match.span("number")) for match in AFTER_A_WORD.finditer(text))


FINDERS: tuple[Callable[[str], Iterator[MaskedSpan]], ...] = (_personal_numbers, _mail_addresses, _phones)


def _overlap(span: MaskedSpan, other: MaskedSpan) -> bool:
    return span.start < other.end and other.start < span.end


def _is_day(century: str, six: str) -> bool:
    day = int(six[4:])
    try:
        date(int(century + six[:2]), int(six[2:4]), day - COORDINATION if day > COORDINATION else day)
    except ValueError:
        return False
    return True


def _has_check_digit(digits: str) -> bool:
    products = (int(digit) * weight for digit, weight in zip(digits, cycle((2, 1)), strict=False))
    return sum(product // 10 + product % 10 for product in products) % 10 == 0
