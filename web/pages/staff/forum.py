"""A case on the forum's agenda, from the page of the case: the contact person puts it there, and takes it off."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cases.case import case_to_change
from cases.meetings.agenda_items import choose_for_agenda, withdraw_from_agenda
from cases.meetings.meeting import Meeting, next_meeting
from cases.reading.finding import reference
from web.current import current, right_now, today
from web.language.dates import day_words
from web.language.gettext import gettext
from web.pages.case.show import page_of
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.village.forum.blueprint import bp
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor


@bp.post("/arenden/<ref>/dagordning")
@open_to(Audience.CONTACT)
def choose(ref: str) -> Response | tuple[str, int]:
    """Put a case on the forum's agenda for its next meeting, and redirect to the case; if refused, show the reason.

    A case that is on the agenda already stays there; the message on the page says so.
    """
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        with current().database.transaction() as session:
            case = case_to_change(session, reference(ref))
            chosen = choose_for_agenda(session, case, by=actor, at=right_now())
            meeting = next_meeting(session, today())
        flash(_thanks(meeting) if chosen else gettext("It is on the agenda already."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return page_of(ref, actor, agenda_form=form), form.status


@bp.post("/arenden/<ref>/dagordning/ta-bort")
@open_to(Audience.CONTACT)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), agenda_form=form))
def withdraw(ref: str) -> Response | tuple[str, int]:
    """Take a case off the forum's agenda, with a reason, and redirect to the case; if refused, show why."""
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        with current().database.transaction() as session:
            case = case_to_change(session, reference(ref))
            done = withdraw_from_agenda(session, case, form.text("off_agenda"), by=actor, at=right_now())
        flash(gettext("The case is off the agenda.") if done else gettext("It is not on the agenda."))
        return redirect(url_for("case.show", ref=ref), 303)
    return page_of(ref, actor, agenda_form=form), form.status


def _thanks(meeting: Meeting | None) -> str:
    if meeting is None:
        return gettext("The case is on the agenda of the forum’s next meeting, which is not planned yet.")
    return gettext("The case is on the agenda of %(meeting)s, %(day)s.",
                   meeting=meeting.name, day=day_words(meeting.held_on))  # fmt: skip
