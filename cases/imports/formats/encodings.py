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
UTF_8_LETTER = re.compile(  # a letter beyond ASCII as UTF-8 writes it (RFC 3629, section 4)
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
MOST_BROKEN = 10  # bytes for each letter of UTF-8: with more the file is another encoding, where a pair looks like one
MOST_LINES_SHOWN = 5
DELIMITERS = ",;\t|"
COMPARED = 20  # rows whose number of values is compared to that of the heading
NAMED = re.compile(
    r'\ufeff?"?sep=(.)"? *(?:[\r\n]|$)', re.IGNORECASE
)  # the first line by which a spreadsheet is told the delimiter


def encoding_of(path: Path) -> str:
    """Return the encoding of the file: that of its byte order mark, else UTF-16, UTF-8 or Windows-1252, what fits.

    Raises `BadTable` when it is written in none of them. With a mark, and when most of the file is UTF-8, the message
    has the numbers of the lines that are not.
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
        if encoding == "utf-8":
            _refuse_nearly_utf_8(path)
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


def _refuse_nearly_utf_8(path: Path) -> None:
    """Raise `BadTable` when the file is UTF-8 but for a few bytes: as Windows-1252 every letter would be read wrong."""
    letters, broken, lines = 0, 0, []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            rest, found = UTF_8_LETTER.subn(b"", line)
            letters += found
            if wrong := len(BEYOND_ASCII.findall(rest)):
                broken += wrong
                lines.append(number)
    if letters and broken <= letters * MOST_BROKEN:
        shown = ", ".join(map(str, lines[:MOST_LINES_SHOWN])) + (" ..." if len(lines) > MOST_LINES_SHOWN else "")
        what = f"line {shown}: is" if len(lines) == 1 else f"lines {shown}: are"
        raise BadTable(f"{path.name}, {what} not written in utf-8 as the rest is")


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
