"""The page of one topic: its register beside a map when there are outlines, and the whole register on paper."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from cases.organisation.municipality import municipality
from cases.reading.lists import MOST_COUNTED
from cases.states import Kind
from cases.village.registers.listing import count_register, is_cursor, list_register, whole_register
from cases.village.registers.topics import TopicShown, topic_named
from web.current import current, right_now
from web.language.gettext import gettext
from web.language.labels import KINDS
from web.language.list_labels import STATE_CHOICES
from web.language.village.register_words import ANSWER_CHOICES, ORDER_CHOICES, ORDER_SENTENCES, topic_words
from web.pages.filters import status_of_filters
from web.pages.list_part import ROWS, part_of
from web.pages.options import authorities_to_choose, category_name, known, places_to_choose
from web.pages.village.drawing import outlines_of
from web.pages.village.registers.map import draw
from web.pages.village.registers.query import RegisterQuery, read_register_query
from web.requests.guard import Audience, open_to

bp = Blueprint("registers", __name__)


@bp.get("/amne/<slug>")
@open_to(Audience.ANYBODY)
def show(slug: str) -> tuple[str, int]:
    """Show the register of the topic, as the address asks for it; 404 for an unknown topic, or one that is not used."""
    with current().database.reading() as session:
        topic = topic_named(session, slug)
        query = read_register_query(session, topic)
        found = _found(session, topic, query) if not query.refusals else NOTHING
        page = render_template("village/topic.html", **_around(topic, query), **_choices(session, topic), **found)
    return page, status_of_filters(query.refusals)


@bp.get("/amne/<slug>/utskrift")
@open_to(Audience.ANYBODY)
def show_printed(slug: str) -> tuple[str, int]:
    """Show all rows of the register that the address asks for, to be printed."""
    with current().database.reading() as session:
        topic = topic_named(session, slug)
        query = read_register_query(session, topic)
        rows = [] if query.refusals else list(whole_register(session, slug, query.filters, at=right_now()))
        places = {row.slug: row.name for row in known(session).places}
        place = places.get(query.given.get("place", ""), "")
        page = render_template("village/topic_printed.html", **_around(topic, query), rows=rows, place=place)
    return page, status_of_filters(query.refusals)


NOTHING: dict[str, Any] = {"rows": [], "found": 0, "late": 0, "part": None, "more": None, "map": None}


def _around(topic: TopicShown, query: RegisterQuery) -> dict[str, Any]:
    """Return what the page says of the topic and of what was asked for, as template variables."""
    return {
        "topic": topic, "name": category_name(topic), "asked": query.asked, "given": query.given,
        "narrowed": query.is_narrowed, "leaves_out_of_map": query.leaves_out_of_map,
        "nothing_found": _nothing_found(query), "refusals": query.refusals, "most": MOST_COUNTED,
        "words": topic_words(topic.words), "order": "" if query.refusals else ORDER_SENTENCES[query.order],
    }  # fmt: skip


def _nothing_found(query: RegisterQuery) -> str:
    if query.refusals:
        return gettext("No list is shown until the filters are put right.")
    if query.asked["q"]:
        return gettext("Nothing was found. Try fewer or other words.")
    return gettext("No case matches the filters.") if query.is_narrowed else gettext("There is nothing here yet.")


def _found(session: Session, topic: TopicShown, query: RegisterQuery) -> dict[str, Any]:
    after, filters, now = request.args.get("after", ""), query.filters, right_now()
    rows, following = list_register(session, topic.slug, filters, at=now, after=after, limit=ROWS)
    counts = count_register(session, topic.slug, filters, at=now)
    count = counts.total(filters.place)
    outlines = outlines_of(current().settings, demonstration=municipality(session).demonstration)
    names = {row.slug: row.name for row in known(session).places if row.active}
    return {
        "rows": rows, "found": count, "late": counts.total_late(filters.place),
        "part": part_of(rows, count=count, goes_on=is_cursor(after, filters)),
        "more": following and url_for("registers.show", slug=topic.slug, **query.given, after=following),
        "map": draw(outlines, counts, names, chosen=filters.place),
    }  # fmt: skip


def _choices(session: Session, topic: TopicShown) -> dict[str, Any]:
    return {
        "places": places_to_choose(session),
        "kinds": [(kind.value, str(KINDS[kind])) for kind in (Kind.ISSUE, Kind.PROPOSAL, Kind.ACTION)],
        "states": [(name, str(words)) for name, words in STATE_CHOICES.items()],
        "authorities": authorities_to_choose(session),
        "sorts": [(word, word) for word in topic.words.sorts],
        "answers": [(name, str(words)) for name, words in ANSWER_CHOICES.items()],
        "orders": [(name, str(words)) for name, words in ORDER_CHOICES.items()],
    }
