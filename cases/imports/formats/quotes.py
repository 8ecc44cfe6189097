"""Reading CSV line by line, so that a quote that nobody closed costs its own row and never those after it."""

import csv
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator

from cases.imports.formats.lines import TableLine

LONGEST_CELL = 1_000_000  # characters; more in one cell is a quote that nobody closed, or no table
TOO_LONG = f"a cell is longer than {LONGEST_CELL:,} characters"
NOT_DOUBLED = "a quote within a cell is not doubled: the row is read as it stands"
NOT_CLOSED = "the quote that opens in line {} of the file is not closed where its cell ends"
LooksLikeRow = Callable[[list[str]], bool]  # whether these cells could be a row of the file, by themselves


class QuoteReader:
    """Reads the rows of a CSV file from its lines.

    A quoted cell may hold line breaks. But its quote was not closed where it should be when the file ends in it, when
    no delimiter follows its end, or when a line of it looks like a row of the file, and so does what stands before that
    line. The row is bad then, and reading goes on with the next line that looks like a row or is as long as one.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, looks_like_row: LooksLikeRow) -> None:
        self._lines, self._delimiter, self._looks_like_row = lines, delimiter, looks_like_row
        self._waiting: deque[str] = deque()  # lines that are read once more
        self._taken: list[str] = []  # lines of the present row
        self._before = 0  # number of lines of the file before them
        self._width = 0  # number of cells of the heading

    def rows(self, first_line: int) -> Iterator[TableLine]:
        """Yield the rows, numbered from 1. `first_line` is the number in the file of the first of the lines."""
        csv.field_size_limit(LONGEST_CELL)
        self._before = first_line - 1
        reader, number = self._reader(), 1
        while (row := self._next(reader, number)) is not None:
            self._width = self._width or len(row.cells)
            yield row
            if row.bad or row.odd or self._waiting:
                reader = self._reader()
            number += 1

    def _next(self, reader: Iterator[list[str]], number: int) -> TableLine | None:
        self._before += len(self._taken)
        self._taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            return self._broken(number, str(error))
        swallowing = next((end for end in range(1, len(self._taken)) if self._is_swallowed(end)), None)
        return TableLine(number, cells, is_ragged=True) if swallowing is None else self._not_closed(number, swallowing)

    def _broken(self, number: int, error: str) -> TableLine:
        at_end = error.startswith("unexpected end")
        if len(self._taken) > 1 or at_end:
            return self._not_closed(number, len(self._taken) - (not at_end))
        cells = self._plain(self._taken[0])
        if error.startswith("field larger"):
            return TableLine(number, cells, bad=(TOO_LONG,))
        if len(cells) == self._width:
            return TableLine(number, cells, odd=(NOT_DOUBLED,))
        return TableLine(number, cells, bad=(NOT_CLOSED.format(self._before + 1),))

    def _not_closed(self, number: int, end: int) -> TableLine:
        """Return the bad row whose quote is still open after `end` lines; the lines of other rows wait again."""
        opening = bisect_left(range(1, end + 1), self._cells(end), key=self._cells)
        kept = opening + 1
        while kept < len(self._taken) and not self._begins_row(self._taken[kept]):
            kept += 1
        cells = self._divided(kept)
        self._waiting.extendleft(reversed(self._taken[kept:]))
        del self._taken[kept:]
        return TableLine(number, cells, bad=(NOT_CLOSED.format(self._before + opening + 1),))

    def _is_swallowed(self, end: int) -> bool:
        """Return whether the line after the first `end` ones of this row is a row, which an open quote swallowed."""
        return self._looks_like_row(self._plain(self._taken[end])) and self._looks_like_row(self._divided(end))

    def _begins_row(self, line: str) -> bool:
        cells = self._plain(line)
        return len(cells) >= self._width or self._looks_like_row(cells)

    def _plain(self, line: str) -> list[str]:
        return line.rstrip("\r\n").split(self._delimiter)

    def _divided(self, end: int) -> list[str]:
        """Return the cells of the row's first lines, where the delimiter divides the cell that is open at their end."""
        *cells, last = self._read(end)
        return [*cells, *last.rstrip("\r\n").split(self._delimiter)]

    def _cells(self, end: int) -> int:
        return len(self._read(end))

    def _read(self, end: int) -> list[str]:
        return next(csv.reader(self._taken[:end], delimiter=self._delimiter))

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._waiting.popleft() if self._waiting else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            yield line
