"""Marshmallow fields for values that only setup files have: mail addresses, slugs, terms."""

from typing import Any

from cases.administration.file_schema import TomlField, TomlInteger, TomlText
from cases.administration.reorganising import LONGEST_SLUG, SLUG
from cases.contacts.phone_numbers import is_phone_number
from cases.mail_addresses import read_public_address
from cases.organisation.sectors import Sector
from cases.refusals import FieldRefusal

LONGEST_TERM = 3660  # in days or months
MOST_SEATS = 100  # of a group or a sector
MOST_WORDS = 40
A_SLUG = "small letters a-z, digits and hyphens"


def read_address(value: str) -> str:
    """Return the mail address as it is stored, in lower case. Raises `ValueError` when no letter can be sent to it."""
    try:
        return read_public_address(value).lower()
    except FieldRefusal:
        raise ValueError("not one plain mail address") from None


class TomlMailAddress(TomlField[str]):
    """A mail address, loaded in lower case."""

    def __init__(self, **more: Any) -> None:
        super().__init__("must be one plain mail address", **more)

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str)

    def read(self, value: str) -> str:
        return read_address(value)


class TomlPhoneNumber(TomlField[str]):
    """A telephone number, loaded as it is written."""

    def __init__(self, **more: Any) -> None:
        super().__init__("must be a telephone number such as 070-174 06 05", **more)

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and is_phone_number(value)

    def read(self, value: str) -> str:
        return value.strip()


class TomlSlug(TomlField[str]):
    """A slug: the short name of a unit, place or category, of a-z, 0-9 and hyphens."""

    def __init__(self, **more: Any) -> None:
        super().__init__(f"must be {A_SLUG}", **more)

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and len(value) <= LONGEST_SLUG and SLUG.fullmatch(value) is not None


class TomlBoolean(TomlField[bool]):
    """True or false; 0, 1 and texts are refused."""

    def __init__(self, **more: Any) -> None:
        super().__init__("must be true or false", **more)

    def accepts(self, value: Any) -> bool:
        return isinstance(value, bool)


class TomlSeats(TomlField[dict[str, int]]):
    """The number of seats of each sector that has any: a table of whole numbers from 0 to 100."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            f"must be a table of seats by sector ({', '.join(Sector)}), such as {{ citizens = 4 }}", **more
        )

    def accepts(self, value: Any) -> bool:
        is_table = isinstance(value, dict) and set(value) <= set(Sector)
        return is_table and all(TomlInteger(0, MOST_SEATS).accepts(number) for number in value.values())


class TomlTerm(TomlInteger):
    """A length of time: a whole number from 1 to 3660, in days or months.

    The name of the key says which: "answer_days", "statutory_months". Some may be nothing at all: the shortest is 0.
    """

    def __init__(self, shortest: int = 1) -> None:
        super().__init__(shortest, LONGEST_TERM)


class TomlWordList(TomlField[list[str]]):
    """A list of at most 40 different words of 1 to `most` characters, such as the sorts of a register."""

    def __init__(self, most: int) -> None:
        super().__init__(f"must be a list of at most {MOST_WORDS} different words of 1 to {most} characters")
        self.word = TomlText(most)

    def accepts(self, value: Any) -> bool:
        is_list = isinstance(value, list) and len(value) <= MOST_WORDS and all(map(self.word.accepts, value))
        return is_list and len({word.strip() for word in value}) == len(value)

    def read(self, value: list[str]) -> list[str]:
        return [word.strip() for word in value]


class TomlTermList(TomlField[list[int]]):
    """A list of lengths of time: whole numbers from 1 to 3660, in days or months.

    The key decides which: "rung_days" are days, "statutory_warnings" months.
    """

    def __init__(self) -> None:
        super().__init__(f"must be a list of whole numbers from 1 to {LONGEST_TERM}")

    def accepts(self, value: Any) -> bool:
        return isinstance(value, list) and all(TomlTerm().accepts(number) for number in value)
