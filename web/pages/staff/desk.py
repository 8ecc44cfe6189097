"""The contact person's desk: lists of open cases, among them new, overdue, due soon and waiting ones."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.reading.lists import MOST_COUNTED, Filters, Sort, count_cases, is_cursor_of, list_cases
from notifications.set_aside import count_set_aside
from notifications.telephone.calls import count_to_ring
from web.current import current, right_now
from web.pages.filters import not_understood, slugs, status_of_filters, unknown_choices
from web.pages.list_part import ROWS, part_of
from web.pages.options import categories_to_choose, known, places_to_choose, units_to_choose
from web.pages.staff.list_query import VIEWS, ListQuery, filters_for
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("desk", __name__)
FIRST, REST = "first", "rest"

ASKED = ("category", "place", "responsible", "q")
NO_PAGE: dict[str, Any] = {"cases": [], "more": None, "goes_on": False}  # of filters that are not understood


@dataclass(frozen=True)
class Section:
    """One section of the desk: its name, and the filters that choose its cases.

    `empty` is the text shown when there are no cases, `count` how many there are (0 until counted).
    """

    name: LazyString
    empty: LazyString
    filters: Filters
    count: int = 0


PILES: dict[str, tuple[LazyString, LazyString]] = {  # in the order in which a contact person works
    "inkommet": (_l("Came in"), _l("Nothing new. Well done.")),
    "svar": (_l("Replies to read"), _l("No reply waits to be read.")),
    "forsenat": (_l("Overdue"), _l("Nothing is overdue.")),
    "snart": (_l("Due soon"), _l("Nothing falls due in the next days.")),
    "ror": (_l("Untouched for 30 days"), _l("Nothing has been untouched for 30 days.")),
    "atersant": (_l("Came back"), _l("Nothing has come back.")),
    "vantar": (_l("Waiting"), _l("Nothing waits for anybody.")),
    "vilande": (_l("On hold"), _l("Nothing is on hold.")),
    "klart": (_l("Just done"), _l("Nothing is waiting for objections.")),
    "alla": (_l("All open"), _l("Nothing is open.")),
    "skrap": (_l("Likely junk"), _l("Nothing looks like junk.")),
}


def sections(session: Session, now: datetime) -> dict[str, Section]:
    """Build the sections by their key in the query string: views of the list of all cases, not counted yet.

    `now` is the present moment, from which a section such as "due soon" counts.
    """
    calendar = current().database.calendar
    return {
        key: Section(*PILES[key], filters_for(asked, session=session, calendar=calendar, now=now))
        for key, asked in VIEWS.items()
    }


@bp.get("/skrivbord")
@open_to(Audience.STAFF)
def show() -> tuple[str, int]:
    """Show one section of the desk, and the number of cases in each; by default the first section that is not empty."""
    now, actor = right_now(), current_actor()
    with current().database.reading() as session:
        piles = {key: _counted(session, pile, actor, now) for key, pile in sections(session, now).items()}
        chosen = request.args.get("del", "")
        here = chosen if chosen in piles else next((key for key, pile in piles.items() if pile.count), "inkommet")
        page = _pile(session, piles[here], actor, now) | _other_work(session)
        page["more"] = page["more"] and {"del": here} | page["more"]
        asked = {name: value for name, value in page["asked"].items() if value}
        in_list = ListQuery({**VIEWS[here], **asked}).address(url_for("all_cases.show"))
        page |= {"piles": piles, "here": here, "now": now, "in_list": in_list, "most": MOST_COUNTED}
        return render_template("desk.html", **page), status_of_filters(page["refusals"])


def _counted(session: Session, pile: Section, actor: Actor, now: datetime) -> Section:
    return replace(pile, count=count_cases(session, pile.filters, actor, now=now))


def _pile(session: Session, pile: Section, actor: Actor, now: datetime) -> dict[str, Any]:
    asked: dict[str, Any] = {name: request.args.get(name, "").strip() or None for name in ASKED}
    narrowed = replace(pile.filters, **asked, limit=ROWS)
    refusals = unknown_choices(asked, slugs(known(session))) | not_understood(ASKED)
    page = NO_PAGE if refusals else one_page(session, narrowed, actor, now)
    found = count_cases(session, narrowed, actor, now=now) if any(asked.values()) and not refusals else pile.count
    return {
        **page,
        "refusals": refusals,
        "wins_first": narrowed.sort is Sort.DUE and not narrowed.wanted,
        "found": found,
        "part": part_of(page["cases"], count=found, goes_on=page["goes_on"]),
        "asked": asked,
        "categories": categories_to_choose(session),
        "places": places_to_choose(session),
        "units": units_to_choose(session),
    }


def refs_in_pile(session: Session, pile: str, actor: Actor, now: datetime, most: int) -> list[str]:
    """Return the references of the first cases of a pile, at most `most`, in the order in which the desk shows them."""
    filters = replace(sections(session, now)[pile].filters, limit=most)
    wanted = [replace(filters, quick_win=is_win) for is_win in (True, False)] if filters.sort is Sort.DUE else [filters]
    return [case.ref for one in wanted for case in list_cases(session, one, actor, now=now).items][:most]


def _other_work(session: Session) -> dict[str, int]:
    """Return the counts of the desk's other work: calls to make, and what was set aside."""
    return {
        "calls": count_to_ring(session),
        "set_aside": sum(count_set_aside(session, MOST_COUNTED).values()),
    }


def one_page(session: Session, filters: Filters, actor: Actor, now: datetime) -> dict[str, Any]:
    """Read one page of cases as `cases`, and as `more` the query-string arguments of the next page, None on the last.

    `goes_on` is whether the page goes on from another one, by a cursor.
    In a list sorted by due day, cases that staff marked as easy to put right ("quick wins") stand first. If `filters`
    hold search words, the newest cases stand first instead. The present query string says which page it is.
    """
    if filters.wanted:
        filters = replace(filters, sort=Sort.NEWEST)
    if filters.sort is Sort.DUE:
        goes_on = request.args.get("fran") == REST or bool(request.args.get("cursor"))
        return {**_wins_first(session, filters, actor, now), "goes_on": goes_on}
    cursor = cursor_asked(filters)
    page = list_cases(session, replace(filters, cursor=cursor), actor, now=now)
    return {"cases": page.items, "more": {"cursor": page.next} if page.next else None, "goes_on": cursor is not None}


def _wins_first(session: Session, filters: Filters, actor: Actor, now: datetime) -> dict[str, Any]:
    phase, cursor = request.args.get("fran", FIRST), request.args.get("cursor") or None
    if phase == FIRST:
        wins = list_cases(session, replace(filters, quick_win=True, cursor=cursor), actor, now=now)
        if wins.next:
            return {"cases": wins.items, "more": {"fran": FIRST, "cursor": wins.next}}
        if len(wins.items) == filters.limit:
            return {"cases": wins.items, "more": {"fran": REST, "cursor": None}}
        filters, cursor, first = replace(filters, limit=filters.limit - len(wins.items)), None, wins.items
    else:
        first = []
    rest = list_cases(session, replace(filters, quick_win=False, cursor=cursor), actor, now=now)
    return {"cases": first + rest.items, "more": {"fran": REST, "cursor": rest.next} if rest.next else None}


def cursor_asked(filters: Filters) -> str | None:
    """Return the cursor in the query string; None without one, and for one that came with another list.

    So an address that somebody kept, or changed by hand, shows the first page rather than an error.
    """
    cursor = request.args.get("cursor") or None
    return cursor if is_cursor_of(replace(filters, cursor=cursor)) else None
