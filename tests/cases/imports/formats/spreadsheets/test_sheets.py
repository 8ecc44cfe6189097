"""Of a spreadsheet, every row of the first visible sheet is read as it is shown; what is none is one line."""

import struct
import zipfile
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.imports.tables import BadTable, read_table

AT = datetime(2024, 5, 3, 14, 22)  # noqa: DTZ001 - as a spreadsheet holds it


def _book(folder: Path, *rows: list[Any], name: str = "cases.xlsx") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


def _again(path: Path, member: str, old: bytes, new: bytes) -> Path:
    """Replace some bytes of one file within a spreadsheet."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert old in files[member]
    files[member] = files[member].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _cells(path: Path) -> list[list[str]]:
    return [record.cells for record in read_table(path)[1]]


def test_all_rows_are_read_whatever_the_file_says_of_its_size(tmp_path: Path) -> None:
    path = _book(tmp_path, ["a", "b"], *([number, "x"] for number in range(1, 31)))
    rows = list(read_table(_again(path, "xl/worksheets/sheet1.xml", b"A1:B31", b"A1:A11"))[1])
    assert [(row.number, row.values["a"]) for row in rows] == [(number + 1, str(number)) for number in range(1, 31)]


VALUES = [
    (1, "1"), (1.5, "1.5"), (62.39113, "62.39113"), (-3, "-3"), (12345678901, "12345678901"), (0.1 + 0.2, "0.3"),
    (AT, "2024-05-03 14:22:00"), (date(2024, 5, 3), "2024-05-03"), (time(14, 22), "14:22:00"),
    (True, "TRUE"), (False, "FALSE"),
    (timedelta(hours=30), "30:00:00"), (timedelta(days=-1, hours=20), "-4:00:00"),
    ("001", "001"), (" å ", " å "), ("ett\ntvå", "ett\ntvå"), ("=1+1", "#CALC!"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), VALUES)
def test_a_cell_is_read_as_it_is_shown(tmp_path: Path, value: object, text: str) -> None:
    assert _cells(_book(tmp_path, ["a", "b"], ["x", value])) == [["x", text]]


def test_a_formula_is_read_as_its_last_value(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=20+1", None, 21)
        sheet.write_formula(1, 1, '="Lam"&"pa"', None, "Lampa")
    assert _cells(tmp_path / "a.xlsx") == [["21", "Lampa"]]


FORMATS = [
    ("0000000", 1234, "0001234"), ("0000000000", 701740605, "0701740605"), ("000", 7, "007"), ("000", 12345, "12345"),
    (r"000\-000\ 00\ 00", 701740605, "070-174 06 05"), ("000000-0000", 6001011234, "600101-1234"),
    ('"Nr "0000', 7, "Nr 0007"), ("0000;[Red]-0000", 7, "0007"), ("00", 1.5, "1.5"),
    ("0", 7, "7"), ("0.00", 7, "7"), ("#,##0", 1234, "1234"), ("# ##0", 1234, "1234"), ("00%", 1, "1"),
    ("General", 7, "7"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "number", "text"), FORMATS)
def test_zeros_that_a_format_adds_are_read(tmp_path: Path, code: str, number: float, text: str) -> None:
    path = _book(tmp_path, ["a", "b"], ["x", number], ["y", "z"])
    book = openpyxl.load_workbook(path)
    book.active["B2"].number_format = code
    book.save(path)
    assert _cells(path) == [["x", text], ["y", "z"]]


def test_zeros_are_read_where_the_first_columns_are_empty(tmp_path: Path) -> None:
    path = _book(tmp_path, [], [None, None, "a", "b"], [None, None, 7, 8])
    book = openpyxl.load_workbook(path)
    book.active["D3"].number_format = "000"
    book.save(path)
    lines = list(read_table(path)[1])
    assert [(line.number, line.values) for line in lines] == [(3, {"a": "7", "b": "008"})]


def test_an_error_is_read_as_the_sheet_shows_it(tmp_path: Path) -> None:
    path = _book(tmp_path, ["a", "b"], ["x", "#N/A"], ["y", "#DIV/0!"], ["z", 1])
    assert _cells(path) == [["x", "#N/A"], ["y", "#DIV/0!"], ["z", "1"]]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_the_first_visible_sheet_is_read(tmp_path: Path, state: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(["lists"])
    book.active.sheet_state = state
    shown = book.create_sheet("Ärenden")
    shown.append(["a", "b"])
    shown.append([7, 8])
    shown["B2"].number_format = "000"
    book.save(tmp_path / "a.xlsx")
    columns, records = read_table(tmp_path / "a.xlsx")
    assert (columns, [record.cells for record in records]) == (["a", "b"], [["7", "008"]])


def test_rows_have_the_numbers_that_the_sheet_shows(tmp_path: Path) -> None:
    path = _book(tmp_path, ["a", "b"], ["x", 1], [None, None], [" ", "  "], ["y", 2])
    assert [record.number for record in read_table(path)[1]] == [2, 5]


def test_a_cell_far_off_is_told_and_an_empty_one_is_not(tmp_path: Path) -> None:
    path = _book(tmp_path, ["a", "b"], ["x", 1])
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"].number_format = "000"
    book.save(path)
    assert _cells(path) == [["x", "1"]]
    book.active["XFD1048576"] = "z"
    book.save(path)
    with pytest.raises(BadTable, match=r"cases.xlsx: the sheet is too large: it reaches to row 1048576, column 16384"):
        _cells(path)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = _book(tmp_path, ["a"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as bomb:
        for _ in range(310):
            bomb.write(bytes(1024 * 1024))
    with pytest.raises(BadTable, match="is larger than 300 MB when unpacked"):
        _cells(path)


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = _book(tmp_path, ["a"], ["x"])
    _again(path, "xl/worksheets/sheet1.xml", b"<worksheet", b'<!DOCTYPE x [<!ENTITY e "eee">]><worksheet')
    with pytest.raises(BadTable, match="its XML has a document type"):
        _cells(path)


def _locked() -> bytes:
    """Return an OLE file with a stream EncryptedPackage, as a spreadsheet that is locked by a password has it."""

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le")
        links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBB", len(text) + 2, kind, 1)
            + links
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE]
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    sectors = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    sectors += entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("EncryptedPackage", 2, 0xFFFFFFFF, 2, 4096) + bytes(256)
    return head.ljust(512, b"\xff") + sectors + bytes(8 * 512)


def _zip_of(name: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "<a/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.xlsx", b"not a workbook", r"a.xlsx is no XLSX file: save it as XLSX, or let its name end"),
        ("a.xlsx", b"", "a.xlsx is no XLSX file"),
        ("a.xls", b"<html><table><tr><td>source</td></tr></table>", "a.xls is no XLS file but a web page"),
        ("a.xls", b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "a.xls is no XLS file but a web page"),
        ("a.XLS", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), "a.XLS is no XLS file that can be read"),
        ("a.xlsx", _locked(), "a.xlsx is locked by a password: save it without one"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "a.xlsx is no XLSX file that can be read"),
        ("a.xlsx", _zip_of("word/document.xml"), "a.xlsx is no XLSX file that can be read"),
        ("a.xlsx", _zip_of("xl/workbook.xml"), "a.xlsx is no XLSX file that can be read"),
        ("a.ods", _zip_of("content.xml"), "a.ods is no ODS file that can be read"),
        ("a.csv", _zip_of("word/document.xml"), "a.csv is no spreadsheet file that can be read"),
    ],
)  # fmt: skip
def test_what_is_no_spreadsheet_is_one_line(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadTable, match=why) as refused:
        _cells(tmp_path / name)
    assert "\n" not in str(refused.value)


def test_a_broken_spreadsheet_is_one_line(tmp_path: Path) -> None:
    path = _book(tmp_path, ["a", "b"], *(["x", number] for number in range(100)))
    whole = path.read_bytes()
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        with pytest.raises(BadTable):
            _cells(path)


def test_a_spreadsheet_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    assert _cells(_book(tmp_path, ["a"], ["x"], name="cases.xlsx").rename(tmp_path / "cases.csv")) == [["x"]]


SPACE = "urn:oasis:names:tc:opendocument:xmlns"
ODS = (
    f'<office:document-content xmlns:office="{SPACE}:office:1.0" xmlns:table="{SPACE}:table:1.0" '
    f'xmlns:text="{SPACE}:text:1.0"><office:body><office:spreadsheet><table:table table:name="A">{{}}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)
ODS_ROW = (
    '<table:table-row{2}><table:table-cell office:value-type="string"><text:p>{0}</text:p></table:table-cell>'
    '<table:table-cell office:value-type="float" office:value="{1}"{3}><text:p>{1:0>7}</text:p></table:table-cell>'
    "</table:table-row>"
)
MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
HEAD = ODS_ROW.replace('office:value-type="float" office:value="{1}"', 'office:value-type="string"').replace(":0>7", "")


def _ods(folder: Path, *rows: str) -> Path:
    with zipfile.ZipFile(folder / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", ODS.format("".join(rows)))
    return folder / "a.ods"


def test_ods_is_read_as_it_is_shown(tmp_path: Path) -> None:
    twice = ' table:number-rows-repeated="2"'
    path = _ods(
        tmp_path, HEAD.format("a", "b", "", ""), ODS_ROW.format("x", 1234, "", ""), ODS_ROW.format("y", 7, twice, "")
    )
    assert _cells(path) == [["x", "0001234"], ["y", "0000007"], ["y", "0000007"]]


def test_a_locked_ods_is_told(tmp_path: Path) -> None:
    path = _again(
        _ods(tmp_path, HEAD.format("a", "b", "", "")),
        "META-INF/manifest.xml",
        b"/>",
        b"><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>",
    )
    with pytest.raises(BadTable, match="is locked by a password: save it without one"):
        _cells(path)


def test_an_ods_that_grows_is_refused(tmp_path: Path) -> None:
    many = ' table:number-rows-repeated="1048576"'
    wide = ' table:number-columns-repeated="16384"'
    path = _ods(tmp_path, HEAD.format("a", "b", "", ""), ODS_ROW.format("x", 7, many, wide))
    with pytest.raises(BadTable, match="the sheet is too large"):
        _cells(path)


TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.tuples(TEXT.filter(str.strip), TEXT, TEXT), max_size=5))
def test_what_a_writer_of_xlsx_wrote_comes_back(tmp_path: Path, table: list[tuple[str, ...]]) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for row, texts in enumerate([("a", "b", "c"), *table]):
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)
    assert _cells(tmp_path / "a.xlsx") == [list(row) for row in table]
