"""Errors that stand in cells of a spreadsheet, such as #N/A: they are no values."""

import re

from cases.imports.formats.spreadsheets.sheet_notes import NOT_CALCULATED

SHEET_ERRORS = frozenset(  # as spreadsheets write them, in English and in Swedish
    {
        "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA",
        "#SAKNAS!", "#REFERENS!", "#VÄRDEFEL!", "#DIVISION/0!", "#NAMN?", "#SKÄRNING!", "#OGILTIGT!",
        "#BERÄKNA!", "#FIELD!", "#FÄLT!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!",
    }
)  # fmt: skip
NUMBERED = re.compile(r"(?:ERR|FEL):\d{3}")  # as LibreOffice numbers errors, in English and in Swedish


def is_sheet_error(text: str) -> bool:
    """Return whether a cell holds an error of the spreadsheet."""
    shown = text.upper()
    return (shown.startswith("#") and shown in SHEET_ERRORS) or NUMBERED.fullmatch(shown) is not None


def error_in_words(text: str) -> str:
    """Return what such an error is, as the end of a sentence."""
    if text == NOT_CALCULATED:
        return "a formula without a value: open the file in a spreadsheet program and save it"
    return "an error of the spreadsheet"
