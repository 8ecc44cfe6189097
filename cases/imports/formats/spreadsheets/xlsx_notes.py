"""The notes on an XLSX sheet, from its own XML (ECMA-376, part 1: 18.2 workbooks, 18.3 sheets, 18.8 styles)."""

import re
from functools import partial
from posixpath import join, normpath

from cases.imports.formats.spreadsheets.number_formats import BUILT_IN, at_midnight, padded, padding_of, shows_hour
from cases.imports.formats.spreadsheets.sheet_notes import NOT_CALCULATED, Book, Note, SheetNotes, shown_as
from cases.imports.formats.spreadsheets.xml_reading import Attributes, Collected, XmlListener

WORKBOOK, RELATIONS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
DIGITS = "0123456789"
AREA = re.compile(r"[A-Za-z]{1,3}[1-9]\d{0,6}(?::[A-Za-z]{1,3}[1-9]\d{0,6})?")  # A1:B31


def xlsx_notes(book: Book, sheet: int) -> SheetNotes:
    """Return the notes on the sheet with this index: errors, and what the formats of numbers add. Raises `BadTable`."""
    notes = SheetNotes()
    sheets, relations, styles = Collected("sheet"), Collected("Relationship"), Styles()
    book.read(WORKBOOK, sheets)
    book.read(RELATIONS, relations)
    book.read(STYLES, styles)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations.found}
    if sheet < len(sheets.found):
        target = targets.get(sheets.found[sheet].get("id"), "")
        book.read(normpath(join("/xl", target)).lstrip("/"), SheetListener(notes, styles.notes()))
    return notes


class Styles(XmlListener):
    """Collects which number format each style of a cell has."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.formats: list[str] = []
        self._in_cells = False

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self.formats.append(attributes.get("numFmtId", ""))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def notes(self) -> dict[str, Note]:
        """Return the notes of the styles that add zeros or show the hour, by the style's number as a text."""
        notes = {
            str(style): _note_of(self.codes.get(form) or BUILT_IN.get(form, ""))
            for style, form in enumerate(self.formats)
        }
        return {style: note for style, note in notes.items() if note}


class SheetListener(XmlListener):
    """Notes the cells of a sheet: those with an error, and those whose style adds zeros or shows the hour."""

    def __init__(self, notes: SheetNotes, styles: dict[str, Note]) -> None:
        self._notes, self._styles = notes, styles
        self._row = self._column = -1
        self._columns: dict[str, int] = {}  # by letters
        self._kind = "n"
        self._value: str | None = None  # the value of the cell so far, if it is an error or a formula's number
        self._lacks_value = False  # whether the cell is a formula for no number, and has no value so far

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif name in {"v", "is"}:
            self._lacks_value = False
            self._notes.use(self._row, self._column)
        elif name == "dimension":
            self._notes.has_wrong_size = not AREA.fullmatch(attributes.get("ref", ""))

    def text(self, text: str) -> None:
        if self._value is not None:
            self._value += text

    def end(self, name: str) -> None:
        if name == "f":
            self._value = "" if self._kind in {"e", "n"} else None
            self._lacks_value = self._kind not in {"e", "n"}
        elif name == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        if self._lacks_value or (self._value is not None and (self._kind == "e" or not self._value)):
            self._notes.add(self._row, self._column, shown_as(self._value or NOT_CALCULATED))
        self._value, self._lacks_value = None, False

    def _begin_cell(self, attributes: Attributes) -> None:
        place, self._kind = attributes.get("r"), attributes.get("t", "n")
        self._column = self._column_of(place.rstrip(DIGITS)) if place else self._column + 1
        self._value = "" if self._kind == "e" else None
        if self._kind == "n" and (note := self._styles.get(attributes.get("s", ""))):
            self._notes.add(self._row, self._column, note)

    def _column_of(self, letters: str) -> int:
        if letters not in self._columns:
            number = 0
            for letter in letters.upper():
                number = number * 26 + ord(letter) - ord("A") + 1
            self._columns[letters] = number - 1
        return self._columns[letters]


def _note_of(code: str) -> Note | None:
    if shown := padding_of(code):
        return partial(padded, shown)
    return at_midnight if shows_hour(code) else None
