"""Answering an invitation: whoever is logged in on the page of the meeting, a guest by the link in their letter."""

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.meetings.invited import InvitationAnswer
from cases.refusals import FieldRefusal
from cases.village.forum.convening.answering import answer_as_guest, answer_invitation
from cases.village.forum.convening.guest_links import guest_named
from cases.village.forum.reading.invitations import InvitationShown, invitation_of_guest
from web.current import current, right_now
from web.language.gettext import gettext
from web.language.village.meeting_words import OWN_ANSWERS
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.village.forum.agenda import meeting_page
from web.pages.village.forum.blueprint import bp
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

GONE = 410


@bp.post("/forum/<int:number>/svar")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form, number: meeting_page(number, form))
def answer(number: int) -> Response | tuple[str, int]:
    """Handle the buttons: note the answer of whoever is logged in; 403 when they are not invited."""
    form = Form(request.form)
    with form.catching_refusals():
        with current().database.transaction() as session:
            answer_invitation(session, number, _answer_in(form), by=current_actor(), at=right_now())
        flash(gettext("Your answer is saved. You can change it until the meeting."), "success")
        return redirect(url_for("forum.agenda", number=number), 303)
    return meeting_page(number, form), form.status


@bp.get("/kallelse/<token>")
@open_to(Audience.ANYBODY)
def show_invitation(token: str) -> tuple[str, int]:
    """Show a guest the meeting to which the link invites them, with buttons to answer; 410 for an invalid link."""
    with current().database.reading() as session:
        return _guest_page(session, token, Form())


@bp.post("/kallelse/<token>")
@open_to(Audience.ANYBODY)
def answer_invited(token: str) -> Response | tuple[str, int]:
    """Handle the buttons: note the guest's answer; if refused, show the page with the reason; 410 as above."""
    form = Form(request.form)
    with form.catching_refusals():
        with current().database.transaction() as session:
            invited = guest_named(session, token, current().settings.secret_key)
            if invited is None:
                abort(GONE)
            answer_as_guest(session, invited, _answer_in(form))
        flash(gettext("Your answer is saved. You can change it until the meeting."), "success")
        return redirect(url_for("forum.show_invitation", token=token), 303)
    with current().database.reading() as session:
        shown, _ = _guest_page(session, token, form)
        return shown, form.status


def _answer_in(form: Form) -> InvitationAnswer:
    for answer in InvitationAnswer:
        if form.typed("answer") == answer:
            return answer
    raise FieldRefusal(field="answer")


def _guest_page(session: Session, token: str, form: Form) -> tuple[str, int]:
    invited = guest_named(session, token, current().settings.secret_key)
    shown: InvitationShown | None = invitation_of_guest(session, invited) if invited else None
    page = render_template(
        "village/forum/invitation.html", token=token, own=shown, answer_form=form, own_answers=OWN_ANSWERS
    )
    return page, 200 if shown else GONE
