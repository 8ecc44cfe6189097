"""Attachments of a case: upload, and download for those who may open them."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from cases.access.actors import A_VISITOR, Actor
from cases.case import Case
from cases.files.attachments import Attachment
from cases.history.words import Visibility
from cases.reading.finding import case_for, case_to_change_for, reference
from cases.reading.visibility import takes_part
from cases.refusals import NotAllowed, NotFound
from web.current import current, right_now, storage
from web.language.gettext import gettext
from web.pages.case.show import page_of
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.sending.staging import SentFiles, files_to_attach
from web.requests.downloads import as_attachment
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.security import takes_files

bp = Blueprint("attachments", __name__)
ATTACHMENT_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


@bp.post("/arenden/<ref>/filer")
@open_to(Audience.LOGGED_IN)
@takes_files
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), attach_form=form))
def add(ref: str) -> AnyResponse | tuple[str, int]:
    """Handle the upload form: attach its files and redirect to the case; if refused, show the case with the reason."""
    form, actor, files = Form(request.form), current_actor(), SentFiles()
    with form.catching_refusals():
        _refuse_others(ref, actor)
        files = files_to_attach(form)
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _attach(session, ref, files, actor))
        files.tell_refused()
        flash(gettext("The file is saved."), "success")
        return redirect(page, 303)
    files.show_in(form)
    return page_of(ref, actor, attach_form=form), form.status


@bp.get("/arenden/<ref>/filer/<int:number>")
@open_to(Audience.LOGGED_IN)
def give(ref: str, number: int) -> Response:
    """Send the attachment with this number to somebody who is logged in; 404 if they may not see it."""
    actor = current_actor()
    with current().database.reading() as session:
        case, _ = case_for(session, actor, reference(ref))
        return _file(session, case, actor, number)


@bp.get("/arende/<public_id>/filer/<int:number>")
@open_to(Audience.ANYBODY)
def give_mine(public_id: str, number: int) -> Response:
    """Send the attachment with this number to whoever has the reporter's private link.

    404 for an unknown link or number, and for an attachment that only staff may see.
    """
    with current().database.reading() as session:
        case, actor = case_for(session, A_VISITOR, public_id)
        return _file(session, case, actor, number)


def _refuse_others(ref: str, actor: Actor) -> None:
    """Refuse, before any file is rewritten, those who may not see the case or only read it on an agenda."""
    with current().database.reading() as session:
        case, _ = case_for(session, actor, reference(ref))
        if not takes_part(actor, case):
            raise NotAllowed(step="attach")


def _attach(session: Session, ref: str, files: SentFiles, actor: Actor) -> str:
    case, _ = case_to_change_for(session, actor, reference(ref))
    files.attach_to(session, case, by=actor, at=right_now())
    return url_for("case.show", ref=ref)


def _file(session: Session, case: Case, actor: Actor, number: int) -> Response:
    files = session.scalars(select(Attachment).where(Attachment.case_id == case.id))
    readable = [file for file in files if takes_part(actor, case)]
    visible = [file for file in readable if actor.is_staff or file.visibility is not Visibility.INTERNAL]
    found = [file for file in visible if file.id == number]
    if not found:
        raise NotFound(ref=str(number))
    return _download(found[0])


def _download(file: Attachment) -> Response:
    response = Response(storage().content(file.key), content_type=file.media_type)
    response.headers["Content-Disposition"] = as_attachment(file.name)
    response.headers["Content-Security-Policy"] = ATTACHMENT_POLICY
    return response
