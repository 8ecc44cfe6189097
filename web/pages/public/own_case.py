"""The reporter's private page: how the case stands, what comes next, and forms to answer or contest."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import A_VISITOR, Actor
from cases.case import Case, joined_case
from cases.commenting import comment
from cases.history.words import Visibility
from cases.progress import Change, change_state
from cases.public.protection import is_protected
from cases.reading.details import read_details
from cases.reading.finding import case_for, case_to_change_for
from cases.reading.visibility import as_read_by
from cases.refusals import NotAllowed, NotFound
from cases.reporters.details import may_correct_address
from cases.states import State
from cases.steps.confirming import confirmed_by, own_side
from notifications.reporters import correct_own_address
from web.current import current, right_now
from web.language.gettext import gettext
from web.language.standings import where_it_stands
from web.pages.asked_about import ask_about_slip
from web.pages.case.timeline import asked_before, lines_of, part_shown
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.sending.moving import found_where_it_moved, moving
from web.pages.sending.sent_today import content_of, last_by_others, once_a_day
from web.pages.sending.spending import SENT_HERE_FOR, once_per_form, was_sent_here
from web.pages.sending.staging import SentFiles, files_to_attach
from web.requests.guard import Audience, open_to
from web.requests.rate_limits import Limit, limited
from web.requests.security import takes_files

bp = Blueprint("mine", __name__)
ADDRESS_CHANGED = _l(
    "The address is changed. This page has a new link: save it. We send it by e-mail too. The old one no longer works."
)
ReporterAct = Callable[[Session, Case, Actor, str], str | None]


@bp.get("/arende/<public_id>")
@open_to(Audience.ANYBODY)
@found_where_it_moved
def show(public_id: str) -> str:
    """Show the reporter's private page of the case."""
    return _page(public_id, Form())


@bp.get("/arende/<public_id>/hor-ihop")
@open_to(Audience.ANYBODY)
def together(public_id: str) -> Response | str:
    """Show the case into which the reporter's own was merged: what everybody may read of it, with no personal data.

    Once that case is published, redirect to its page. 404 when the reporter's case has not been merged.
    """
    with current().database.reading() as session:
        own, _ = case_for(session, A_VISITOR, public_id)
        joined = joined_case(own)
        if joined is None:
            raise NotFound(ref=public_id)
        if joined.published_at is not None:
            return redirect(url_for("case.show", ref=joined.ref))
        hidden = is_protected(session, joined)
        return render_template(
            "case_joined.html",
            own=own,
            case=joined,
            hidden=hidden,
            title="" if hidden else as_read_by(A_VISITOR, joined, joined.title),
            stands=where_it_stands(session, joined, A_VISITOR, right_now()),
            lines=[] if hidden else lines_of(session, joined, A_VISITOR),
        )


@bp.post("/arende/<public_id>/kommentar")
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
@shown_again_by(lambda form, public_id: _page(public_id, form))
def say(public_id: str) -> Response | tuple[str, int]:
    """Handle the comment form: add the comment and redirect to the reporter's page.

    If refused, show that page with the reason. If the case waits for the reporter, the comment counts as the answer.
    """
    return _act(public_id, "text", _once(_comment))


@bp.post("/arende/<public_id>/inte-atgardat")
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
@shown_again_by(lambda form, public_id: _page(public_id, form))
def contest(public_id: str) -> Response | tuple[str, int]:
    """Handle the form by which the reporter says that the problem is not fixed: the case goes back to the unit.

    Then redirect to the reporter's page; if refused, show the page with the reason.
    """
    return _act(public_id, "note", _once(_contest))


@bp.post("/arende/<public_id>/stammer")
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
@shown_again_by(lambda form, public_id: _page(public_id, form))
def confirm(public_id: str) -> Response | tuple[str, int]:
    """Handle the button by which the reporter says that it is fixed: the case is closed, or their yes is noted.

    Then redirect to the reporter's page; if refused, show the page with the reason.
    """
    return _act(public_id, "note", _confirm)


@bp.post("/arende/<public_id>/filer")
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
@takes_files
@shown_again_by(lambda form, public_id: _page(public_id, form))
def add_files(public_id: str) -> Response | tuple[str, int]:
    """Handle the upload form: attach the files and redirect to the reporter's page; if refused, show the reason."""
    form, files = Form(request.form), SentFiles()
    with form.catching_refusals():
        files = files_to_attach(form)
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _attach(session, public_id, files))
        files.tell_refused()
        flash(gettext("The file is saved."), "success")
        return redirect(page, 303)
    files.show_in(form)
    return _page(public_id, form), form.status


