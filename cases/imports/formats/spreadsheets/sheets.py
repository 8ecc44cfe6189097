"""Reading the first visible sheet of a spreadsheet: XLSX, and the older XLS and ODS."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from cases.imports.formats.lines import BadTable, TableLine
from cases.imports.formats.spreadsheets.durations import duration_text
from cases.imports.formats.spreadsheets.ods_notes import is_locked, ods_notes
from cases.imports.formats.spreadsheets.sheet_notes import Book, SheetNotes
from cases.imports.formats.spreadsheets.xlsx_notes import WORKBOOK, xlsx_notes

ZIP, OLE = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of an OLE file that holds a locked XLSX
ENDINGS = {".xlsx": "XLSX", ".xlsm": "XLSX", ".xls": "XLS", ".ods": "ODS"}
LOCKED = "is locked by a password: save it without one"
SIZE = re.compile(rb"<(?:\w+:)?dimension\b[^>]*>(?:\s*</(?:\w+:)?dimension>)?")  # what a sheet says of its size
UNREADABLE = (CalamineError, zipfile.BadZipFile, zlib.error, OSError, RuntimeError, ValueError, KeyError)


def is_spreadsheet(path: Path) -> bool:
    """Return whether the file is a spreadsheet by what it begins with, or says by its ending that it is one."""
    with path.open("rb") as file:
        return file.read(len(OLE)).startswith((ZIP, OLE)) or path.suffix.lower() in ENDINGS


def sheet_lines(path: Path) -> Iterator[TableLine]:
    """Yield the rows of the first visible sheet. Raises `BadTable` when there is none, or the file cannot be read."""
    _refuse_other_files(path)
    try:
        notes_of = _notes(path)
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            index = _first_visible(book)
            notes = notes_of(index)
            if not notes.has_wrong_size:
                yield from _lines(book.get_sheet_by_index(index), notes)
                return
        with CalamineWorkbook.from_filelike(_without_sizes(path)) as book:
            yield from _lines(book.get_sheet_by_index(index), notes)
    except PasswordError:
        raise BadTable(f"{path.name} {LOCKED}") from None
    except BadTable as error:
        raise BadTable(f"{path.name}: {error}") from None
    except UNREADABLE as error:
        why = " ".join(str(error).split())
        raise BadTable(f"{path.name} is no {_kind(path)} file that can be read: {why}") from None


def _refuse_other_files(path: Path) -> None:
    content, kind = path.read_bytes(), _kind(path)
    if content.startswith(OLE) and ENCRYPTED in content:
        raise BadTable(f"{path.name} {LOCKED}")
    if content.startswith((ZIP, OLE)):
        return
    if content.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
        raise BadTable(f"{path.name} is no {kind} file but a web page (HTML or XML): open it and save it as XLSX")
    raise BadTable(f"{path.name} is no {kind} file: save it as XLSX, or let its name end with .csv if it is text")


def _kind(path: Path) -> str:
    return ENDINGS.get(path.suffix.lower(), "spreadsheet")


def _notes(path: Path) -> Callable[[int], SheetNotes]:
    """Return the function that gives the notes on a sheet by its index. Raises `BadTable` when the file is too large.

    That is found out before any of it is opened; of an ODS file all sheets are read to know it.
    """
    if not zipfile.is_zipfile(path):
        return lambda _: SheetNotes()
    with zipfile.ZipFile(path) as archive:
        book = Book(archive)
        book.refuse_too_large()
        if WORKBOOK in book.names:
            return partial(_xlsx_notes, path)
        if is_locked(book):
            raise PasswordError
        return dict(enumerate(ods_notes(book))).__getitem__


def _xlsx_notes(path: Path, sheet: int) -> SheetNotes:
    with zipfile.ZipFile(path) as archive:
        return xlsx_notes(Book(archive), sheet)


def _without_sizes(path: Path) -> BinaryIO:
    """Return a copy of the XLSX file in which no sheet says of its size what the reader cannot understand."""
    copy = BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as out:
        for name in archive.namelist():
            content = archive.read(name)
            out.writestr(name, SIZE.sub(b"", content, count=1) if name.startswith("xl/") else content)
    copy.seek(0)
    return copy


def _first_visible(book: CalamineWorkbook) -> int:
    for index, sheet in enumerate(book.sheets_metadata):
        if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet:
            return index
    raise BadTable("it has no visible sheet")


def _lines(sheet: CalamineSheet, notes: SheetNotes) -> Iterator[TableLine]:
    left = sheet.start[1] if sheet.start else 0  # columns before the first one in use are left out
    for row, values in enumerate(sheet.iter_rows()):
        yield TableLine(row + 1, notes.apply(row, [_text(value) for value in values], left))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    return str(value).upper() if isinstance(value, bool) else str(value)
