"""Masking: personal numbers, telephone numbers and mail addresses are replaced in texts that everybody may read.

Digits count as a personal number only when the date exists and the check digit is right (SKV 704), so that road
numbers, amounts and references stay. What is looked at is the text in plain signs; what is masked is the original.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cases.contacts.personal_numbers import is_day, is_personal_number
from cases.public.loose_numbers import loose_personal_numbers, loose_phones
from cases.public.plain_signs import plain_signs

LONGEST_PHONE = 10  # digits, with the 0 of the area code (PTS, the Swedish numbering plan)

NO_AMOUNT = r"(?!\s?(?:(?i:kr|kronor|tkr|mkr)\b|:-))"
PERSONAL_NUMBER = re.compile(
    r"(?<!\d)(?<!\d-)(?<!\d\d\.)(?:(?P<century>1[89]|20)[ -]?)?(?P<year>\d\d)[ -]?(?P<month>[01]\d)[ -]?(?P<day>\d\d)"
    r"\s?(?P<sign>[-+/.:*~|\u00b7\u2022]?)\s?(?P<last>\d\d ?\d\d)(?!\d)(?!-\d)" + NO_AMOUNT
)
SPELLED_OUT = re.compile(  # each digit on its own, as 0 7 0 ..., or parted by "_" anywhere
    r"(?<![\d,])(?:(?:\d[ .*/|\u00b7\u2022_-]{1,3}){8,11}|(?=[\d-]{1,11}_)(?:\d[_-]{0,2}){8,11})\d(?!\d)"
)
OTHER_NUMBERS = re.compile(r"20(\d\d-\d\d-\d\d |\d{6}_)[012]\d ?[0-5]\d|\d\d(?: \d\d){4}")  # day and time; a series
SEPARATED = r" ?[-./*|~\u00b7\u2022]? ?"
ABROAD = re.compile(
    rf"(?<![\w+])(?<!\d[.-])(?:\+|00)[1-9]\d{{0,2}}{SEPARATED}(?:\(0\){SEPARATED})?(?:\d{SEPARATED}){{6,11}}\d(?!\d){NO_AMOUNT}"
)
AREA_CODE = re.compile(
    rf"(?<!\w)(?<!\d[.,-])\(?0[1-9]\d{{0,2}}\)?{SEPARATED}(?:\d{SEPARATED}){{5,7}}\d(?!\d){NO_AMOUNT}"
)
MOBILE_AFTER_A_LETTER = re.compile(rf"(?<=[^\W\d_])07[02369]{SEPARATED}(?:\d{SEPARATED}){{6}}\d(?!\d)")
AFTER_A_WORD = re.compile(
    r"(?i)\b(?:tel|tfn|telefon|telefonnummer|mobil|mobilnummer|ring|phone|call)(?:\s?nr)?[.:]?\s{0,2}"
    r"(?P<number>[1-9]\d[\d -]{3,9}\d)(?!\d)"
)
CLOCK_TIMES_OR_DAY = re.compile(  # 07.30 - 15.30, 06.15 07.15 08.15, 0730-1530, 01.02.2026
    r"[012]?\d[.:][0-5]\d(?:[ -]{1,3}[012]?\d[.:][0-5]\d)+|[01]\d[0-5]\d ?- ?[012]\d[0-5]\d(?!\d)"
    r"|[0-3]\d([-./ ])[01]\d\1(?:19|20)\d\d(?!\d)"
)
AT_SIGN = r"\s{0,3}(?:@|&(?:#0{0,5}64|#x0{0,5}40|commat);|%40|[(\[{<](?:at|a|@|snabel-?a)[)\]}>])\s{0,3}|\ssnabel-?a\s"
DOT = (
    r"(?:\.|\s{1,3}\.\s{0,3}|&(?:#0{0,5}46|#x0{0,5}2e|period);"
    r"|\s?[(\[{<](?:dot|punkt|\.)[)\]}>]\s?|\s(?:dot|punkt)\s)"
)
WORTH_A_LOOK = re.compile(  # else nothing can be found
    r"(?i)\d(?:\D{0,9}\d){4}|[o0]7o|@|[(\[{<]\s?a|&(?:#|commat)|%40|snabel|\sat\s"
)
LOCAL_PART = r"(?:\"[^\"\n@]{1,62}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,64})"
MAIL_ADDRESS = re.compile(
    rf"(?i){LOCAL_PART}(?:(?:{AT_SIGN})(?:[\w-]{{1,63}}{DOT}){{1,5}}|\sat\s(?:[\w-]{{1,63}}\s(?:dot|punkt)\s){{1,5}})"
    r"(?:xn--[a-z\d-]{2,59}|[^\W\d_]{2,24})"
)

TURNED_ROUND = re.compile(r"\u202e(?P<shown>[^\u202a-\u202e\n]+)")

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
    taken = bytearray(len(text))  # 1 for each character that is part of something found
    spans = (MaskedSpan(span.kind, *plain.original_span(span.start, span.end)) for span in _in_plain(plain.text))
    for span in (*spans, *_turned(text)):
        if not any(taken[span.start : span.end]):
            taken[span.start : span.end] = bytes([1]) * (span.end - span.start)
            found.append(span)
    return sorted(found, key=lambda span: span.start)


def has_personal_number(*texts: str) -> bool:
    """Return whether a personal number stands in any of the texts."""
    return any(span.kind == "personal-number" for text in texts for span in findings(text))


def mask(text: str) -> str:
    """Return the text with personal data replaced by words such as "[telefonnummer borttaget]"."""
    pieces, at = [], 0
    for span in findings(text):
        pieces += [text[at : span.start], MASKS[span.kind]]
        at = span.end
    return "".join([*pieces, text[at:]])


def _in_plain(text: str) -> Iterator[MaskedSpan]:
    return (span for find in FINDERS for span in find(text))


def _turned(text: str) -> Iterator[MaskedSpan]:
    """Yield what is found in pieces that a right-to-left override shows turned round (Unicode Annex #9)."""
    for piece in TURNED_ROUND.finditer(text):
        for span in findings(piece["shown"][::-1]):
            yield MaskedSpan(span.kind, piece.end("shown") - span.end, piece.end("shown") - span.start)


def _personal_numbers(text: str) -> Iterator[MaskedSpan]:
    for match in PERSONAL_NUMBER.finditer(_underlines_as_spaces(text)):
        if not OTHER_NUMBERS.fullmatch(text[slice(*match.span())]) and (_is_right(match) or _is_mistyped(match)):
            yield MaskedSpan("personal-number", *match.span())


def _is_right(match: re.Match[str]) -> bool:
    return is_personal_number(match["century"], _six(match), match["last"].replace(" ", ""))


def _is_mistyped(match: re.Match[str]) -> bool:
    """Return whether these are eight digits of a day, a sign and four more: hardly anything else with a wrong digit."""
    century = match["century"]
    return bool(century) and match["sign"] in {"-", "+"} and is_day(century, _six(match))


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


def _loose(text: str) -> Iterator[MaskedSpan]:
    text = _underlines_as_spaces(text)
    yield from (MaskedSpan("personal-number", *span) for span in loose_personal_numbers(text))
    yield from (MaskedSpan("phone", *span) for span in loose_phones(text))


FINDERS: tuple[Callable[[str], Iterator[MaskedSpan]], ...] = (
    _personal_numbers,
    _mail_addresses,
    _phones,
    _spelled_out,
    _loose,
)


def _is_time(match: re.Match[str]) -> bool:
    """Return whether what looks like a telephone number begins a row of clock times, or is a day."""
    times = CLOCK_TIMES_OR_DAY.match(match.string, match.start())
    return times is not None and times.end() >= match.end()


def _underlines_as_spaces(text: str) -> str:
    """Return the text, as long as before, with what a number may be parted by as a space."""
    return text.replace("_", " ")
