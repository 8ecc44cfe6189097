"""A case as a record, to be printed: all that is known of it and its whole history, oldest first, and no form."""

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.case import Case
from cases.reading.timeline import AFTER_ALL, MOST_LINES, TimelineEntry, timeline
from cases.reading.visibility import takes_part
from web.current import current, right_now
from web.pages.case.query import whole_case
from web.pages.case.timeline import late_before, lines_from
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("printing", __name__)


@bp.get("/arenden/<ref>/utskrift")
@open_to(Audience.LOGGED_IN)
def show(ref: str) -> str | Response:
    """Show the case as a record; who only reads it on an agenda is led to its page, which can be printed as it is."""
    actor = current_actor()
    with current().database.reading() as session:
        whole = whole_case(session, ref, actor)
        if not takes_part(actor, whole.case):
            return redirect(url_for("case.show", ref=ref), 303)
        entries = whole_history(session, whole.case, actor)
        return render_template(
            "case_printed.html",
            case=whole.case,
            description=whole.details.description,
            attachments=whole.details.files,
            related=whole.details.related,
            lines=lines_from(session, whole.case, actor, entries)[::-1],
            late_before=late_before(entries),
            now=right_now(),
        )


def whole_history(session: Session, case: Case, actor: Actor) -> list[TimelineEntry]:
    """Return all entries of the case's timeline that the actor may read, oldest first."""
    entries: list[TimelineEntry] = []
    before = AFTER_ALL
    while before > 1:
        entries = timeline(session, case, actor, before=before) + entries
        before = min(before - 1, case.version) - MOST_LINES + 1
    return entries
