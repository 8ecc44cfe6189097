"""Answering an invitation: on the page of the meeting by whoever is logged in, or by the link in a letter."""

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.meetings.invited import InvitationAnswer
from cases.refusals import FieldRefusal
from cases.village.forum.convening.answer_links import Invitation, invitation_of
from cases.village.forum.convening.answering import answer_by_link, answer_invitation
from cases.village.forum.reading.invitations import invitation_by_link
from notifications.letters.urls import LOG_IN_FIRST
from web.current import current, right_now, today
from web.language.gettext import gettext
from web.language.village.meeting_words import OWN_ANSWERS
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.village.forum.agenda import TO_COME, meeting_page
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
    """Show the meeting to which the link invites, with buttons to answer; 410 for an invalid link.

    Opening it answers nothing and logs nobody in: mail programs open links too.
    """
    with current().database.reading() as session:
        return _page_of_link(session, token, Form())


@bp.post("/kallelse/<token>")
@open_to(Audience.ANYBODY)
def answer_invited(token: str) -> Response | tuple[str, int]:
    """Handle the buttons: note the answer of whoever has the link; if refused, show the reason; 410 as above."""
    form = Form(request.form)
    with form.catching_refusals():
        with current().database.transaction() as session:
            invitation = invitation_of(token, current().settings.secret_key)
            if invitation is None or invitation_by_link(session, invitation) is None:
                abort(GONE)
            answer_by_link(session, invitation, _answer_in(form), at=right_now())
        flash(gettext("Your answer is saved. You can change it until the meeting."), "success")
        return redirect(url_for("forum.show_invitation", token=token), 303)
    with current().database.reading() as session:
        shown, _ = _page_of_link(session, token, form)
        return shown, form.status


def _answer_in(form: Form) -> InvitationAnswer:
    for answer in InvitationAnswer:
        if form.typed("answer") == answer:
            return answer
    raise FieldRefusal(field="answer")


def _page_of_link(session: Session, token: str, form: Form) -> tuple[str, int]:
    invitation = invitation_of(token, current().settings.secret_key)
    shown = invitation_by_link(session, invitation)
    page = render_template(
        "village/forum/invitation.html", token=token, own=shown, answer_form=form, own_answers=OWN_ANSWERS,
        to_come=shown is not None and shown.meeting.stage in TO_COME and shown.meeting.held_on >= today(),
        reader=_other_reader(invitation),
        logs_in={LOG_IN_FIRST: 1} if invitation is not None and invitation.person is not None else {},
    )  # fmt: skip
    return page, 200 if shown else GONE


def _other_reader(invitation: Invitation | None) -> str:
    """Return the name of whoever is logged in, when they are somebody else than the link is for; else ""."""
    actor = current_actor()
    is_own = invitation is not None and invitation.person is not None and invitation.person == actor.person_id
    return "" if actor.person_id is None or is_own else actor.name
