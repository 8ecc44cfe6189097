"""Bytes become characters, whatever is wrong with them, and characters that nobody writes go away."""

import codecs
import re
import unicodedata

# Python's codecs that no mail may name: they are slow, or turn plain letters into others.
NOT_FOR_MAIL = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
WESTERN = "cp1252"  # what programs mean that say iso-8859-1, or nothing (as in the Encoding Standard)
LONGEST_CHARSET = 40
LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
SURROGATES = re.compile("[\ud800-\udfff]")
# Sorting the marks on a letter takes the square of their number: a text of nothing else would take a minute.
PIECES = re.compile(r".{1,500}(?=\s|\Z)|.{1,500}", re.DOTALL)
DIRECTIONS = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}  # turn the direction of what follows
PRIVATE = range(0xE000, 0xF900)  # means nothing to anybody else; the reading of HTML marks quotes with these
REMOVED = dict.fromkeys(
    {*range(0x20), *range(0x7F, 0xA0), *DIRECTIONS, *PRIVATE, 0xFEFF, 0x00AD} - {ord("\n"), ord("\t")}
)


def decode(content: bytes, charset: str = "") -> str:
    """Return the characters of these bytes; what cannot be decoded becomes U+FFFD.

    An unknown character set, none and "us-ascii" are read as UTF-8 where that is possible, else as Windows-1252. So is
    what says that it is UTF-8 and has not one valid letter beyond ASCII.
    """
    name = _codec(charset)
    if name in ("", "ascii", "utf-8"):
        return _guessed(content)
    try:
        return content.decode(WESTERN if name == "iso8859-1" else name, "replace")
    except (LookupError, ValueError):
        return _guessed(content)


def clean(text: str) -> str:
    """Return the text in NFC with line ends as "\\n", without NUL, other control characters and turns of direction."""
    plain = LINE_ENDS.sub("\n", SURROGATES.sub("\ufffd", text)).translate(REMOVED)
    if plain.isascii():
        return plain
    return "".join(unicodedata.normalize("NFC", piece) for piece in PIECES.findall(plain))


def one_line(text: str) -> str:
    """Return the text as `clean` does, on one line with single blanks."""
    return " ".join(clean(text).split())


def _codec(charset: str) -> str:
    """Return Python's name of the character set; "" when there is none that a mail may use."""
    try:
        name = codecs.lookup(charset.strip(" \"'")[:LONGEST_CHARSET]).name.replace("_", "-")
    except (LookupError, ValueError):
        return ""
    return "" if name in NOT_FOR_MAIL else name


def _guessed(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        broken = content.decode("utf-8", "replace")
    if any(sign > "\x7f" and sign != "\ufffd" for sign in broken):
        return broken
    return content.decode(WESTERN, "replace")
