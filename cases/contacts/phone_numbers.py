"""Telephone numbers as people write them in Sweden: one rule for forms, the API, imports and the setup file.

They are stored as they were typed, since a person dials them; `digits_of` is the form for comparison and search. The
lengths are those of ITU-T E.164 and of the Swedish numbering plan (PTS).
"""

import re
import unicodedata

from cases.contacts.personal_numbers import is_personal_number
from cases.refusals import NotAPhoneNumber

LONGEST_PHONE = 40  # characters, as in the columns
FEWEST_DIGITS, MOST_DIGITS = 5, 15
FEWEST_WITH_AREA_CODE = 8  # digits of a Swedish number with its 0: "08-12 34 56"

LABEL = r"(?:(?:tel|tfn|telefon|mobil|mob|arb|hem|vx|växel|phone|mobile)\b[.:]?\s*)?"
NUMBER = r"\+?\s?\(?\+?\d(?:[\s./()-]{0,3}\d)*"
INTERNAL = r"(?:ankn|anknytning|ank|ext|extension|int|kort)\b\.?:?\s*\d{1,6}"
ONE_NUMBER = re.compile(rf"(?i){LABEL}(?:(?P<number>{NUMBER})(?:[,;]?\s*(?:{INTERNAL}|vx\b\.?|växel\b))?|{INTERNAL})")
BETWEEN_NUMBERS = re.compile(r"(?i)\s+/\s+|\s*[,;]\s+(?=[+(0])|\s+(?:eller|och|or|and)\s+")
TRUNK_ZERO = re.compile(r"\(0\)")
PERSONAL_NUMBER = re.compile(r"(18|19|20)?(\d{6})[\s+-]?(\d{4})")


def is_phone_number(written: str) -> bool:
    """Return whether the text is a telephone number, or several, perhaps with an extension ("070-174 06 05 ankn 12").

    An extension or "vx" may be alone with a number or, within the municipality, an extension stand by itself. A
    personal number is none, though it has as many digits.
    """
    text = _plain(written)
    return len(written) <= LONGEST_PHONE and all(_is_one(part) for part in BETWEEN_NUMBERS.split(text))


def read_phone_number(written: str, *, field: str = "phone") -> str:
    """Return the number as it is stored, without spaces around it; every door reads what was typed with this function.

    Raises `NotAPhoneNumber` for the field with this name when it is none.
    """
    if not is_phone_number(written.strip()):
        raise NotAPhoneNumber(field=field)
    return written.strip()


def digits_of(written: str) -> str:
    """Return the digits of the first number for comparison, in Swedish form: "+46 (0)70-174 06 05" is "0701740605".

    What comes after them, such as an extension, is left out. A number of another country keeps its "00". Return "" for
    a text that is no telephone number.
    """
    match = ONE_NUMBER.match(BETWEEN_NUMBERS.split(_plain(written))[0])
    number = (match["number"] if match else "") or ""
    digits = re.sub(r"\D", "", TRUNK_ZERO.sub("", number))
    if "+" in number:
        digits = f"00{digits}"
    return re.sub(r"^0046", "0", digits)


def dialled(written: str) -> str:
    """Return the first number as the address that a telephone dials (RFC 3966, after "tel:"): "+46701740605".

    A short number, such as 1177 or an extension alone, has no country. Return "" for a text that is no number.
    """
    digits = digits_of(written)
    if digits.startswith("00"):  # no country's code begins with 0
        return digits if digits.startswith("000") else f"+{digits[2:]}"
    return f"+46{digits[1:]}" if digits.startswith("0") else digits


def _plain(written: str) -> str:
    """Return the text with every dash as "-", every space as " ", every digit as 0-9, and no invisible signs."""
    text = unicodedata.normalize("NFKC", written).strip()
    return "".join(_sign(sign) for sign in text if unicodedata.category(sign) != "Cf")


def _sign(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    return "-" if unicodedata.category(sign) == "Pd" or sign == "\u2212" else sign


def _is_one(text: str) -> bool:
    match = ONE_NUMBER.fullmatch(text)
    if match is None:
        return False
    number = match["number"]
    digits = re.sub(r"\D", "", number or "")
    return number is None or (
        not _is_personal(number)
        and FEWEST_DIGITS <= len(digits) <= MOST_DIGITS
        and _has_whole_area_number(text)
        and len(set(digits)) > 1
        and _parentheses_close(number)
    )


def _has_whole_area_number(text: str) -> bool:
    """Return whether a number that begins with 0, or with Sweden's +46, is as long as the shortest; others are."""
    digits = digits_of(text)
    return not digits.startswith("0") or len(digits) >= FEWEST_WITH_AREA_CODE


def _is_personal(number: str) -> bool:
    """Return whether it is written as a personal number; ten digits that begin with 0 may be a telephone number."""
    match = PERSONAL_NUMBER.fullmatch(number.strip())
    if match is None or (match[1] is None and number.startswith("0")):
        return False
    return is_personal_number(*match.groups())


def _parentheses_close(number: str) -> bool:
    return not {"(", ")"} & set(re.sub(r"\([^()]*\)", "", number))
