"""What the reader of spreadsheets does not tell: errors such as #N/A, what a format adds, and too large files.

A format such as 0000000 shows the number 1234 as 0001234, which is what a person means by it: a telephone or the number
of a case. A file that grows when it is opened is refused before it is (OWASP ASVS 5.2.3).
"""

import zipfile
from collections.abc import Callable, Iterator

from cases.imports.formats.lines import BadTable
from cases.imports.formats.spreadsheets.xml_reading import XmlListener, read_xml

MOST_BYTES = 300 * 1024 * 1024  # of all that the file holds, unpacked
MOST_MEMBERS = 5_000
MOST_CELLS = 20_000_000  # from the first one to the last one in use, the empty ones too
PART = 1024 * 1024
NOT_CALCULATED = "#CALC!"  # what a formula without a last value is read as

Note = Callable[[str], str]  # from the text of a cell to what it should be


def shown_as(text: str) -> Note:
    """Return the note that a cell is to be this text, whatever is read."""
    return lambda _: text


class SheetNotes:
    """The notes on the cells of one sheet, by row and column from 0; the cells in use are counted on the way."""

    def __init__(self) -> None:
        self.by_row: dict[int, dict[int, Note]] = {}
        self.has_wrong_size = False  # whether the sheet says of its size what is none
        self._rows = self._columns = 0

    def add(self, row: int, column: int, note: Note) -> None:
        """Note on the cell how its text must be changed."""
        self.by_row.setdefault(row, {})[column] = note

    def use(self, row: int, column: int) -> None:
        """Count a cell that is not empty. Raises `BadTable` when the sheet becomes too large to be read."""
        if row >= self._rows or column >= self._columns:
            self._rows, self._columns = max(self._rows, row + 1), max(self._columns, column + 1)
            if self._rows * self._columns > MOST_CELLS:
                raise BadTable(
                    f"the sheet is too large: it reaches to row {self._rows}, column {self._columns}; "
                    "remove what stands far off, or save it as CSV"
                )

    def apply(self, row: int, cells: list[str], left: int) -> list[str]:
        """Return the cells of a row as its notes say; the first of them is that in the column `left`."""
        for column, note in self.by_row.get(row, {}).items():
            if 0 <= column - left < len(cells):
                cells[column - left] = note(cells[column - left])
        return cells


class Book:
    """The files within a spreadsheet that is a zip."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self.names = archive, frozenset(archive.namelist())

    def read(self, name: str, listener: XmlListener) -> None:
        """Read one of the files, if it is there. Raises `OSError` when it is no XML."""
        if name in self.names:
            read_xml(self._parts(name), listener)

    def refuse_too_large(self) -> None:
        """Raise `BadTable` when the files are too large; each is unpacked, since what a zip says need not be true."""
        members, size = self._archive.infolist(), 0
        if len(members) > MOST_MEMBERS:
            raise BadTable(f"it has more than {MOST_MEMBERS} files within: that is no spreadsheet")
        for member in members:
            for part in self._parts(member):
                size += len(part)
                if size > MOST_BYTES:
                    raise BadTable(f"it is larger than {MOST_BYTES >> 20} MB when unpacked: save it as CSV")

    def _parts(self, member: str | zipfile.ZipInfo) -> Iterator[bytes]:
        with self._archive.open(member) as file:
            while part := file.read(PART):
                yield part
