"""Letters: the list of them, and how one source per language becomes paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from notifications.letters.catalogue import LETTERS
from notifications.letters.dates import in_words
from notifications.letters.html_page import with_plain_globals

FOLDER = Path(__file__).with_name("templates")
SECTIONS = ("subject", "happened", "next", "ask", "object", "foot")
SECTION_END = "\x1e"
NBSP = "\u00a0"  # while a letter is set; it leaves with plain spaces
GAPS = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
PLACED = re.compile("\ue000([0-9]+)\ue001")
EMPTY_LINE, ITEM = re.compile(r"\n\s*\n"), re.compile(r"(?:^|\n)- ")
MOST_KEPT = 2000  # texts of templates, filled in: most letters share theirs


class ParagraphKind(StrEnum):
    """What a paragraph is."""

    TEXT = "text"
    QUOTE = "quote"
    BUTTON = "button"
    LINK = "link"
    LIST = "list"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a letter, the same in text and in HTML."""

    shape: ParagraphKind
    lines: tuple[str, ...]
    url: str | None = None


@dataclass(frozen=True)
class WrittenLetter:
    """A letter in words: its subject, and its paragraphs by section."""

    subject: str
    sections: dict[str, tuple[Paragraph, ...]]

    @property
    def paragraphs(self) -> list[Paragraph]:
        """All paragraphs, in order; what stands at the foot is apart."""
        body = (one for name, one in self.sections.items() if name != "foot")
        return [paragraph for section in body for paragraph in section]


class Placeholder(str):
    """A mark in the text where words or a link stand that are not the template's own."""


@dataclass
class Placeholders:
    """What is laid beside a template's text while it is filled in: people's words and links are never parsed."""

    beside: list[Paragraph] = field(default_factory=list)

    def given(self, locale: str) -> dict[str, Any]:
        """Give what every template may use."""
        return {"quote": self.quote, "button": self.button, "link": self.link, "cut": SECTION_END, "locale": locale}

    def quote(self, words: str) -> Placeholder:
        """Place somebody's words."""
        return self._place(Paragraph(ParagraphKind.QUOTE, tuple(words.strip().splitlines())))

    def button(self, label: str, url: str) -> Placeholder:
        """Place a link that is what the letter is for."""
        return self._place(Paragraph(ParagraphKind.BUTTON, (label,), url))

    def link(self, label: str, url: str) -> Placeholder:
        """Place one link of many."""
        return self._place(Paragraph(ParagraphKind.LINK, (label,), url))

    def _place(self, paragraph: Paragraph) -> Placeholder:
        self.beside.append(paragraph)
        return Placeholder(f"\n\n\ue000{len(self.beside) - 1}\ue001\n\n")

    def paragraphs(self, text: str) -> tuple[Paragraph, ...]:
        """Give the text as paragraphs, what is placed among them."""
        return tuple(one if isinstance(one, Paragraph) else self.beside[one] for one in _parted(text))


@lru_cache(MOST_KEPT)
def _parted(text: str) -> tuple[Paragraph | int, ...]:
    """Part a template's text, where people's words are but numbers: an empty line parts paragraphs."""
    blocks = (block.strip() for block in EMPTY_LINE.split(text))
    return tuple(_paragraph(block) for block in blocks if block)


def _paragraph(block: str) -> Paragraph | int:
    """Give the paragraph, or the number of what is placed there; lines that begin with "- " make a list."""
    if placed := PLACED.fullmatch(block):
        return int(placed[1])
    if block.startswith("- "):
        return Paragraph(ParagraphKind.LIST, tuple(in_one_line(item) for item in ITEM.split(block)[1:]))
    return Paragraph(ParagraphKind.TEXT, (in_one_line(block),))


def write(letter: str, locale: str, context: dict[str, Any]) -> WrittenLetter:
    """Give the letter in this language. `LookupError` when there is no such letter."""
    if letter not in LETTERS:
        raise LookupError(letter)
    sheet = Placeholders()
    filled = _template(letter, locale).render(context | sheet.given(locale))
    parts = dict(zip(SECTIONS, filled.split(SECTION_END), strict=True))
    subject = _subject(parts.pop("subject"))
    return WrittenLetter(subject, {name: sheet.paragraphs(text) for name, text in parts.items()})


def write_subject(letter: str, locale: str, context: dict[str, Any]) -> str:
    """Give the letter's subject alone: nothing below it is filled in."""
    pieces = _template(letter, locale).generate(context | Placeholders().given(locale))
    return _subject("".join(takewhile(lambda piece: piece != SECTION_END, pieces)))


def _subject(text: str) -> str:
    return in_one_line(text).replace(NBSP, " ")


@cache
def _template(letter: str, locale: str) -> Template:
    return with_plain_globals(_templates(locale).get_template(f"{letter}/{locale}.txt"))


@cache
def _templates(locale: str) -> Environment:
    environment = Environment(  # noqa: S701 - plain text; the page escapes  # nosec B701
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finished,
    )
    environment.filters["day"] = lambda day: unbroken(in_words(date.fromisoformat(day), locale))
    return environment


def unbroken(words: str) -> str:
    """Give words that no line end may part: a day, a telephone number."""
    return words.replace(" ", NBSP)


def in_one_line(text: str) -> str:
    """Give the text with one space for each gap; what is kept together stays so."""
    return GAPS.sub(" ", text).strip(" ")


def _finished(value: Any) -> Any:
    """A name with line ends in it must not begin a paragraph of its own."""
    if isinstance(value, str) and not isinstance(value, Placeholder) and value != SECTION_END:
        return in_one_line(value)
    return value
