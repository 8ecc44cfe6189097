"""Adjusted minutes, which everybody reads alike: what is not published stands as number, topic and place only."""

from flask import render_template

from cases.access.actors import A_VISITOR
from cases.refusals import NotFound
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.meetings import meetings_listed
from cases.village.forum.reading.on_a_page import present_at
from cases.village.forum.reading.shown import MeetingStage
from web.current import current, right_now
from web.language.village.meeting_words import MEETING_SORTS
from web.pages.village.forum.agenda_rows import line_of
from web.pages.village.forum.blueprint import bp
from web.requests.guard import Audience, open_to


@bp.get("/protokoll")
@open_to(Audience.ANYBODY)
def all_minutes() -> str:
    """Show the list of all adjusted minutes, the latest meeting first."""
    with current().database.reading() as session:
        adjusted = [one for one in meetings_listed(session) if one.stage is MeetingStage.ADJUSTED]
        return render_template("village/forum/all_minutes.html", meetings=adjusted)


@bp.get("/protokoll/<int:number>")
@open_to(Audience.ANYBODY)
def minutes(number: int) -> str:
    """Show the minutes of this meeting; 404 until they are adjusted. Whoever reads them sees what a visitor sees."""
    with current().database.reading() as session:
        shown = agenda_shown(session, number, by=A_VISITOR, at=right_now(), leaving_out=("invited", "late"))
        if shown.adjusted_on is None:
            raise NotFound(ref=str(number))
        return render_template(
            "village/forum/minutes.html", shown=shown, meeting=shown.meeting,
            came=present_at(session, shown.meeting).count,
            rows=[(item, line_of(item, shown.meeting.body_name)) for item in shown.items],
            sort_name=MEETING_SORTS[shown.meeting.sort],
        )  # fmt: skip
