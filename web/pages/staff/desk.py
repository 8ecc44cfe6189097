"""The contact person's desk: lists of open cases, among them new, overdue, due soon and waiting ones."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.reading.lists import MOST_COUNTED, Filters, Sort, count_cases, list_cases
from cases.states import LADDER_STATES, OPEN, State
from notifications.calls import count_to_ring
from notifications.set_aside import count_set_aside
from web.current import current, right_now
from web.pages.options import categories_to_choose, places_to_choose, units_to_choose
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("desk", __name__)
ROWS = 25
SOON = timedelta(days=3)
UNTOUCHED = timedelta(days=30)
FIRST, REST = "first", "rest"

ASKED = ("category", "place", "responsible", "q")


@dataclass(frozen=True)
class Section:
    """One section of the desk: its name, and the filters that choose its cases.

    `empty` is the text shown when there are no cases, `count` how many there are (0 until counted).
    """

    name: LazyString
    empty: LazyString
    filters: Filters
    count: int = 0


def sections(now: datetime) -> dict[str, Section]:
    """Build the sections by their key in the query string, in the order in which a contact person works.

    `now` is the present moment, from which a section such as "due soon" counts. Their cases are not counted yet.
    """
    return {
        "inkommet": Section(_l("Came in"), _l("Nothing new. Well done."), _in(State.RECEIVED)),
        "forsenat": Section(_l("Overdue"), _l("Nothing is overdue."), Filters(overdue=True, sort=Sort.DUE)),
        "snart": Section(_l("Due soon"), _l("Nothing falls due in the next days."), _due_by(now + SOON)),
        "ror": Section(_l("Nothing done by a person"), _l("Somebody has acted on everything."),
                       Filters(sort=Sort.UNTOUCHED, untouched_since=now - UNTOUCHED)),
        "atersant": Section(_l("Sent back"), _l("Nothing has been sent back."),
                            Filters(states=(State.RECEIVED,), sort=Sort.DUE, sent_back=True)),
        "vantar": Section(_l("Waiting"), _l("Nothing waits for anybody."), _in(State.WAITING)),
        "vilande": Section(_l("Parked"), _l("Nothing is parked."), _in(State.PARKED)),
        "klart": Section(_l("Done, may be objected to"), _l("Nothing is in its two weeks."), _in(State.DONE)),
        "alla": Section(_l("All that are open"), _l("Nothing is open."), _in(*sorted(OPEN))),
    }  # fmt: skip


@bp.get("/skrivbord")
@open_to(Audience.STAFF)
def show() -> str:
    """Show one section of the desk, and the number of cases in each; by default the first section that is not empty."""
    now, actor = right_now(), current_actor()
    with current().database.reading() as session:
        piles = {key: _counted(session, pile, actor, now) for key, pile in sections(now).items()}
        chosen = request.args.get("del", "")
        here = chosen if chosen in piles else next((key for key, pile in piles.items() if pile.count), "inkommet")
        page = _pile(session, piles[here], actor, now) | _other_work(session)
        page["more"] = page["more"] and {"del": here} | page["more"]
        return render_template("desk.html", piles=piles, here=here, now=now, **page)


def _counted(session: Session, pile: Section, actor: Actor, now: datetime) -> Section:
    return replace(pile, count=count_cases(session, pile.filters, actor, now=now))


def _pile(session: Session, pile: Section, actor: Actor, now: datetime) -> dict[str, Any]:
    asked: dict[str, Any] = {name: request.args.get(name, "").strip() or None for name in ASKED}
    return {
        **one_page(session, replace(pile.filters, **asked, limit=ROWS), actor, now),
        "asked": asked,
        "categories": categories_to_choose(session),
        "places": places_to_choose(session),
        "units": units_to_choose(session),
    }


def _other_work(session: Session) -> dict[str, int]:
    """Return the counts of the desk's other work: calls to make, and what was set aside."""
    return {
        "calls": count_to_ring(session),
        "set_aside": sum(count_set_aside(session, MOST_COUNTED).values()),
    }


def one_page(session: Session, filters: Filters, actor: Actor, now: datetime) -> dict[str, Any]:
    """Read one page of cases as `cases`, and as `more` the query-string arguments of the next page, None on the last.

    In a list sorted by due day, cases that staff marked as easy to put right ("quick wins") stand first. If `filters`
    hold search words, the newest cases stand first instead. The present query string says which page it is.
    """
    if filters.wanted:
        filters = replace(filters, sort=Sort.NEWEST)
    if filters.sort is Sort.DUE:
        return _wins_first(session, filters, actor, now)
    page = list_cases(session, replace(filters, cursor=request.args.get("cursor") or None), actor, now=now)
    return {"cases": page.items, "more": {"cursor": page.next} if page.next else None}


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


def _in(*states: State) -> Filters:
    return Filters(states=states, sort=Sort.DUE)


def _due_by(moment: datetime) -> Filters:
    return Filters(states=LADDER_STATES, sort=Sort.DUE, due_by=moment)
