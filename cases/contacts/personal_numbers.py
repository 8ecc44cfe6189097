"""Personal numbers: which digits are a personnummer or samordningsnummer (SKV 704)."""

from datetime import date
from itertools import cycle

COORDINATION = 60  # added to the day in a samordningsnummer


def is_personal_number(century: str | None, six: str, last: str) -> bool:
    """Return whether the digits are a personnummer or samordningsnummer: an existing day and a right check digit.

    `century` is "18", "19" or "20"; when it is None, "19" and "20" are tried. `six` is the date as YYMMDD, `last` the
    four digits after it.
    """
    return _has_check_digit(six + last) and any(is_day(c, six) for c in ([century] if century else ["19", "20"]))


def is_day(century: str, six: str) -> bool:
    """Return whether the day exists; `six` is YYMMDD, with 60 added to the day in a samordningsnummer."""
    day = int(six[4:])
    try:
        date(int(century + six[:2]), int(six[2:4]), day - COORDINATION if day > COORDINATION else day)
    except ValueError:
        return False
    return True


def _has_check_digit(digits: str) -> bool:
    products = (int(digit) * weight for digit, weight in zip(digits, cycle((2, 1)), strict=False))
    return sum(product // 10 + product % 10 for product in products) % 10 == 0
