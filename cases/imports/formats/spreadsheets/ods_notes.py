"""The notes on the sheets of an ODS file, from its own XML (OpenDocument 1.3, part 3, chapter 9: tables)."""

import re

from cases.imports.formats.spreadsheets.durations import iso_duration_text
from cases.imports.formats.spreadsheets.number_formats import at_midnight
from cases.imports.formats.spreadsheets.ods_texts import CellText
from cases.imports.formats.spreadsheets.sheet_notes import NOT_CALCULATED, Book, Note, SheetNotes, shown_as
from cases.imports.formats.spreadsheets.xml_reading import Attributes, Collected, XmlListener, local_names

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
CELLS = {"table-cell", "covered-table-cell"}
PADDED = re.compile(r"0\d[\d /()-]*")  # as a number is shown whose format adds zeros
MIDNIGHT = re.compile(r"(?<![\d:.])(?:0?0|12)[:.]00(?!\d)")  # as the hour of a moment at midnight is shown


def ods_notes(book: Book) -> list[SheetNotes]:
    """Return the notes on each sheet: cells whose value does not tell what is shown. Raises `BadTable`."""
    tables = Tables()
    book.read(CONTENT, tables)
    return tables.notes


def is_locked(book: Book) -> bool:
    """Return whether a password is needed to read the file (part 2, 4.8: its manifest says how it is encrypted)."""
    manifest = Collected("encryption-data")
    book.read(MANIFEST, manifest)
    return bool(manifest.found)


class Tables(XmlListener):
    """Notes the cells whose value does not tell what is shown, sheet by sheet. Rows and cells may be repeated."""

    def __init__(self) -> None:
        self.notes: list[SheetNotes] = []
        self._row = self._column = 0
        self._rows = self._cells = 1  # how many times the present row and cell stand there
        self._kind, self._is_error = "", False
        self._attributes: Attributes = {}  # of the present cell
        self._text = CellText()

    def begin(self, name: str, attributes: Attributes) -> None:
        if name in CELLS:
            self._begin_cell(attributes)
        elif name == "table-row":
            self._rows, self._column = int(local_names(attributes).get("number-rows-repeated", 1)), 0
        elif name == "table":
            self.notes.append(SheetNotes())
            self._row = 0
        else:
            self._text.begin(name, attributes)

    def text(self, text: str) -> None:
        self._text.add(text)

    def end(self, name: str) -> None:
        if name in CELLS:
            self._end_cell()
            self._column += self._cells
        elif name == "table-row":
            self._row += self._rows
        else:
            self._text.end(name)

    def _begin_cell(self, attributes: Attributes) -> None:
        self._is_error = any(value == "error" for name, value in attributes.items() if name.endswith(":value-type"))
        self._kind = attributes.get("office:value-type", "")
        self._attributes = local_names(attributes)
        self._kind = self._kind or self._attributes.get("value-type", "")
        self._cells = int(self._attributes.get("number-columns-repeated", 1))
        self._text = CellText()

    def _end_cell(self) -> None:
        if self.notes and (self._kind or self._text.shown):
            self.notes[-1].use(self._row + self._rows - 1, self._column + self._cells - 1)
            if note := self._note():
                self._add(self.notes[-1], note)

    def _note(self) -> Note | None:
        """Return how the value of the present cell must be changed; None when it is shown as it is."""
        shown, attributes = self._text.shown, self._attributes
        if self._is_error:
            return shown_as(shown.strip() or NOT_CALCULATED)
        if self._kind == "date":
            return at_midnight if "T" in attributes.get("date-value", "") or MIDNIGHT.search(shown) else None
        if self._kind == "time":
            return iso_duration_text
        if self._kind == "float":
            return shown_as(shown) if PADDED.fullmatch(shown) else None
        if self._text.has_breaks or (shown and attributes.get("string-value") == ""):
            return shown_as(shown)
        return None

    def _add(self, notes: SheetNotes, note: Note) -> None:
        for row in range(self._row, self._row + self._rows):
            for column in range(self._column, self._column + self._cells):
                notes.add(row, column, note)
