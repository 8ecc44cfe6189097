"""Lines that say that a quote follows: as mail-parser-reply knows them, and those that it misses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from mailparser_reply.parser import EmailMessage

LANGUAGES = ("sv", "en", "da", "de")
MOST_SEEN = 10_000  # characters of the beginning, and as many of the end
LONGEST_SEEN = 300  # characters of a line
REPEATED = re.compile(r"(\b\w{1,30}\b)(?:\W{1,5}\1\b)+")
QUOTED = re.compile(r" {0,3}>")
FROM = r"(?:Från|From|Fra|Von)"
SENT = r"(?:Skickat|Sent|Sendt|Gesendet|Datum|Date|Dato|Till|To|Til|An)"
FROM_LINE = re.compile(rf"[\s*]{{0,4}}{FROM}\s?:", re.IGNORECASE)
SENT_LINE = re.compile(rf"[\s*]{{0,4}}{SENT}\s?:", re.IGNORECASE)
LINES_OF_BLOCK = 4  # after "Från:" within which the line "Skickat:" stands
ORIGINAL = re.compile(
    r"\s*[-_]{2,}\s*(?:Ursprungligt meddelande|Original ?meddelande|Original Message|Oprindelig meddelelse"
    r"|Ursprüngliche Nachricht)\s*[-_]{2,}\s*",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"\s*(?:-{2,}\s*(?:Forwarded message|Vidarebefordrat (?:meddelande|brev|mejl|mail))\b.{0,60}"
    r"|(?:Begin forwarded message|(?:Start på )?vidarebefordrat (?:meddelande|brev|mejl|mail))\s*:)",
    re.IGNORECASE,
)
WHEN = re.compile(r"@|\b(?:19|20)\d\d\b|\d{1,2}[:.]\d\d")
WRITTEN_BY_ONESELF = re.compile(r"\bskrev (?:jag|vi)\b|\b(?:I|we) wrote\b", re.IGNORECASE)


@dataclass(frozen=True)
class QuoteHeader:
    """A line, or several, that say who wrote what follows: numbers of the first line and of the one after the last."""

    first: int
    after: int


def attributions(lines: Sequence[str]) -> list[QuoteHeader]:
    """Return where the lines say that somebody wrote something at some time, in their order.

    mail-parser-reply is quadratic: it sees the first and the last 10,000 characters, without repeats.
    """
    return sorted(
        (header for seen in _ends_of(lines) for header in _found_by_library(lines, seen)), key=lambda one: one.first
    )


def begins_older_mail(lines: Sequence[str], at: int) -> bool:
    """Return whether this line begins a mail of before that is not marked as a quote, as Outlook writes it."""
    if ORIGINAL.fullmatch(lines[at]):
        return True
    return bool(FROM_LINE.match(lines[at])) and any(map(SENT_LINE.match, lines[at + 1 : at + 1 + LINES_OF_BLOCK]))


@cache
def _pattern() -> re.Pattern[str]:
    return EmailMessage(text="", languages=list(LANGUAGES)).HEADER_REGEX  # type: ignore[no-any-return]


def _ends_of(lines: Sequence[str]) -> Iterator[list[int]]:
    """Yield the numbers of the lines at the beginning, and of those at the end that are not among them."""
    head = _as_many(lines, range(len(lines)))
    yield head
    tail = _as_many(lines, range(len(lines) - 1, len(head) - 1, -1))
    yield tail[::-1]


def _as_many(lines: Sequence[str], numbers: range) -> list[int]:
    seen, size = [], 0
    for number in numbers:
        size += min(len(lines[number]), LONGEST_SEEN) + 1
        if size > MOST_SEEN:
            break
        seen.append(number)
    return seen


def _found_by_library(lines: Sequence[str], numbers: list[int]) -> Iterator[QuoteHeader]:
    kept: list[tuple[int, str]] = []
    for number in numbers:
        line = REPEATED.sub(r"\1", lines[number][:LONGEST_SEEN].strip())
        if not kept or line != kept[-1][1]:
            kept.append((number, line))
    text = "\n".join(line for _, line in kept)
    for match in _pattern().finditer(text):
        said = match[0].strip()
        if said.endswith(":") and WHEN.search(said) and not WRITTEN_BY_ONESELF.search(said):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            first = text.count("\n", 0, start)
            last = text.count("\n", 0, start + len(said))
            yield QuoteHeader(kept[first][0], kept[last][0] + 1)
