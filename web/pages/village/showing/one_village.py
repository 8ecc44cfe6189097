"""The page of one village: its plan and what has come of it, for everybody; what is owed, for its members."""

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.village.forum.reading.invitations import InvitationShown, invitations_of
from cases.village.showing.one_village import VillageShown, village_shown
from cases.village.showing.tallies import ItemStanding
from web.current import current, right_now, today
from web.language.obligation_words import FIRST_PLAN, OBLIGATION_WORDS
from web.language.village.meeting_words import OWN_ANSWERS
from web.language.village.plan_words import ITEM_KINDS
from web.language.village.village_words import (
    STANDING_NAMES,
    late_plan_words,
    until_words,
)
from web.pages.options import topics_with_registers
from web.pages.village.items_in_words import may_be_finished, progress_words
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("village", __name__)
MOST_DONE = 6  # that are shown at once
WORDS = {
    "standings": STANDING_NAMES, "owed": OBLIGATION_WORDS, "first_plan": FIRST_PLAN,
    "kinds": ITEM_KINDS,
}  # fmt: skip


@bp.get("/bygd/<slug>")
@open_to(Audience.ANYBODY)
def show(slug: str) -> str:
    """Show one village to everybody, and to its members and staff also what it owes; 404 for an unknown group."""
    actor = current_actor()
    with current().database.reading() as session:
        shown = village_shown(session, slug, by=actor, at=right_now())
        topics = topics_with_registers(session) if shown.village.place else []
        return render_template(
            "village/one_village.html", invitations=_invitations(session, shown, actor), own_answers=OWN_ANSWERS,
            shown=shown, village=shown.village, words=WORDS, topics=topics,
            standings=tuple(ItemStanding),
            progress=progress_words, to_finish=_to_finish(shown, actor), most_done=MOST_DONE,
            until=lambda day: until_words(day, today()), late_words=late_plan_words,
        )  # fmt: skip


def _invitations(session: Session, shown: VillageShown, actor: Actor) -> list[InvitationShown]:
    """Return the meetings to which a member of the village is invited, on the page of their own village."""
    return invitations_of(session, actor, day=today()) if shown.is_member else []


def _to_finish(shown: VillageShown, actor: Actor) -> set[int]:
    """Return the keys of the items to do of which the reader may say that they are done."""
    slug, by_contact = shown.village.slug, actor.is_contact
    found = {item.key for item in shown.to_do if may_be_finished(item, slug, by_contact=by_contact)}
    return found if shown.may_write else set()
