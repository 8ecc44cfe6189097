"""What a draft of a plan says, as its author gives it: words, areas, items, and what is dropped.

Money is in öre. An item's `area` is the rank of an area, `origin` the id of the item that it carries on.
"""

from dataclasses import dataclass

from cases.case import LONGEST_TEXT, LONGEST_TITLE
from cases.database.texts import is_storable, visible
from cases.refusals import AlreadyThere, BadCharacters, NumberOutside, TooLong, UnknownName, WordsNeeded
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
    """Refuse what no draft may say: empty titles, texts that are too long, ranks twice, years that nobody plans for.

    Raises `WordsNeeded`, `TooLong`, `BadCharacters`, `NumberOutside`, `AlreadyThere` or `UnknownName`;
    each names its field, such as "items.2.title", counted from 0.
    """
    _check_number("year", content.year, FIRST_YEAR, LAST_YEAR)
    for name in ("vision", "situation", "strengths"):
        _check_text(name, getattr(content, name), LONGEST_TEXT)
    for field, rows, most in (("areas", content.areas, MOST_AREAS), ("items", content.items, MOST_ITEMS)):
        if len(rows) > most:
            raise NumberOutside(field=field, least=0, most=most)
    for place, area in enumerate(content.areas):
        _check_area(f"areas.{place}", area)
    _refuse_twice("areas.{}.rank", [area.rank for area in content.areas])
    for place, item in enumerate(content.items):
        _check_item(f"items.{place}", item, {area.rank for area in content.areas})
    _refuse_twice("items.{}.origin", [item.origin for item in content.items])
    for place, drop in enumerate(content.dropped):
        _check_words(f"dropped.{place}.reason", drop.reason, LONGEST_TEXT, "drop")
    carried = [item.origin for item in content.items if item.origin is not None]
    _refuse_twice("dropped.{}.item", [drop.item for drop in content.dropped], carried)


def _check_area(field: str, area: DraftArea) -> None:
    _check_number(f"{field}.rank", area.rank, 1, MOST_AREAS)
    _check_words(f"{field}.name", area.name, LONGEST_NAME, "area")
    _check_text(f"{field}.why", area.why, LONGEST_TEXT)


def _check_item(field: str, item: DraftItem, ranks: set[int]) -> None:
    _check_words(f"{field}.title", item.title, LONGEST_TITLE, "item")
    _check_text(f"{field}.text", item.text, LONGEST_TEXT)
    if item.area not in ranks:
        raise UnknownName(field=f"{field}.area", name=str(item.area))
    _check_number(f"{field}.year", item.year, FIRST_YEAR, LAST_YEAR)
    _check_number(f"{field}.quarter", item.quarter, 1, 4)
    _check_number(f"{field}.cost_kr", item.cost_ore, 0, MOST_ORE)


def _check_words(field: str, text: str, most: int, of: str) -> None:
    if not visible(text):
        raise WordsNeeded(field=field, step=of)
    _check_text(field, text, most)


def _check_text(field: str, text: str | None, most: int) -> None:
    if text is not None and len(text) > most:
        raise TooLong(field=field, most=most)
    if text is not None and not is_storable(text):
        raise BadCharacters(field=field)


def _check_number(field: str, number: int | None, least: int, most: int) -> None:
    if number is not None and not least <= number <= most:
        raise NumberOutside(field=field, least=least, most=most)


def _refuse_twice(field: str, found: list[int] | list[int | None], before: list[int] | None = None) -> None:
    seen: set[int | None] = set(before or ())
    for place, number in enumerate(found):
        if number is not None and number in seen:
            raise AlreadyThere(field=field.format(place), name=str(number))
        seen.add(number)
