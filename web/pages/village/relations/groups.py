"""The page of all groups: when each was met, when it is to be met, and what is owed to it and by it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from cases.village.relations.standing import FAR, GroupStanding, standings
from web.current import current, right_now
from web.language.labels import CONTACT_WAYS
from web.language.obligation_words import FIRST_PLAN, OBLIGATION_WORDS
from web.language.preference import in_swedish
from web.requests.guard import Audience, open_to

bp = Blueprint("groups", __name__)
LATE_FIRST = "sent"
ORDERS: dict[str, Callable[[GroupStanding], Any]] = {  # by the word in the address; equal ones stand late first
    LATE_FIRST: lambda group: 0,
    "namn": lambda group: in_swedish(group.name),
    "kontakt": lambda group: group.last.on_day if group.last else date.min,
    "nasta": lambda group: group.next_contact.due_at if group.next_contact else FAR,
    "plan": lambda group: group.plan_adopted_on or date.min,
    "oppna": lambda group: -group.open_cases,
}


@bp.get("/bygderna")
@open_to(Audience.STAFF)
def show() -> str:
    """Show one row for each group, in the order that the address asks for; an unknown one means late first."""
    now, chosen = right_now(), request.args.get("sort", LATE_FIRST)
    order = chosen if chosen in ORDERS else LATE_FIRST
    with current().database.reading() as session:
        groups = sorted(standings(session, now), key=ORDERS[order])
    return render_template(
        "village/groups.html", groups=groups, now=now, order=order, ways=CONTACT_WAYS, words=OBLIGATION_WORDS,
        first_plan=FIRST_PLAN,
    )  # fmt: skip
