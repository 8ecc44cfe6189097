"""The page of one meeting: its agenda, for reading and printing."""

from flask import render_template

from cases.village.forum.finding import may_at_table
from web.current import current, today
from web.language.village.meeting_words import MEETING_SORTS
from web.pages.village.forum.agenda_rows import by_reason, rows_of
from web.pages.village.forum.blueprint import bp
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor


@bp.get("/forum/<int:number>")
@open_to(Audience.LOGGED_IN)
def agenda(number: int) -> str:
    """Show the agenda of one meeting; 404 when there is none with this number."""
    actor = current_actor()
    with current().database.reading() as session:
        shown, rows = rows_of(session, number, actor)
        may_write = may_at_table(session, "put_agenda", actor) and not shown.adjusted_on
        return render_template(
            "village/forum/meeting.html", shown=shown, meeting=shown.meeting, rows=rows,
            reasons=by_reason(rows.proposed), may_write=may_write,
            sort_name=MEETING_SORTS[shown.meeting.sort], is_past=shown.meeting.held_on < today(),
        )  # fmt: skip
