"""Reading tables: CSV of any dialect and XLSX, row by row, so that memory does not grow with the file."""

import codecs
import csv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

SAMPLE = 64 * 1024
DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8-sig", "cp1252")


class BadTable(Exception):
    """A file that cannot be read as a table; the message is shown to the person who imports."""


@dataclass(frozen=True)
class Record:
    """One row of a file: its number (the heading is row 1), and its values by column name in lower case.

    `too_long` is True when it has more values than the heading has columns.
    """

    number: int
    values: dict[str, str]
    too_long: bool = False


@dataclass(frozen=True)
class Dialect:
    """Encoding and delimiter of a CSV file; None means that it is detected."""

    encoding: str | None = None
    delimiter: str | None = None


FOUND_OUT = Dialect()


def read_table(path: Path, dialect: Dialect = FOUND_OUT) -> tuple[list[str], Iterator[Record]]:
    """Return the file's column names in lower case, and an iterator over its rows that are not blank.

    Raises `BadTable` when there is no such file, or no heading, or when two columns have the same name.
    """
    if not path.is_file():
        raise BadTable(f"there is no file {path}")
    lines = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path, dialect)
    _, heading = next(lines, (0, []))
    columns = [name.strip().casefold() for name in heading]
    if not any(columns):
        raise BadTable(f"{path.name} has no heading")
    doubled = sorted({name for name in columns if name and columns.count(name) > 1})
    if doubled:
        raise BadTable(f"{path.name} has more than one column {', '.join(doubled)}")
    return columns, _records(columns, lines)


def _records(columns: list[str], lines: Iterator[tuple[int, list[str]]]) -> Iterator[Record]:
    width = len(columns)
    for number, values in lines:
        if any(values):
            filled = values + [""] * (width - len(values))
            yield Record(number, dict(zip(columns, filled, strict=False)), any(values[width:]))


def _csv(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    encoding = dialect.encoding or _encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = dialect.delimiter or _delimiter_of(file.read(SAMPLE))
        file.seek(0)
        rows = csv.reader(file, delimiter=delimiter)
        try:
            yield from enumerate(rows, start=1)
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadTable(f"{path.name}, line {rows.line_num}: {error}") from None


def _encoding_of(path: Path) -> str:
    for encoding in ENCODINGS:
        if _is_written_in(path, encoding):
            return encoding
    raise BadTable(f"{path.name} is written in none of {', '.join(ENCODINGS)}")


def _is_written_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while part := file.read(1024 * 1024):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _delimiter_of(sample: str) -> str:
    heading = sample.splitlines()[0] if sample else ""
    return max(DELIMITERS, key=heading.count)


def _xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        raise BadTable(f"{path.name} is no XLSX file: {error}") from None
    try:
        for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield number, [_cell(value) for value in cells]
    finally:
        book.close()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
