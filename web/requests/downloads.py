"""The header by which a download gets its file's name, in signs that every header can hold (RFC 6266, RFC 8187)."""

import unicodedata
from urllib.parse import quote

UNSAFE = frozenset('"\\%;')


def as_attachment(name: str) -> str:
    """Return the value of Content-Disposition for a download with this name.

    `filename` is the name in ASCII, for programs that read nothing else, `filename*` the name itself in UTF-8.
    """
    composed = unicodedata.normalize("NFC", name)
    encoded = quote(composed.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{_in_ascii(composed)}\"; filename*=UTF-8''{encoded}"


def _in_ascii(name: str) -> str:
    """Return the name without accents, with "_" for each other sign that is not ASCII or not safe in quotes."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return "".join(sign if " " <= sign <= "~" and sign not in UNSAFE else "_" for sign in bare)
