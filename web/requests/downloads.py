"""Downloads: the header that names the file, in signs that every header can hold (RFC 6266, RFC 8187), and tables."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Response

from cases.imports.formats.writing import MEDIA_TYPES, Value, new_table

UNSAFE = frozenset('"\\%;')


def as_attachment(name: str) -> str:
    """Return the value of Content-Disposition for a download with this name.

    `filename` is the name in ASCII, for programs that read nothing else, `filename*` the name itself in UTF-8.
    """
    composed = unicodedata.normalize("NFC", name)
    encoded = quote(composed.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{_in_ascii(composed)}\"; filename*=UTF-8''{encoded}"


def table_download(
    name: str, rows: Iterable[Iterable[Value]], zone: ZoneInfo, *, subject: str = ""
) -> tuple[Response, int]:
    """Return the rows as a download with this name, CSV or XLSX by its ending, and how many rows it has.

    Moments stand in `zone`, the time zone of the municipality. `subject` is what the rows are about, for an XLSX whose
    first row has headings for people.
    """
    number = 0
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        with new_table(path, zone, subject=subject) as write_row:
            for number, row in enumerate(rows, start=1):  # noqa: B007 - the last number is how many there were
                write_row(row)
        headers = {"Content-Disposition": as_attachment(name)}
        return Response(path.read_bytes(), content_type=MEDIA_TYPES[path.suffix], headers=headers), number


def _in_ascii(name: str) -> str:
    """Return the name without accents, with "_" for each other sign that is not ASCII or not safe in quotes."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return "".join(sign if " " <= sign <= "~" and sign not in UNSAFE else "_" for sign in bare)
