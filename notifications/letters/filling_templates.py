"""Write the words of a letter: fill in its template in one language, and split the text into paragraphs."""

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
from notifications.letters.html_page import with_plain_globals
from notifications.letters.urls import WebAddresses
from notifications.letters.wording.dates import in_words
from notifications.letters.wording.numbers import kronor, number_in_words
from notifications.letters.wording.telephones import Telephone, without_marks

FOLDER = Path(__file__).with_name("templates")
SECTIONS = ("subject", "happened", "next", "ask", "object", "foot")
SECTION_END = "\x1e"
NBSP = "\u00a0"  # keeps a day or number on one line; sent as a plain space
GAPS = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
PLACEHOLDER = re.compile("\ue000([0-9]+)\ue001")
OUR_MARKS = re.compile(
    "[\x1e\ue000-\ue003]"
)  # in what somebody wrote they would be taken for a section, a placeholder or a telephone number
EMPTY_LINE, ITEM = re.compile(r"\n\s*\n"), re.compile(r"(?:^|\n)- ")
ANSWERED_AT = WebAddresses("").answer("")
MOST_KEPT = 2000  # filled-in texts: most letters share theirs with others


class ParagraphKind(StrEnum):
    """What a paragraph is, and so how it looks: plain text, a quote, a button, a link or a list."""

    TEXT = "text"
    QUOTE = "quote"
    BUTTON = "button"
    LINK = "link"
    LIST = "list"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a letter, from which its plain text and its HTML are both made. `url` is a link's target."""

    shape: ParagraphKind
    lines: tuple[str, ...]
    url: str | None = None

    @property
    def is_spelled_out(self) -> bool:
        """Whether a button's address stands below it too: not that by which a letter is answered, which stands once."""
        return ANSWERED_AT not in (self.url or "")

    def said(self, between: str) -> str:
        """Return the words with `between` between the lines, ordinary spaces, and telephone numbers as written."""
        return without_marks(between.join(self.lines)).replace(NBSP, " ")


@dataclass(frozen=True)
class WrittenLetter:
    """The words of a letter: its subject, and its paragraphs by section ("happened", "next", ..., "foot")."""

    subject: str
    sections: dict[str, tuple[Paragraph, ...]]

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The paragraphs of all sections in order, without those of the section "foot"."""
        body = (section for name, section in self.sections.items() if name != "foot")
        return [paragraph for section in body for paragraph in section]


class Placeholder(str):
    """A mark in a filled-in template: it stands for a quote or link, or ends a section, until the text is split."""


@dataclass
class Placeholders:
    """The quotes and links of one letter. The letter's template is filled in with placeholders instead of them.

    Therefore what people wrote is never parsed, and cannot change how the letter looks.
    """

    replaced: list[Paragraph] = field(default_factory=list)

    def template_values(self, locale: str) -> dict[str, Any]:
        """Return the values that every template may use, whatever its event, as a dict by name.

        They are the functions `quote`, `button` and `link`, the mark `cut` that ends a section, and `locale`.
        """
        return {
            "quote": self.quote,
            "button": self.button,
            "link": self.link,
            "cut": Placeholder(SECTION_END),
            "locale": locale,
        }

    def quote(self, words: str) -> Placeholder:
        """Store what somebody wrote, and return the placeholder for it."""
        return self._placeholder(Paragraph(ParagraphKind.QUOTE, tuple(words.strip().splitlines())))

    def button(self, label: str, url: str) -> Placeholder:
        """Store the letter's main link, shown as a button, and return the placeholder for it."""
        return self._placeholder(Paragraph(ParagraphKind.BUTTON, (label,), url))

    def link(self, label: str, url: str) -> Placeholder:
        """Store one link of a list of links, and return the placeholder for it."""
        return self._placeholder(Paragraph(ParagraphKind.LINK, (label,), url))

    def _placeholder(self, paragraph: Paragraph) -> Placeholder:
        self.replaced.append(paragraph)
        return Placeholder(f"\n\n\ue000{len(self.replaced) - 1}\ue001\n\n")

    def paragraphs(self, text: str) -> tuple[Paragraph, ...]:
        """Split the text into paragraphs; each placeholder becomes the quote or link for which it stands."""
        return tuple(part if isinstance(part, Paragraph) else self.replaced[part] for part in _parsed(text))


