"""Commenting on a case: for everybody, for those who take part, or only for staff."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from marshmallow import fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.commenting import comment
from cases.history.words import Visibility
from cases.reading.finding import case_to_change_for, reference
from web.current import current, right_now
from web.language.gettext import gettext
from web.pages.case.show import page_of
from web.pages.forms import Form, TypedSchema, long_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.sent_today import content_of, last_by_others, once_a_day
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("commenting", __name__)


class CommentForm(TypedSchema):
    """The fields of the comment form."""

    text = long_field()
    visibility = fields.Enum(Visibility, by_value=True, load_default=Visibility.PARTICIPANTS)


@bp.post("/arenden/<ref>/kommentar")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), comment_form=form))
def add(ref: str) -> Response | tuple[str, int]:
    """Handle the comment form: add the comment and redirect to the case; if refused, show the case with the reason."""
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        given = CommentForm().load(request.form)
        said = [gettext("The comment is saved.")]
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _add(session, ref, given, actor, said))
        flash(said[-1], "success")
        return redirect(page, 303)
    return page_of(ref, actor, comment_form=form), form.status


def _add(session: Session, ref: str, given: dict[str, Any], actor: Actor, said: list[str]) -> str:
    """Add the comment and return the path of the case; of one that was sent before, add to `said` only that it was."""
    case, _ = case_to_change_for(session, actor, reference(ref))

    def make() -> str:
        comment(session, case, given["text"] or "", given["visibility"], by=actor, at=right_now())
        said.pop()
        return url_for("case.show", ref=ref)

    said.append(gettext("You have sent this already: it stands in the history."))
    return once_a_day(session, content_of(), make, lambda: last_by_others(session, case, actor))
