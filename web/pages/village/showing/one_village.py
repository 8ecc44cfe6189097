"""The page of one village: its plan and what has come of it, for everybody; what is owed, for its members."""

from flask import Blueprint, render_template

from cases.village.showing.one_village import village_shown
from cases.village.showing.tallies import ItemStanding
from web.current import current, right_now, today
from web.language.gettext import language
from web.language.obligation_words import FIRST_PLAN, OBLIGATION_WORDS
from web.language.village.plan_words import ITEM_KINDS
from web.language.village.village_words import (
    STANDING_NAMES,
    late_plan_words,
    until_words,
)
from web.pages.village.items_in_words import progress_words
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("village", __name__)
WORDS = {
    "standings": STANDING_NAMES, "owed": OBLIGATION_WORDS, "first_plan": FIRST_PLAN,
    "kinds": ITEM_KINDS,
}  # fmt: skip


@bp.get("/bygd/<slug>")
@open_to(Audience.ANYBODY)
def show(slug: str) -> str:
    """Show one village to everybody, and to its members and staff also what it owes; 404 for an unknown group."""
    with current().database.reading() as session:
        shown = village_shown(session, slug, by=current_actor(), at=right_now())
        return render_template(
            "village/one_village.html", shown=shown, village=shown.village, words=WORDS, standings=tuple(ItemStanding),
            progress=progress_words, until=lambda day: until_words(day, today()), late_words=late_plan_words,
            lang_of_feeds=language() if language() != current().settings.locale else None,
        )  # fmt: skip
