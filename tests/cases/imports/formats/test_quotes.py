"""A quote that is not closed costs its own row, never those after it; cells with line breaks are read whole."""

import csv
import string
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.imports.mapping import OWN_NEEDED
from cases.imports.tables import Dialect, Record, read_table

HEADING = "source;external_id;state;title;received_at;description"
GOOD = [f"g;{number};received;Lampa {number};2024-05-0{number};text" for number in range(1, 7)]


def _read(folder: Path, lines: list[str], line_end: str = "\n", heading: str = HEADING) -> list[Record]:
    path = folder / "cases.csv"
    path.write_bytes(line_end.join([heading, *lines, ""]).encode())
    return list(read_table(path, looks_like_row=OWN_NEEDED.looks_like_row)[1])


def _lines_with(number: int, line: str) -> list[str]:
    return [*GOOD[: number - 1], line, *GOOD[number:]]


OPEN = {
    "in the middle": 'g;{0};received;"Tum: 5;2024-05-0{0};text',
    "in the first column": '"g;{0};received;Lampa;2024-05-0{0};text',
    "in the last column": 'g;{0};received;Lampa;2024-05-0{0};"text',
    "with a doubled quote": 'g;{0};received;"Rör 5"";2024-05-0{0};text',
    "after a quoted cell": 'g;{0};received;"Lampa; väg";2024-05-0{0};"text',
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("number", [1, 3, 6])
@pytest.mark.parametrize("where", OPEN)
def test_an_open_quote_costs_one_row(tmp_path: Path, where: str, number: int, line_end: str) -> None:
    rows = _read(tmp_path, _lines_with(number, OPEN[where].format(number)), line_end)
    told = f"the quote that opens in line {number + 1} of the file is not closed where its cell ends"
    assert [row.bad for row in rows] == [(told,) if row.number == number + 1 else () for row in rows]
    assert [row.values["external_id"] for row in rows] == list("123456")


CLOSED_BY_CHANCE = {
    "by a quote at the end of a cell": (
        'g;{0};received;"Tum: 5;2024-05-0{0};text',
        'g;6;received;Rör 5";2024-05-06;text',
    ),
    "by a quoted cell": ('g;{0};received;"Tum: 5;2024-05-0{0};text', 'g;6;received;"Lampa";2024-05-06;text'),
    "by a cell with a quote": (
        'g;{0};received;"Tum: 5;2024-05-0{0};text',
        'g;6;received;Sex "citat" i;2024-05-06;text',
    ),
    "in the last column": ('g;{0};received;Lampa;2024-05-0{0};"text', 'g;6;received;Lampa;2024-05-06;5 tum"'),
    "by the next row": ('g;5;received;"Tum: 5;2024-05-05;text', 'g;6;received;Rör 5";2024-05-06;text'),
}


@pytest.mark.parametrize("number", [1, 3, 5])
@pytest.mark.parametrize("how", CLOSED_BY_CHANCE)
def test_an_open_quote_that_a_later_one_closes_costs_one_row(tmp_path: Path, how: str, number: int) -> None:
    opening, closing = CLOSED_BY_CHANCE[how]
    number = 5 if "5" in opening[:3] else number
    rows = _read(tmp_path, [*_lines_with(number, opening.format(number))[:5], closing])
    assert [row.number for row in rows if row.bad] == [number + 1]
    assert [row.values["external_id"] for row in rows] == list("123456")


def test_an_open_quote_after_a_cell_of_many_lines_is_told_where_it_opens(tmp_path: Path) -> None:
    lines = ['g;1;received;"Rad ett', 'rad två";2024-05-01;"text', *GOOD[1:]]
    rows = _read(tmp_path, lines)
    assert [row.bad[0].partition(" of")[0] for row in rows if row.bad] == ["the quote that opens in line 3"]
    assert [row.values["external_id"] for row in rows] == list("123456")


def test_rows_that_lack_their_last_values_are_not_lost_in_an_open_quote(tmp_path: Path) -> None:
    rows = _read(tmp_path, ['g;1;received;"Tum: 5;2024-05-01;text', "g;2;received;Lampa;2024-05-02", *GOOD[2:]])
    assert [(row.values["external_id"], bool(row.bad), bool(row.odd)) for row in rows[:3]] == [
        ("1", True, False),
        ("2", False, True),
        ("3", False, False),
    ]


LEGITIMATE = {
    "of many lines": "Rad ett\nrad två\n\nrad fyra",
    "with delimiters": "Rad ett; rad två\nett;två;tre;fyra;fem;sex\na;b",
    "with quotes": 'Rad "ett"\n"två"\n"',
    "with a letter": "Hej,\n\nden 2024-05-03; kl. 14.22\n\nMvh; Rut",
    "with what a row lacks": "g;9;okänt;Lampa;i maj;text\ng;;received;Lampa;2024-05-01;text",
}


@pytest.mark.parametrize("column", range(4, 6))
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("kind", LEGITIMATE)
def test_a_cell_of_many_lines_is_read_whole(tmp_path: Path, kind: str, column: int, line_end: str) -> None:
    text = LEGITIMATE[kind].replace("\n", line_end)
    heading, cells = HEADING.split(";"), GOOD[0].split(";")
    heading.insert(column, "note")
    cells.insert(column, '"' + text.replace('"', '""') + '"')
    lines = [";".join(cells), *(line + ";" for line in GOOD[1:])]
    first, *others = _read(tmp_path, lines, line_end, ";".join(heading))
    assert (first.values["note"], first.bad) == (text, ())
    assert [row.number for row in others] == [3, 4, 5, 6, 7]


def test_a_cell_of_many_lines_may_be_the_first_one(tmp_path: Path) -> None:
    rows = _read(
        tmp_path,
        ['"Rad ett', 'rad två";1;received;Lampa;2024-05-01'],
        heading="source;external_id;state;title;received_at",
    )
    assert [(row.cells[0], row.bad) for row in rows] == [("Rad ett\nrad två", ())]


def test_a_quote_within_a_cell_that_is_not_doubled_is_read_as_it_stands(tmp_path: Path) -> None:
    rows = _read(tmp_path, _lines_with(3, 'g;3;received;"Storgatan" 5;2024-05-03;text'))
    assert [row.number for row in rows if row.odd] == [4]
    assert rows[2].values["title"] == '"Storgatan" 5'
    assert len(rows) == 6


def test_a_quote_within_a_quoted_cell_with_delimiters_is_bad(tmp_path: Path) -> None:
    rows = _read(tmp_path, _lines_with(3, 'g;3;received;"Storgatan; "Lampan" 5";2024-05-03;text'))
    assert [row.number for row in rows if row.bad] == [4]
    assert len(rows) == 6


def test_a_very_long_cell_is_read_and_one_without_end_is_bad(tmp_path: Path) -> None:
    rows = _read(tmp_path, [GOOD[0] + "a" * 140_000, GOOD[1] + "a" * 1_000_001, GOOD[2]])
    assert [len(row.values["description"]) for row in rows[:1]] == [140_004]
    assert [row.bad for row in rows] == [(), ("a cell is longer than 1,000,000 characters",), ()]


def test_an_open_quote_before_a_very_long_rest_costs_one_row(tmp_path: Path) -> None:
    rest = [f"g;{number};received;Lampa {number};2024-05-01;{'a' * 100}" for number in range(12_000)]
    rows = _read(tmp_path, ['g;x;received;"Tum: 5;2024-05-01;text', *rest])
    assert (len(rows), [row.number for row in rows if row.bad]) == (12_001, [2])


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30) | st.text(
    '";,\n\r a1', max_size=30
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.tuples(CELLS, CELLS, CELLS).filter(lambda row: any(map(str.strip, row))), max_size=6),
    delimiter=st.sampled_from(";,\t|"),
    form=st.sampled_from([(csv.QUOTE_ALL, "\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_MINIMAL, "\r\n")]),
)
def test_what_a_writer_of_csv_wrote_comes_back(
    tmp_path: Path, table: list[tuple[str, ...]], delimiter: str, form: tuple[Literal[0, 1], str]
) -> None:
    path = tmp_path / "written.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=delimiter, quoting=form[0], lineterminator=form[1])
        out.writerows([("source", "external_id", "title"), *table])
    rows = list(read_table(path, Dialect(delimiter=delimiter), OWN_NEEDED.looks_like_row)[1])
    assert [(tuple(row.cells), row.bad, row.odd) for row in rows] == [(row, (), ()) for row in table]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(string.ascii_lowercase + '";1\x00 ', max_size=40), max_size=12))
def test_every_line_of_garbage_is_accounted_for(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "garbage.csv"
    path.write_text("\n".join(["a;b;c", *lines, ""]), encoding="utf-8")
    rows = list(read_table(path, Dialect(delimiter=";"))[1])
    assert sum(row.number > 1 for row in rows) == len(rows) <= len(lines)
