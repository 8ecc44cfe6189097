"""Encoding and delimiter are found in the file itself, by what the whole of it says."""

import codecs
from pathlib import Path

import pytest

from cases.imports.tables import BadTable, Dialect, Record, read_table

TEXT = "source;external_id;title\nx;1;Hål i vägen – à la carte\nx;2;Åby\n"


def _read(folder: Path, content: bytes | str, dialect: Dialect | None = None) -> tuple[list[str], list[Record]]:
    path = folder / "cases.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    columns, records = read_table(path, dialect or Dialect())
    return columns, list(records)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("cp1252"),
        TEXT.replace("\n", "\r\n").encode("cp1252"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF16_LE + TEXT.replace(";", "\t").encode("utf-16-le"),
    ],
    ids=["utf-8", "utf-8-sig", "cp1252", "cp1252-crlf", "16-le-mark", "16-be-mark", "16-le", "16-be", "32", "16-tab"],
)
def test_the_encoding_is_found(tmp_path: Path, content: bytes) -> None:
    columns, records = _read(tmp_path, content)
    assert columns == ["source", "external_id", "title"]
    assert [record.values["title"] for record in records] == ["Hål i vägen – à la carte", "Åby"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_mark_is_no_part_of_the_first_column(tmp_path: Path, encoding: str) -> None:
    mark = codecs.BOM_UTF16_LE if "16" in encoding else codecs.BOM_UTF8
    content = mark + TEXT.encode("utf-16-le" if "16" in encoding else "utf-8")
    assert _read(tmp_path, content, Dialect(encoding=encoding))[0][0] == "source"


def test_a_marked_file_with_another_encoding_in_it_tells_the_line(tmp_path: Path) -> None:
    content = codecs.BOM_UTF8 + TEXT.encode() + "x;3;Öde\n".encode("cp1252")
    with pytest.raises(BadTable, match=r"cases.csv, line 4: is not written in utf-8 as the rest is"):
        _read(tmp_path, content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "ascii"])
def test_a_file_in_another_encoding_than_the_mapping_says_is_told(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(BadTable, match=f"cases.csv is not written in {encoding}"):
        _read(tmp_path, TEXT.encode("cp1252"), Dialect(encoding=encoding))


NEARLY = TEXT.replace("Åby", "Aby").encode()


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (TEXT.encode() + b"x;3;\xe5\n", "line 4: is"),
        (NEARLY + b"x;3;\xe5\xe4\xf6\n" + b"x;4;\xe5\n", "lines 4, 5: are"),
        (TEXT.encode() + b"x;3;halv\xc3", "line 4: is"),
        (codecs.BOM_UTF8 + TEXT.encode() + b"x;3;\xe5\n", "line 4: is"),
        (TEXT.encode() + b"\xff\n" * 7, r"lines 4, 5, 6, 7, 8 \.\.\.: are"),
    ],
)
def test_a_file_of_utf_8_with_a_few_other_bytes_is_no_other_encoding(
    tmp_path: Path, content: bytes, lines: str
) -> None:
    with pytest.raises(BadTable, match=f"cases.csv, {lines} not written in utf-8 as the rest is"):
        _read(tmp_path, content)


def test_a_pair_that_looks_like_utf_8_makes_no_utf_8(tmp_path: Path) -> None:
    text = "source;external_id;title\nx;1;«Ö»\n" + "x;2;åäöÅÄÖ\n" * 5
    assert _read(tmp_path, text.encode("cp1252"))[1][0].values["title"] == "«Ö»"


@pytest.mark.parametrize("first", ["sep=;\r\n", "SEP=;\n", '"sep=;"\n', "\ufeffsep=;\r\n"])
def test_a_first_line_may_name_the_delimiter(tmp_path: Path, first: str) -> None:
    columns, records = _read(tmp_path, first + "a,b;c\n1,2,3;4\n")
    assert (columns, [record.cells for record in records]) == (["a,b", "c"], [["1,2,3", "4"]])
    assert [record.number for record in records] == [2]


def test_the_line_of_a_quote_is_counted_from_the_first_line(tmp_path: Path) -> None:
    _, records = _read(tmp_path, 'sep=;\na;b\n1;"2\n')
    assert records[0].bad == ("the quote that opens in line 3 of the file is not closed where its cell ends",)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ('"source, system";external_id\nx;1\n', ["source, system", "external_id"]),
        ("nr;namn, adress\n1;Lampan\n", ["nr", "namn, adress"]),
        ("nr;namn, adress, ort\n1;Lampan\n2;Väg, gata, torg\n", ["nr", "namn, adress, ort"]),
        ("nr,text\n1,a;b;c;d\n2,e;f;g;h\n", ["nr", "text"]),
        ("nr|text, mera\n1|a\n", ["nr", "text, mera"]),
        ("nr\ttext; mera\n1\ta\n", ["nr", "text; mera"]),
        ('"nr";"två\nrader"\n1;2\n', ["nr", "två rader"]),
        ("nr\n1\n", ["nr"]),
    ],
)
def test_the_delimiter_is_what_divides_the_rows(tmp_path: Path, text: str, columns: list[str]) -> None:
    assert _read(tmp_path, text)[0] == columns


def test_a_row_of_blanks_is_no_row(tmp_path: Path) -> None:
    _, records = _read(tmp_path, "a;b\n1;2\n  ; \t\n;\n\n\u00a0;\n3;4\n")
    assert [(record.number, record.cells) for record in records] == [(2, ["1", "2"]), (7, ["3", "4"])]


def test_too_few_values_are_odd_and_too_many_are_bad(tmp_path: Path) -> None:
    _, records = _read(tmp_path, "a;b;c\n1;2\n1;2;3\n1;2;3;4\n1;2;3;;\n")
    assert [(record.bad, record.odd) for record in records] == [
        ((), ("has 2 values, and the heading has 3 columns: the last are empty",)),
        ((), ()),
        (("has more values than the heading has columns",), ()),
        ((), ()),
    ]


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("a;;c\n1;2;3\n", ("has '2' in a column without a heading, the column number 2",)),
        ("a;;c\n1; ;3\n", ()),
        ("a;c;\n1;3;5\n", ("has more values than the heading has columns",)),
        ("a;c;\n1;3;\n", ()),
        (";a;c\nx;1;3\n", ("has 'x' in a column without a heading, the column number 1",)),
    ],
)
def test_a_value_without_a_heading_is_bad(tmp_path: Path, text: str, bad: tuple[str, ...]) -> None:
    assert [(record.number, record.bad, record.odd) for record in _read(tmp_path, text)[1]] == [(2, bad, ())]


def test_one_value_is_no_values(tmp_path: Path) -> None:
    assert _read(tmp_path, "a;b\n1\n")[1][0].odd == ("has 1 value, and the heading has 2 columns: the last are empty",)
