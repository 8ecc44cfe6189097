"""What a draft of a plan says, as its author gives it: words, areas, items, and what is dropped.

Money is in öre. An item's `area` is the rank of an area, `origin` the id of the item that it carries on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.case import LONGEST_TEXT, LONGEST_TITLE
from cases.database.texts import is_storable, visible
from cases.refusals import (
    AlreadyThere,
    BadCharacters,
    FieldRefusal,
    NumberOutside,
    TooLong,
    UnknownName,
    WordsNeeded,
)
from cases.village.plans.records.focus_area import LONGEST_NAME
from cases.village.plans.records.plan_drop import Fate
from cases.village.plans.records.plan_item import PlanItemKind

FIRST_YEAR, LAST_YEAR = 1990, 2099  # the calendar of working days goes no further
MOST_ORE = 10**14
MOST_ITEMS, MOST_AREAS = 200, 20


@dataclass(frozen=True)
class DraftArea:
    """One focus area of a draft; rank 1 is the most important."""

    rank: int
    name: str
    why: str | None = None


@dataclass(frozen=True)
class DraftItem:
    """One item of a draft. Category, responsible unit and place are slugs; what is None may be added later."""

    area: int
    title: str
    kind: PlanItemKind
    origin: int | None = None
    text: str | None = None
    category: str | None = None
    place: str | None = None
    responsible: str | None = None
    year: int | None = None
    quarter: int | None = None
    cost_ore: int | None = None


@dataclass(frozen=True)
class DraftDrop:
    """An item of an earlier version, by its id, that the draft does not carry on, and why."""

    item: int
    fate: Fate
    reason: str


@dataclass(frozen=True)
class DraftContent:
    """The whole draft. `version` is the revision of the draft that the author had read."""

    year: int
    version: int | None = None
    vision: str | None = None
    situation: str | None = None
    strengths: str | None = None
    areas: tuple[DraftArea, ...] = ()
    items: tuple[DraftItem, ...] = ()
    dropped: tuple[DraftDrop, ...] = ()


def check_content(content: DraftContent) -> None:
    """Refuse what no draft may say: raise the first of `faults_of`."""
    for fault in faults_of(content):
        raise fault


def faults_of(content: DraftContent) -> Iterator[FieldRefusal]:
    """Yield all that no draft may say: empty titles, texts that are too long, ranks twice, years nobody plans for.

    They are `WordsNeeded`, `TooLong`, `BadCharacters`, `NumberOutside`, `AlreadyThere` and `UnknownName`; each names
    its field, such as "items.2.title", counted from 0.
    """
    yield from _number("year", content.year, FIRST_YEAR, LAST_YEAR)
    for name in ("vision", "situation", "strengths"):
        yield from _text(name, getattr(content, name), LONGEST_TEXT)
    for field, rows, most in (("areas", content.areas, MOST_AREAS), ("items", content.items, MOST_ITEMS)):
        if len(rows) > most:
            yield NumberOutside(field=field, least=0, most=most)
    for place, area in enumerate(content.areas):
        yield from _area(f"areas.{place}", area)
    yield from _twice("areas.{}.rank", [area.rank for area in content.areas])
    for place, item in enumerate(content.items):
        yield from _item(f"items.{place}", item, {area.rank for area in content.areas})
    yield from _twice("items.{}.origin", [item.origin for item in content.items])
    for place, drop in enumerate(content.dropped):
        yield from _words(f"dropped.{place}.reason", drop.reason, LONGEST_TEXT, "drop")
    carried = [item.origin for item in content.items if item.origin is not None]
    yield from _twice("dropped.{}.item", [drop.item for drop in content.dropped], carried)


def _area(field: str, area: DraftArea) -> Iterator[FieldRefusal]:
    yield from _number(f"{field}.rank", area.rank, 1, MOST_AREAS)
    yield from _words(f"{field}.name", area.name, LONGEST_NAME, "area")
    yield from _text(f"{field}.why", area.why, LONGEST_TEXT)


def _item(field: str, item: DraftItem, ranks: set[int]) -> Iterator[FieldRefusal]:
    yield from _words(f"{field}.title", item.title, LONGEST_TITLE, "item")
    yield from _text(f"{field}.text", item.text, LONGEST_TEXT)
    if item.area not in ranks:
        yield UnknownName(field=f"{field}.area", name=str(item.area))
    yield from _number(f"{field}.year", item.year, FIRST_YEAR, LAST_YEAR)
    yield from _number(f"{field}.quarter", item.quarter, 1, 4)
    yield from _number(f"{field}.cost_kr", item.cost_ore, 0, MOST_ORE)


def _words(field: str, text: str, most: int, of: str) -> Iterator[FieldRefusal]:
    if not visible(text):
        yield WordsNeeded(field=field, step=of)
    yield from _text(field, text, most)


def _text(field: str, text: str | None, most: int) -> Iterator[FieldRefusal]:
    if text is not None and len(text) > most:
        yield TooLong(field=field, most=most)
    if text is not None and not is_storable(text):
        yield BadCharacters(field=field)


def _number(field: str, number: int | None, least: int, most: int) -> Iterator[FieldRefusal]:
    if number is not None and not least <= number <= most:
        yield NumberOutside(field=field, least=least, most=most)


def _twice(field: str, found: Sequence[int | None], before: Sequence[int] = ()) -> Iterator[FieldRefusal]:
    seen: set[int | None] = set(before)
    for place, number in enumerate(found):
        if number is not None and number in seen:
            yield AlreadyThere(field=field.format(place), name=str(number))
        seen.add(number)
