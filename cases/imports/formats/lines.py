"""What every format of a table gives: its lines, one after the other, each with what is wrong with it."""

import unicodedata
from dataclasses import dataclass


class BadTable(Exception):
    """A file that cannot be read as a table; the message is shown to the person who imports."""


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line of a table, blank or not: its number as a spreadsheet shows it (from 1), and its cells as texts.

    `bad` has the reasons why the line cannot be used, `odd` the remarks on one that can. In a file of CSV a line may
    have fewer cells than the heading (`is_ragged`); a spreadsheet leaves out what is empty.
    """

    number: int
    cells: list[str]
    bad: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    is_ragged: bool = False


def folded(text: str) -> str:
    """Return the text as it is compared: in lower case, its letters composed; none becomes another, ß is not ss."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def column_name(text: str) -> str:
    """Return the name of a column as it is compared: in lower case, and with one space where there is any blank."""
    return folded(" ".join(text.strip("\ufeff").split()))