@bp.post("/arende/<public_id>/adress")
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
@shown_again_by(lambda form, public_id: _page(public_id, form))
def correct_address(public_id: str) -> Response | tuple[str, int]:
    """Handle the form with another mail address of the reporter: letters go there from now on.

    The page gets a new address, since the old one was mailed to whoever reads at the wrong one. Then redirect to it; if
    refused, show the page with the reason.
    """
    return _act(public_id, "email", _correct_address, str(ADDRESS_CHANGED))


def _attach(session: Session, public_id: str, files: SentFiles) -> str:
    case, reporter = case_to_change_for(session, A_VISITOR, public_id)
    if not case.is_open:
        raise NotAllowed(step="attach")
    files.attach_to(session, case, by=reporter, at=right_now())
    return url_for("mine.show", public_id=public_id)


def _act(public_id: str, field: str, act: ReporterAct, thanks: str = "") -> Response | tuple[str, int]:
    """Let the reporter act with the words of a field, and redirect to their page.

    It says the sentence that `act` returns; `thanks` if it returns none, or the form was sent before.
    """
    form, said = Form(request.form), thanks or gettext("Thank you. Those who have your case can see it now.")

    def make() -> str:
        nonlocal said
        case, reporter = case_to_change_for(session, A_VISITOR, public_id)
        said = act(session, case, reporter, form.text(field)) or said
        return url_for("mine.show", public_id=case.public_id)

    with form.catching_refusals():
        with current().database.transaction() as session:
            page = once_per_form(session, make)
        flash(said, "success")
        return redirect(page, 303)
    return _page(public_id, form), form.status


def _once(act: ReporterAct) -> ReporterAct:
    """Return `act`, not done again for the same words in the case from this browser, which is then said instead."""

    def act_once(session: Session, case: Case, actor: Actor, words: str) -> str | None:
        said: str | None = gettext("You have sent this already: it stands in the history.")

        def make() -> str:
            nonlocal said
            said = act(session, case, actor, words)
            return url_for("mine.show", public_id=case.public_id)

        once_a_day(session, content_of(), make, lambda: last_by_others(session, case, actor))
        return said

    return act_once


def _comment(session: Session, case: Case, actor: Actor, words: str) -> None:
    comment(session, case, words, Visibility.PARTICIPANTS, by=actor, at=right_now())


def _contest(session: Session, case: Case, actor: Actor, words: str) -> None:
    change = Change(to=State.ASSIGNED, step="contest", note=words, visibility=Visibility.PARTICIPANTS)
    change_state(session, case, change, by=actor, at=right_now())


def _confirm(session: Session, case: Case, actor: Actor, words: str) -> str:
    change = Change(to=State.CLOSED, step="confirm", note=words, visibility=Visibility.PARTICIPANTS)
    change_state(session, case, change, by=actor, at=right_now())
    return gettext("Thank you. Your yes is noted.")


def _may_confirm(session: Session, case: Case, actor: Actor) -> bool:
    """Return whether the reporter is asked for their yes: not when they have given it."""
    is_asked = case.state is State.DONE and case.obligation is None
    return is_asked and own_side(actor, case) not in confirmed_by(session, case)


def _may_correct_address(session: Session, case: Case, actor: Actor) -> bool:
    """Return whether it is offered: only in the browser that sent the case in, within a day.

    Whoever else has the link could have all e-mails sent to themselves, and its owner would hear nothing more.
    """
    is_new = right_now() - case.received_at < SENT_HERE_FOR
    receipt = url_for("handing_in.receipt", public_id=case.public_id)
    return is_new and may_correct_address(case, actor) and was_sent_here(session, receipt)


def _correct_address(session: Session, case: Case, actor: Actor, words: str) -> str:
    if not _may_correct_address(session, case, actor):
        raise NotAllowed(step="correct_address")
    ask_about_slip(words, field="email")
    pages = ("mine.show", "handing_in.receipt")
    with moving(session, lambda: [url_for(page, public_id=case.public_id) for page in pages]):
        changed = correct_own_address(session, case, words, by=actor, at=right_now())
    return str(ADDRESS_CHANGED) if changed else gettext("That is the address we have already.")


def _page(public_id: str, form: Form) -> str:
    with current().database.reading() as session:
        case, actor = case_for(session, A_VISITOR, public_id)
        beside = read_details(session, case, actor)
        return render_template(
            "mine.html",
            case=case,
            form=form,
            may_correct_address=_may_correct_address(session, case, actor),
            may_confirm=_may_confirm(session, case, actor),
            stands=where_it_stands(session, case, actor, right_now()),
            description=beside.description,
            lines=lines_of(session, case, actor, before=asked_before()),
            attachments=beside.files,
            **part_shown(case, asked_before()),
        )
