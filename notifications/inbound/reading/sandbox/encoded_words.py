"""Headers as people read them: encoded words (RFC 2047) and bare eight-bit bytes become characters.

The standard library's function for it raises for broken base64, and leaves bare bytes and unknown character sets to
whoever called it.
"""

import binascii
import re
from itertools import groupby

from notifications.inbound.reading.sandbox.charsets import decode, one_line

WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\s]*)\?=")
BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,80}\?[bBqQ]\?)")


def header_text(value: str) -> str:
    """Return the value of a header, its bare bytes as surrogates (PEP 383), as one line that can be read."""
    value = decode(value.encode("utf-8", "surrogateescape"))
    return one_line("".join(_pieces(BETWEEN_WORDS.sub(r"\1", value))))


def _pieces(value: str) -> list[str]:
    """Return the decoded words and what stands between them. Bytes of adjacent words are decoded together."""
    found: list[tuple[str, str | bytes]] = []
    at = 0
    for word in WORD.finditer(value):
        if word.start() > at:
            found.append(("", value[at : word.start()]))
        found.append((word[1].lower(), _bytes_of(word[2], word[3])))
        at = word.end()
    found.append(("", value[at:]))
    pieces = []
    for charset, group in groupby(found, key=lambda one: one[0]):
        parts = [part for _, part in group]
        pieces.append(decode(b"".join(part for part in parts if isinstance(part, bytes)), charset))
        pieces.append("".join(part for part in parts if isinstance(part, str)))
    return pieces


def _bytes_of(encoding: str, text: str) -> bytes:
    """Return the bytes of an encoded word; those of its text when they are not encoded as it says."""
    content = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(content, header=True)
    try:
        return binascii.a2b_base64(content + b"=" * (-len(content) % 4))
    except binascii.Error:
        return content
