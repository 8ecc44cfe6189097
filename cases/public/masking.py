"""Masking: personal numbers, telephone numbers and mail addresses are replaced in texts that everybody may read.

Digits count as a personal number only when the date exists and the check digit is right (SKV 704), so that road
numbers, amounts and references stay. What is looked at is the text in plain signs; what is masked is the original.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import cycle

from cases.public.plain_signs import plain_signs

COORDINATION = 60  # added to the day in a samordningsnummer
LONGEST_PHONE = 10  # digits, with the 0 of the area code (PTS, the Swedish numbering plan)

PERSONAL_NUMBER = re.compile(
    r"(?<!\d)(?<!\d-)(?:(?P<century>1[89]|20)[ -]?)?(?P<year>\d\d)[ -]?(?P<month>[01]\d)[ -]?(?P<day>\d\d)"
    r"\s?(?P<sign>[-+/.:*~|\u00b7\u2022]?)\s?(?P<last>\d\d ?\d\d)(?!\d)(?!-[01]\d-[0-3]\d)"
)
SPELLED_OUT = re.compile(  # each digit on its own, as 0 7 0 ..., or parted by "_" anywhere
    r"(?<![\d,])(?:(?:\d[ .*/|\u00b7\u2022_-]{1,3}){8,11}|(?=[\d-]{1,11}_)(?:\d[_-]{0,2}){8,11})\d(?!\d)"
)
OTHER_NUMBERS = re.compile(r"20(\d\d-\d\d-\d\d |\d{6}_)[012]\d ?[0-5]\d|\d\d(?: \d\d){4}")  # day and time; a series
SEPARATED = r" ?[-./*|~\u00b7\u2022]? ?"
ABROAD = re.compile(
    rf"(?<![\w+])(?:\+|00)[1-9]\d{{0,2}}{SEPARATED}(?:\(0\){SEPARATED})?(?:\d{SEPARATED}){{6,11}}\d(?!\d)"
)
AREA_CODE = re.compile(rf"(?<!\w)(?<!\d[.,-])\(?0[1-9]\d{{0,2}}\)?{SEPARATED}(?:\d{SEPARATED}){{5,7}}\d(?!\d)")
MOBILE_AFTER_A_LETTER = re.compile(rf"(?<=[^\W\d_])07[02369]{SEPARATED}(?:\d{SEPARATED}){{6}}\d(?!\d)")
AFTER_A_WORD = re.compile(
    r"(?i)\b(?:tel|tfn|telefon|telefonnummer|mobil|mobilnummer|ring|phone|call)(?:\s?nr)?[.:]?\s{0,2}"
    r"(?P<number>[1-9]\d[\d -]{3,9}\d)(?!\d)"
)
CLOCK_TIMES_OR_DAY = re.compile(  # 07.30 - 15.30, 06.15 07.15 08.15, 0730-1530, 01.02.2026
    r"[012]?\d[.:][0-5]\d(?:[ -]{1,3}[012]?\d[.:][0-5]\d)+|[01]\d[0-5]\d ?- ?[012]\d[0-5]\d(?!\d)"
    r"|[0-3]\d([-./ ])[01]\d\1(?:19|20)\d\d(?!\d)"
)
AT_SIGN = r"\s?(?:@|[(\[{<](?:at|a|@|snabel-?a)[)\]}>])\s?|\ssnabel-?a\s"
DOT = r"(?:\.|\s?[(\[{<](?:dot|punkt|\.)[)\]}>]\s?|\s(?:dot|punkt)\s)"
WORTH_A_LOOK = re.compile(r"(?i)\d(?:\D{0,5}\d){4}|@|[(\[{<]\s?a|snabel|\sat\s")  # else nothing can be found
LOCAL_PART = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}"
MAIL_ADDRESS = re.compile(
    rf"(?i){LOCAL_PART}(?:(?:{AT_SIGN})(?:[\w-]{{1,63}}{DOT}){{1,5}}|\sat\s(?:[\w-]{{1,63}}\s(?:dot|punkt)\s){{1,5}})"
    r"(?:xn--[a-z\d-]{2,59}|[^\W\d_]{2,24})"
)

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
    plain = plain_signs(text)
    if not WORTH_A_LOOK.search(plain.text):
        return []
    found: list[MaskedSpan] = []
    for find in FINDERS:
        spans = (MaskedSpan(span.kind, *plain.original_span(span.start, span.end)) for span in find(plain.text))
        found += [span for span in spans if not any(_overlap(span, other) for other in found)]
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
    for match in PERSONAL_NUMBER.finditer(_underlines_as_spaces(text)):
        if not OTHER_NUMBERS.fullmatch(text[slice(*match.span())]) and (_is_right(match) or _is_mistyped(match)):
            yield MaskedSpan("personal-number", *match.span())


def _is_right(match: re.Match[str]) -> bool:
    return is_personal_number(match["century"], _six(match), match["last"].replace(" ", ""))


def _is_mistyped(match: re.Match[str]) -> bool:
    """Return whether these are eight digits of a day, a sign and four more: hardly anything else with a wrong digit."""
    century = match["century"]
    return bool(century) and match["sign"] in {"-", "+"} and _is_day(century, _six(match))


def _six(match: re.Match[str]) -> str:
    return str(match["year"] + match["month"] + match["day"])


def _spelled_out(text: str) -> Iterator[MaskedSpan]:
    """Yield personal numbers and telephone numbers whose digits are parted one by one, or by "_" anywhere."""
    for match in SPELLED_OUT.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if digits[0] == "0" and digits[1] != "0" and len(digits) <= LONGEST_PHONE:
            yield MaskedSpan("phone", *match.span())
        elif not OTHER_NUMBERS.fullmatch(match.group()):
            whole = PERSONAL_NUMBER.fullmatch(digits)
            yield from [MaskedSpan("personal-number", *match.span())] if whole and _is_right(whole) else []


def _mail_addresses(text: str) -> Iterator[MaskedSpan]:
    return (MaskedSpan("email", *match.span()) for match in MAIL_ADDRESS.finditer(text))


def _phones(text: str) -> Iterator[MaskedSpan]:
    text = _underlines_as_spaces(text)
    for pattern in (ABROAD, AREA_CODE, MOBILE_AFTER_A_LETTER):
        yield from (MaskedSpan("phone", *match.span()) for match in pattern.finditer(text) if not _is_time(match))
    yield from (MaskedSpan("phone", *match.span("number")) for match in AFTER_A_WORD.finditer(text))


FINDERS: tuple[Callable[[str], Iterator[MaskedSpan]], ...] = (_personal_numbers, _mail_addresses, _phones, _spelled_out)


def _is_time(match: re.Match[str]) -> bool:
    """Return whether what looks like a telephone number begins a row of clock times, or is a day."""
    times = CLOCK_TIMES_OR_DAY.match(match.string, match.start())
    return times is not None and times.end() >= match.end()


def _underlines_as_spaces(text: str) -> str:
    """Return the text, as long as before, with what a number may be parted by as a space."""
    return text.replace("_", " ")


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
