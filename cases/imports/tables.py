"""Reading tables: CSV of any dialect, row by row, so that memory does not grow with the file, and spreadsheets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cases.imports.formats.counting import counted
from cases.imports.formats.encodings import SAMPLE, delimiter_of, encoding_of, named_delimiter
from cases.imports.formats.lines import BadTable as BadTable
from cases.imports.formats.lines import TableLine, column_name
from cases.imports.formats.quotes import QuoteReader
from cases.imports.formats.spreadsheets.sheets import is_spreadsheet, sheet_lines

Values = dict[str, str]
TOO_FEW = "has {}, and the heading has {}: the last are empty"
TOO_MANY = "has more values than the heading has columns"
NO_HEADING = "has {!r} in a column without a heading, the column number {}"
MOST_SHOWN = 40  # characters of such a value


@dataclass(frozen=True)
class Record:
    """One row of a file: its number (the heading is row 1), and its values by column name in lower case.

    `bad` has the reasons why the row cannot be read, `odd` the remarks on one that can. `cells` are its values in
    order, of which there may be more or fewer than columns.
    """

    number: int
    values: Values
    cells: list[str]
    bad: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dialect:
    """Encoding and delimiter of a CSV file; None means that it is detected."""

    encoding: str | None = None
    delimiter: str | None = None


FOUND_OUT = Dialect()


def never(values: Values) -> bool:
    """Return False: nothing is known about how a row of the file looks."""
    return False


def read_table(
    path: Path, dialect: Dialect = FOUND_OUT, looks_like_row: Callable[[Values], bool] = never
) -> tuple[list[str], Iterator[Record]]:
    """Return the file's column names in lower case, and an iterator over its rows that are not blank.

    `looks_like_row` tells whether these values could be a row of this file: by it, a quote that was not closed is
    noticed even if a later one closes it. Raises `BadTable` when there is no such file, or no heading, or when two
    columns have the same name.
    """
    if not path.is_file():
        raise BadTable(f"there is no file {path}")
    columns: list[str] = []

    def is_row(cells: list[str]) -> bool:
        return looks_like_row(dict(zip(columns, cells, strict=False)))

    try:
        lines = sheet_lines(path) if is_spreadsheet(path) else _csv(path, dialect, is_row)
    except OSError as error:
        raise BadTable(f"{path} cannot be read: {error.strerror}") from None
    columns += _heading(path, next(filter(_is_filled, lines), TableLine(1, [])))
    return columns, _records(columns, lines)


def _heading(path: Path, line: TableLine) -> list[str]:
    if line.bad:
        raise BadTable(f"{path.name}, heading: {line.bad[0]}")
    columns = [column_name(name) for name in line.cells]
    if not any(columns):
        raise BadTable(f"{path.name} has no heading")
    doubled = sorted({name for name in columns if name and columns.count(name) > 1})
    if doubled:
        raise BadTable(f"{path.name} has more than one column {', '.join(doubled)}")
    return columns


def _records(columns: list[str], lines: Iterator[TableLine]) -> Iterator[Record]:
    width = max(number for number, name in enumerate(columns, start=1) if name)
    unnamed = [number for number, name in enumerate(columns[:width]) if not name]
    for line in lines:
        if line.bad or _is_filled(line):
            filled = line.cells + [""] * (width - len(line.cells))
            bad, odd = line.bad, line.odd
            if not bad and (wrong := _without_heading(line.cells, width, unnamed)):
                bad = (wrong,)
            elif line.is_ragged and len(line.cells) < width:
                odd = (*odd, TOO_FEW.format(counted(len(line.cells), "value"), counted(width, "column")))
            yield Record(line.number, dict(zip(columns, filled, strict=False)), line.cells, bad, odd)


def _without_heading(cells: list[str], width: int, unnamed: list[int]) -> str | None:
    """Return what is wrong with a row that holds a value where no heading says what it is, None when nothing is."""
    if any(map(str.strip, cells[width:])):
        return TOO_MANY
    column = next((column for column in unnamed if column < len(cells) and cells[column].strip()), None)
    return None if column is None else NO_HEADING.format(cells[column].strip()[:MOST_SHOWN], column + 1)


def _is_filled(line: TableLine) -> bool:
    return any(map(str.strip, line.cells))


def _csv(path: Path, dialect: Dialect, is_row: Callable[[list[str]], bool]) -> Iterator[TableLine]:
    encoding = dialect.encoding or encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        try:
            sample = file.read(SAMPLE)
            file.seek(0)
            if named := named_delimiter(sample):
                next(file)
            delimiter = dialect.delimiter or named or delimiter_of(sample)
            yield from QuoteReader(file, delimiter, is_row).rows(2 if named else 1)
        except UnicodeError:
            raise BadTable(f"{path.name} is not written in {encoding}") from None
