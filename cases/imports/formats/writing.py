"""Writing tables: the only place where values become cells of a CSV or XLSX file, each of them harmless."""

import csv
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cases.database.private_files import make_private_file
from cases.imports.formats.formulas import guard

Value = str | bool | int | float | date | datetime | None  # a moment has a time zone
WriteRow = Callable[[Iterable[Value]], None]
LINE_END = re.compile(r"\r\n?")  # in XLSX a line ends with a line feed
NARROWEST, WIDEST, WIDTH_OF_MOMENT = 10, 60, 20  # of a column, in signs
MOST_MEASURED = 1000  # lines that decide how wide columns are
MOST_LINES = 1_048_576  # of an XLSX sheet
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
LONGEST_SHEET_NAME = 31


class CsvForm(StrEnum):
    """For whom a CSV file is written.

    SPREADSHEET: semicolons, a byte order mark and local times, as a Swedish Excel opens it. MACHINE: commas, no mark,
    and times in ISO 8601 with their distance from UTC.
    """

    SPREADSHEET = "spreadsheet"
    MACHINE = "machine"


@contextmanager
def new_table(
    path: Path, zone: ZoneInfo, form: CsvForm = CsvForm.SPREADSHEET, *, subject: str = ""
) -> Iterator[WriteRow]:
    """Yield a function that writes one row of values to the new file `path`, CSV or XLSX by its ending.

    With a `subject` the XLSX is for people: its sheet is named by it, and the first row, of headings, stays in sight
    and can be filtered by.

    The file is for its owner only. It appears when the block ends, whole; when the block fails, what was there before
    stays. Moments are written
    in `zone`; None is an empty cell, True "yes" and False "no". Raises `ValueError` for another ending.
    """
    if path.suffix.lower() not in WRITERS:
        raise ValueError(f"{path.name} must end with .csv or .xlsx")
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    make_private_file(partial)
    with WRITERS[path.suffix.lower()](partial, zone, form, subject) as write_row:
        yield write_row
    partial.replace(path)


@contextmanager
def _csv(path: Path, zone: ZoneInfo, form: CsvForm, _: str) -> Iterator[WriteRow]:
    encoding, delimiter = ("utf-8", ",") if form is CsvForm.MACHINE else ("utf-8-sig", ";")
    when = _with_offset if form is CsvForm.MACHINE else _local_text
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)

        def write_row(values: Iterable[Value]) -> None:
            out.writerow([when(value, zone) if isinstance(value, datetime) else _text(value) for value in values])

        yield write_row


@contextmanager
def _xlsx(path: Path, zone: ZoneInfo, _: CsvForm, subject: str) -> Iterator[WriteRow]:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet, lines = book.add_worksheet(_sheet_name(subject)), iter(range(MOST_LINES))
        moments, days = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"))

        widths: dict[int, int] = {}
        if subject:
            sheet.freeze_panes(1, 0)
            sheet.set_row(0, None, book.add_format({"bold": True}))

        def write_row(values: Iterable[Value]) -> None:
            line = next(lines)
            for column, value in enumerate(values):
                _write_cell(sheet, (line, column), value, zone, (moments, days))
                if line < MOST_MEASURED:
                    widths[column] = max(widths.get(column, NARROWEST), _width(value))

        yield write_row
        for column, width in widths.items():
            sheet.set_column(column, column, width)
        if subject and widths:
            sheet.autofilter(0, 0, max(next(lines) - 1, 0), max(widths))


WRITERS = {".csv": _csv, ".xlsx": _xlsx}
MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _sheet_name(subject: str) -> str:
    """Return the subject as the name of a sheet, which has few signs, not all of them, and is never "History"."""
    name = NOT_IN_SHEET_NAMES.sub(" ", subject)[:LONGEST_SHEET_NAME].strip(" '")
    return "cases" if name.lower() in ("", "history") else name


def _write_cell(
    sheet: Worksheet, at: tuple[int, int], value: Value, zone: ZoneInfo, formats: tuple[Format, Format]
) -> None:
    moments, days = formats
    if isinstance(value, datetime) and not _came_twice(value, zone):
        sheet.write_datetime(*at, value.astimezone(zone).replace(tzinfo=None), moments)
    elif isinstance(value, datetime):
        sheet.write_string(*at, _local_text(value, zone))
    elif isinstance(value, date):
        sheet.write_datetime(*at, value, days)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(*at, value)
    elif value is not None:
        sheet.write_string(*at, _text(LINE_END.sub("\n", value) if isinstance(value, str) else value))


def _width(value: Value) -> int:
    """Return the width of a column in which this value can be read, in signs."""
    if isinstance(value, datetime):
        return WIDTH_OF_MOMENT
    longest = max(map(len, value.splitlines()), default=0) if isinstance(value, str) else len(_text(value))
    return min(longest + 2, WIDEST)


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)  # a number is no formula, even below zero
    return value.isoformat() if isinstance(value, date) else guard(value)


def _local_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return the local time as a spreadsheet reads it; in the hour that comes twice, with its distance from UTC."""
    local = moment.astimezone(zone)
    return (local if _came_twice(moment, zone) else local.replace(tzinfo=None)).isoformat(sep=" ")


def _with_offset(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat()


def _came_twice(moment: datetime, zone: ZoneInfo) -> bool:
    local = moment.astimezone(zone)
    return local.replace(fold=0).astimezone(UTC) != local.replace(fold=1).astimezone(UTC)
