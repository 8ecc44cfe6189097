"""The page of one meeting: its agenda, for reading and printing, and the answer of whoever is invited."""

from flask import render_template, request

from cases.access.actors import Actor
from cases.village.forum.finding import may_at_table
from cases.village.forum.reading.invitations import AnswersShown, InvitationShown, answers_to
from cases.village.forum.reading.on_a_page import present_at
from cases.village.forum.reading.shown import AgendaShown, MeetingStage
from notifications.letters.urls import LOG_IN_FIRST
from web.current import current, today
from web.language.village.meeting_words import MEETING_SORTS, OWN_ANSWERS, counted_answers
from web.pages.forms import Form
from web.pages.village.forum.agenda_rows import by_reason, rows_of
from web.pages.village.forum.blueprint import bp
from web.requests.guard import Audience, LoginNeeded, open_to
from web.requests.identity.caller import current_actor

TO_COME = frozenset({MeetingStage.CALLED, MeetingStage.SENT})


@bp.get("/forum/<int:number>")
@open_to(Audience.ANYBODY)
def agenda(number: int) -> str:
    """Show the agenda of one meeting; 404 when there is none with this number.

    Whoever follows the link of a letter to people who can log in is sent to the log-in first.
    """
    if LOG_IN_FIRST in request.args and current_actor().person_id is None:
        raise LoginNeeded
    return meeting_page(number)


def meeting_page(number: int, answer_form: Form | None = None, /) -> str:
    """Return the page of the meeting with this number as HTML. Raises `NotFound`."""
    actor = current_actor()
    with current().database.reading() as session:
        shown, rows = rows_of(session, number, actor)
        to_come = shown.meeting.stage in TO_COME and shown.meeting.held_on >= today()
        answers = answers_to(session, number, actor) if to_come and shown.reads_all else None
        return render_template(
            "village/forum/meeting.html", shown=shown, meeting=shown.meeting, rows=rows,
            reasons=by_reason(rows.proposed), sort_name=MEETING_SORTS[shown.meeting.sort],
            may_write=may_at_table(session, "put_agenda", actor) and not shown.adjusted_on,
            may_call=shown.meeting.stage in TO_COME and may_at_table(session, "call_meeting", actor),
            comes=counted_answers(answers.count) if answers and answers.count and actor.is_staff else "",
            present=present_at(session, shown.meeting) if shown.reads_all and shown.closed_on else None,
            own=_own(shown, answers, actor),
            answer_form=answer_form or Form(), own_answers=OWN_ANSWERS, is_past=shown.meeting.held_on < today(),
            is_ahead=shown.meeting.held_on > today(),
        )  # fmt: skip


def _own(shown: AgendaShown, answers: AnswersShown | None, actor: Actor) -> InvitationShown | None:
    """Return the invitation of the reader: staff are invited by name, all others who read the whole agenda are."""
    if answers is None or (actor.is_staff and not answers.is_own):
        return None
    return InvitationShown(shown.meeting, answers.own)
