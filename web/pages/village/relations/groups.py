"""The page of all groups: when each was met, when it is to be met, and what is owed to it and by it."""

from flask import Blueprint, render_template

from cases.village.relations.standing import standings
from web.current import current, right_now
from web.language.labels import CONTACT_WAYS
from web.language.obligation_words import OBLIGATION_WORDS
from web.requests.guard import Audience, open_to

bp = Blueprint("groups", __name__)


@bp.get("/bygderna")
@open_to(Audience.STAFF)
def show() -> str:
    """Show one row for each group, those with something late first."""
    now = right_now()
    with current().database.reading() as session:
        groups = standings(session, now)
    return render_template("village/groups.html", groups=groups, now=now, ways=CONTACT_WAYS, words=OBLIGATION_WORDS)
