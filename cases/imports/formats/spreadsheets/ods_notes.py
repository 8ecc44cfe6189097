"""The notes on the sheets of an ODS file, from its own XML (OpenDocument 1.3, part 3, chapter 9: tables)."""

import re
from functools import partial

from cases.imports.formats.spreadsheets.sheet_notes import Book, SheetNotes
from cases.imports.formats.spreadsheets.xml_reading import Attributes, Collected, XmlListener, local_names

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
CELLS = {"table-cell", "covered-table-cell"}
PADDED = re.compile(r"0\d[\d /()-]*")  # as a number is shown whose format adds zeros


def ods_notes(book: Book) -> list[SheetNotes]:
    """Return the notes on each sheet: the numbers that are shown with zeros before them. Raises `BadTable`."""
    tables = Tables()
    book.read(CONTENT, tables)
    return tables.notes


def is_locked(book: Book) -> bool:
    """Return whether a password is needed to read the file (part 2, 4.8: its manifest says how it is encrypted)."""
    manifest = Collected("encryption-data")
    book.read(MANIFEST, manifest)
    return bool(manifest.found)


class Tables(XmlListener):
    """Notes the cells whose number is shown with zeros before it, sheet by sheet. Rows and cells may be repeated."""

    def __init__(self) -> None:
        self.notes: list[SheetNotes] = []
        self._row = self._column = 0
        self._rows = self._cells = 1  # how many times the present row and cell stand there
        self._kind, self._shown = "", ""

    def begin(self, name: str, attributes: Attributes) -> None:
        attributes = local_names(attributes)
        if name == "table":
            self.notes.append(SheetNotes())
            self._row = 0
        elif name == "table-row":
            self._rows, self._column = int(attributes.get("number-rows-repeated", 1)), 0
        elif name in CELLS:
            self._cells = int(attributes.get("number-columns-repeated", 1))
            self._kind, self._shown = attributes.get("value-type", ""), ""

    def text(self, text: str) -> None:
        self._shown += text

    def end(self, name: str) -> None:
        if name in CELLS:
            self._end_cell()
            self._column += self._cells
        elif name == "table-row":
            self._row += self._rows

    def _end_cell(self) -> None:
        if self.notes and (self._kind or self._shown):
            self.notes[-1].use(self._row + self._rows - 1, self._column + self._cells - 1)
            if self._kind == "float" and PADDED.fullmatch(self._shown):
                self._note(self.notes[-1])

    def _note(self, notes: SheetNotes) -> None:
        for row in range(self._row, self._row + self._rows):
            for column in range(self._column, self._column + self._cells):
                notes.add(row, column, partial(_shown, self._shown))


def _shown(shown: str, _: str) -> str:
    return shown
