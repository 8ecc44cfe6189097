"""A mail is parsed as MIME within bounds: so many parts, so deep, and so much of each header.

The standard library's parser calls itself for each level, and keeps whatever comes; its modern policy raises for some
headers, and needs two thirds of a second for others of 8,000 characters. So the parser is told that what lies too
deep, or is a mail of its own, is a file; it is fed in pieces until there are too many parts; headers are kept as they
are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import Compat32
from typing import Any

MOST_PARTS, MOST_DEPTH = 50, 10
LONGEST_HEADER = 8000  # characters
MOST_LINES_IN_HEADER = 400
PIECE = 8192  # bytes
A_FILE = "application/octet-stream"


class BoundedHeaders(Compat32):
    """Keeps the first 8,000 characters of each header, and returns what it kept."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header, of which these are the lines."""
        name, _, value = sourcelines[0].partition(":")
        value = (value[:LONGEST_HEADER] + "".join(sourcelines[1:MOST_LINES_IN_HEADER]))[:LONGEST_HEADER]
        return name, value.strip(" \t\r\n")

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Return the value as it was kept: bare bytes are surrogates."""
        return value


POLICY: Any = BoundedHeaders()  # generic for type checkers alone


class MailPart(Message):
    """A part of a mail, which knows how deep it lies."""

    depth = 0

    def attach(self, payload: Any) -> None:
        """Add a part beneath this one."""
        payload.depth = self.depth + 1
        super().attach(payload)

    @property
    def declared_type(self) -> str:
        """The media type that the part says it has, in lower case."""
        return super().get_content_type()

    @property
    def lies_too_deep(self) -> bool:
        """Whether there may be parts in it that are not looked at."""
        return self.depth >= MOST_DEPTH and self.declared_type.startswith("multipart/")

    def get_content_type(self) -> str:
        """Return the media type for the parser: what it shall not open is a file."""
        declared = self.declared_type
        return A_FILE if declared.startswith("message/") or self.lies_too_deep else declared

    def content(self) -> bytes:
        """Return the bytes of a part that holds no others, without their transfer encoding."""
        found = self.get_payload(decode=True)
        return found if isinstance(found, bytes) else b""


@dataclass(frozen=True)
class OpenedMime:
    """The outermost part, and whether there were more parts, or deeper ones, than were looked at."""

    root: MailPart
    deepest: MailPart
    too_many_parts: bool


def open_mime(raw: bytes) -> OpenedMime:
    """Return the mail in parts, at most about 50 and 10 deep."""
    made: list[MailPart] = []

    def new_part(policy: Any = POLICY) -> MailPart:
        part = MailPart(policy=policy)
        made.append(part)
        return part

    parser: BytesFeedParser[MailPart] = BytesFeedParser(new_part, policy=POLICY)
    made.clear()  # the parser tries the function once
    for start in range(0, len(raw), PIECE):
        parser.feed(raw[start : start + PIECE])
        if len(made) > MOST_PARTS:
            break
    root = parser.close()
    deepest = max(made, key=lambda part: part.depth)
    return OpenedMime(root, deepest, len(made) > MOST_PARTS or any(part.lies_too_deep for part in made))


def parts_beneath(part: MailPart) -> Iterator[MailPart]:
    """Yield the parts that stand directly in this one."""
    found = part.get_payload()
    if isinstance(found, list):
        yield from (child for child in found[:MOST_PARTS] if isinstance(child, MailPart))
