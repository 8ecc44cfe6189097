"""In which encoding and with which delimiter a CSV file is written, as far as the file itself tells."""

import codecs
import csv
import re
from io import StringIO
from pathlib import Path

from cases.imports.formats.lines import BadTable

SAMPLE = 64 * 1024  # bytes, and characters
MARKS = {  # byte order marks; that of UTF-32 begins as that of UTF-16 does, and stands first
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
UNMARKED = ("utf-8", "cp1252")
DELIMITERS = ",;\t|"
COMPARED = 20  # rows whose number of values is compared to that of the heading
NAMED = re.compile(
    r'\ufeff?"?sep=(.)"? *(?:[\r\n]|$)', re.IGNORECASE
)  # the first line by which a spreadsheet is told the delimiter


def encoding_of(path: Path) -> str:
    """Return the encoding of the file: that of its byte order mark, else UTF-16, UTF-8 or Windows-1252, what fits.

    Raises `BadTable` when it is written in none of them; with a mark, the message has the number of the first bad line.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            _require(path, encoding)
            return encoding
    for encoding in (*_unmarked_utf_16(head), *UNMARKED):
        if _bad_line(path, encoding) is None:
            return encoding
    raise BadTable(f"{path.name} is written in none of {', '.join(UNMARKED)}")


def named_delimiter(sample: str) -> str | None:
    """Return the delimiter that a first line such as `sep=;` names, None when the file begins in another way."""
    found = NAMED.match(sample)
    return found[1] if found else None


def delimiter_of(sample: str) -> str:
    """Return the delimiter that fits the beginning of a file best.

    It divides the heading, the next rows have as many values, and the heading has the most; what stands within quotes
    divides nothing.
    """
    return max(DELIMITERS, key=lambda delimiter: _fit(sample, delimiter))


def _fit(sample: str, delimiter: str) -> tuple[bool, int, int]:
    heading, *rows = _first_rows(sample, delimiter) or [[]]
    alike = sum(len(row) == len(heading) for row in rows)
    return len(heading) > 1, alike, len(heading)


def _first_rows(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
    try:
        while len(rows) <= COMPARED:
            rows += [row] if (row := next(reader)) else []
    except (csv.Error, StopIteration):
        pass
    return rows


def _unmarked_utf_16(head: bytes) -> list[str]:
    """Return the UTF-16 that the first bytes look like: every other one is 0, since a heading is mostly ASCII."""
    for encoding, zeros in (("utf-16-le", head[1:200:2]), ("utf-16-be", head[:200:2])):
        if zeros and zeros.count(0) > len(zeros) * 0.7:
            return [encoding]
    return []


def _require(path: Path, encoding: str) -> None:
    if (line := _bad_line(path, encoding)) is not None:
        raise BadTable(f"{path.name}, line {line}: is not written in {encoding.removesuffix('-sig')} as the rest is")


def _bad_line(path: Path, encoding: str) -> int | None:
    """Return the number of the first line that is not written in this encoding, None when all are."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        try:
            while part := file.read(SAMPLE):
                line += decoder.decode(part).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            return line + error.object[: error.start].count(b"\n")
    return None
