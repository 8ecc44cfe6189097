"""The list of all villages with their plans, beside a map when there are outlines, and the same list as a file."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request

from cases.imports.formats.writing import Value
from cases.organisation.municipality import municipality
from cases.village.showing.all_villages import VillageListed, villages_listed
from cases.village.showing.tallies import ItemStanding
from web.current import current, right_now, today
from web.language.preference import in_swedish
from web.language.village.village_words import ON_MAP, STANDING_NAMES, late_plan_words, until_words
from web.pages.village.drawing import outlines_of
from web.pages.village.showing.map import draw
from web.requests.downloads import table_download
from web.requests.guard import Audience, open_to

bp = Blueprint("villages", __name__)
BY_NAME = "namn"
ORDERS: dict[str, Callable[[VillageListed], Any]] = {  # by the word in the address; equal ones stand by name
    BY_NAME: lambda village: 0,
    "ar": lambda village: -(village.year or 0),
    "klart": lambda village: -village.tally.percent_done,
    "forsenat": lambda village: (-village.tally.late, not village.is_late),
    "uppdateras": lambda village: village.next_on or date.max,
}
COLUMNS = (
    "group", "name", "sort", "place", "year", "adopted_on", "next_revision_on", "plan_late", "items",
    *(f"items_{standing.value}" for standing in ItemStanding),
)  # fmt: skip


@bp.get("/planer")
@open_to(Audience.ANYBODY)
def show() -> str:
    """Show all villages with their plans, in the order that the address asks for; an unknown one means by name."""
    chosen = request.args.get("sort", BY_NAME)
    order = chosen if chosen in ORDERS else BY_NAME
    with current().database.reading() as session:
        villages = _in_order(villages_listed(session, at=right_now()), order)
        outlines = outlines_of(current().settings, demonstration=municipality(session).demonstration)
    return render_template(
        "village/all_villages.html", villages=villages, order=order, late=[one for one in villages if one.is_late],
        words={"standings": STANDING_NAMES, "on_map": ON_MAP}, map=draw(outlines, villages),
        standings=tuple(ItemStanding),
        until=lambda day: until_words(day, today()), late_words=late_plan_words,
    )  # fmt: skip


@bp.get("/planer.csv", defaults={"ending": "csv"})
@bp.get("/planer.xlsx", defaults={"ending": "xlsx"})
@open_to(Audience.ANYBODY)
def download(ending: str) -> Response:
    """Return the list as a table."""
    zone = current().database.calendar.zone
    with current().database.reading() as session:
        villages = _in_order(villages_listed(session, at=right_now()), BY_NAME)
    return table_download(f"planer.{ending}", _rows(villages), zone)[0]


def _in_order(found: list[VillageListed], order: str) -> list[VillageListed]:
    return sorted(found, key=lambda village: (ORDERS[order](village), in_swedish(village.name)))


def _rows(villages: list[VillageListed]) -> Iterator[tuple[Value, ...]]:
    yield COLUMNS
    for one in villages:
        sort = one.sort.value if one.sort else None
        counts = (one.tally.counts[standing] for standing in ItemStanding)
        late = "yes" if one.is_late else "no"
        yield (
            one.slug, one.name, sort, one.place, one.year, one.adopted_on, one.next_on, late, one.tally.total, *counts,
        )  # fmt: skip
