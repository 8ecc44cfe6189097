"""A cell of XLSX is read as its number format shows it, whatever else the sheet says."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from cases.imports.tables import read_table

SPACE = "urn:oasis:names:tc:opendocument:xmlns"
MIDNIGHT = datetime(2024, 5, 3)  # noqa: DTZ001 - as a spreadsheet holds it


def _write_xlsx(path: Path, rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def _write_ods(path: Path, rows: list[list[object]]) -> None:
    cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    lines = ["".join("<table:table-cell/>" if one is None else cell.format(one) for one in row) for row in rows]
    table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<m:manifest xmlns:m='{SPACE}:manifest:1.0'/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content xmlns:office='{SPACE}:office:1.0' xmlns:table='{SPACE}:table:1.0' "
            f"xmlns:text='{SPACE}:text:1.0'><office:body><office:spreadsheet><table:table table:name='A'>{table}"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )


WRITERS = {"xlsx": _write_xlsx, "ods": _write_ods}


def _sheet(folder: Path, value: object, code: str | None = None) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append(["x", value])
    if code is not None:
        book.active["B2"].number_format = code
    book.save(folder / "cases.xlsx")
    return folder / "cases.xlsx"


def _again(path: Path, old: str, new: str) -> Path:
    member = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in files[member]
    files[member] = files[member].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _value(path: Path) -> str:
    (record,) = read_table(path)[1]
    assert record.values["a"] == "x"
    return record.values["b"]


@pytest.mark.parametrize(
    "code",
    [
        "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd\\ hh:mm", "yyyy/mm/dd h:mm", "m/d/yy h:mm", "[$-41D]d mmmm yyyy hh:mm",
        'yyyy-mm-dd "kl." hh.mm', "YYYY-MM-DD HH:MM", "yyyy-mm-dd hh:mm AM/PM", "yyyy-mm-dd hh:mm;@",
    ],
)  # fmt: skip
def test_a_format_with_the_hour_shows_a_moment_at_midnight_too(tmp_path: Path, code: str) -> None:
    assert _value(_sheet(tmp_path, MIDNIGHT, code)) == "2024-05-03 00:00:00"


@pytest.mark.parametrize("code", ["yyyy-mm-dd", "mm-dd-yy", "d mmmm yyyy", '"h" yyyy-mm-dd', "yyyy-mm-dd;hh:mm"])
def test_a_format_without_the_hour_shows_a_day(tmp_path: Path, code: str) -> None:
    assert _value(_sheet(tmp_path, date(2024, 5, 3), code)) == "2024-05-03"


def test_a_cell_in_iso_8601_is_a_moment_when_it_has_an_hour(tmp_path: Path) -> None:
    for text, meant in [("2024-05-03T00:00:00", "2024-05-03 00:00:00"), ("2024-05-03", "2024-05-03")]:
        path = _again(_sheet(tmp_path, 1), '<c r="B2" t="n"><v>1</v>', f'<c r="B2" t="d"><v>{text}</v>')
        assert _value(path) == meant


@pytest.mark.parametrize("size", ["rubbish", "", "A1:", "A0", "1:1", "$A$1:$B$2", "A1:B2:C3", "å", "ZZZZZ9:A1"])
def test_what_a_sheet_says_of_its_size_stops_nothing(tmp_path: Path, size: str) -> None:
    assert _value(_again(_sheet(tmp_path, 7), 'ref="A1:B2"', f'ref="{size}"')) == "7"


@pytest.mark.parametrize("kind", ["n", "str", "b"])
def test_a_formula_without_a_value_is_told_whatever_it_should_give(tmp_path: Path, kind: str) -> None:
    path = _again(_sheet(tmp_path, 1), '<c r="B2" t="n"><v>1</v>', f'<c r="B2" t="{kind}"><f>A1</f>')
    assert _value(path) == "#CALC!"


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
@pytest.mark.parametrize(
    ("heading", "row", "why"),
    [
        (["a", "b"], ["x", 1, "för mycket"], "has more values than the heading has columns"),
        (["a", "b"], ["x", 1, None, "för mycket"], "has more values than the heading has columns"),
        (["a", None, "b"], ["x", "vilse", 1], "has 'vilse' in a column without a heading, the column number 2"),
        ([None, "a", "b"], ["vilse", "x", 1], "has 'vilse' in a column without a heading, the column number 1"),
    ],
)
def test_a_value_without_a_heading_is_bad(
    tmp_path: Path, heading: list[object], row: list[object], why: str, ending: str
) -> None:
    path = tmp_path / f"cases.{ending}"
    WRITERS[ending](path, [heading, row])
    assert [(record.number, record.bad) for record in read_table(path)[1]] == [(2, (why,))]


def test_a_formula_that_gives_an_empty_text_is_empty(tmp_path: Path) -> None:
    path = _again(_sheet(tmp_path, 1), '<c r="B2" t="n"><v>1</v>', '<c r="B2" t="str"><f>A1</f><v></v>')
    assert _value(path) == ""