@lru_cache(MOST_KEPT)
def _parsed(text: str) -> tuple[Paragraph | int, ...]:
    """Return the paragraphs of a filled-in text, which empty lines part, and the numbers of its placeholders."""
    blocks = (block.strip() for block in EMPTY_LINE.split(text))
    return tuple(_paragraph(block) for block in blocks if block)


def _paragraph(block: str) -> Paragraph | int:
    """Return the paragraph, or the number of the placeholder; a block that begins with "- " is a list."""
    if placeholder := PLACEHOLDER.fullmatch(block):
        return int(placeholder[1])
    if block.startswith("- "):
        return Paragraph(ParagraphKind.LIST, tuple(in_one_line(item) for item in ITEM.split(block)[1:]))
    return Paragraph(ParagraphKind.TEXT, (in_one_line(block),))


def write(letter: str, locale: str, context: dict[str, Any]) -> WrittenLetter:
    """Return the words of the letter in the language `locale`: its template, filled in with the values in `context`.

    `letter` is its name in the catalogue, such as "overdue"; `LookupError` when there is no letter of this name.
    """
    if letter not in LETTERS:
        raise LookupError(letter)
    placeholders = Placeholders()
    filled = _template(letter, locale).render(context | placeholders.template_values(locale))
    parts = dict(zip(SECTIONS, filled.split(SECTION_END), strict=True))
    subject = _subject(parts.pop("subject"))
    return WrittenLetter(subject, {name: placeholders.paragraphs(text) for name, text in parts.items()})


def write_subject(letter: str, locale: str, context: dict[str, Any]) -> str:
    """Return only the letter's subject, in the language `locale`, without filling in the rest of its template.

    `letter` is its name in the catalogue, such as "overdue"; `context` has the values for its template, by name.
    """
    pieces = _template(letter, locale).generate(context | Placeholders().template_values(locale))
    return _subject("".join(takewhile(lambda piece: piece != SECTION_END, pieces)))


def _subject(text: str) -> str:
    return in_one_line(text).replace(NBSP, " ")


@cache
def _template(letter: str, locale: str) -> Template:
    return with_plain_globals(_templates(locale).get_template(f"{letter}/{locale}.txt"))


@cache
def _templates(locale: str) -> Environment:
    environment = Environment(  # noqa: S701 - plain text; the HTML page escapes  # nosec B701
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.filters["day"] = lambda day: unbroken(in_words(date.fromisoformat(day), locale))
    environment.filters["kronor"] = lambda ore: kronor(ore, locale)
    environment.filters["number"] = lambda number: number_in_words(number, locale)
    return environment


def unbroken(words: str) -> str:
    """Return the words with no-break spaces for their spaces, so that a date or telephone number stays on one line."""
    return words.replace(" ", NBSP)


def telephone(number: str) -> Telephone:
    """Return the number as a value for templates: unbroken, and a link on the HTML page."""
    return Telephone.of(unbroken(_without_our_marks(number)))


def in_one_line(text: str) -> str:
    """Return the text with one space in place of each run of spaces and line ends; no-break spaces stay."""
    return GAPS.sub(" ", text).strip(" ")


def _finalized(value: Any) -> Any:
    """Return a value for the template, text in one line and without our marks: a name must not begin a paragraph."""
    if isinstance(value, str) and not isinstance(value, Placeholder | Telephone):
        return _without_our_marks(value)
    return value


def _without_our_marks(text: str) -> str:
    return in_one_line(OUR_MARKS.sub("", text))
