"""Correcting a case's title, topic, place and dates, and relating it to another case."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cases.administration.reorganising import LONGEST_SLUG
from cases.case import case_to_change
from cases.correcting import Correction, correct, follow_present_policy, relate
from cases.refusals import NotFound, UnknownName
from web.current import current, right_now
from web.language.gettext import gettext
from web.pages.case.show import page_of
from web.pages.forms import Form, TypedSchema, day_field, text_field
from web.pages.sending.again import shown_again_by
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("correcting", __name__)


class CorrectionForm(TypedSchema):
    """The fields of the correction form; an empty topic or place removes it from the case."""

    title = text_field()
    category = text_field(LONGEST_SLUG)
    place = text_field(LONGEST_SLUG)
    raised_on = day_field(has_been=True)


@bp.post("/arenden/<ref>/ratta")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), correct_form=form))
def put_right(ref: str) -> Response | tuple[str, int]:
    """Handle the correction form: correct the case and redirect to it; if refused, show the case with the reason."""
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        given = CorrectionForm().load(request.form)
        correction = Correction(
            title=given["title"] or "",
            category=given["category"] or "",
            place=given["place"] or "",
            quick_win="quick_win" in request.form,
            raised_on=given["raised_on"],
        )
        with current().database.transaction() as session:
            correct(session, case_to_change(session, ref), correction, by=actor, at=right_now())
        flash(gettext("Corrected."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return page_of(ref, actor, correct_form=form), form.status


@bp.post("/arenden/<ref>/dagens-policy")
@open_to(Audience.CONTACT)
def follow_todays_policy(ref: str) -> Response:
    """Let the case follow today's policy, which sets its deadlines, and redirect to it.

    Until then a case follows the policy that was in force when it began.
    """
    with current().database.transaction() as session:
        changed = follow_present_policy(session, case_to_change(session, ref), by=current_actor(), at=right_now())
    already = gettext("It has today’s time limits already.")
    flash(gettext("The case now has today’s time limits.") if changed else already)
    return redirect(url_for("case.show", ref=ref), 303)


@bp.post("/arenden/<ref>/hor-ihop")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), relate_form=form))
def connect(ref: str) -> Response | tuple[str, int]:
    """Handle the form that relates the case to another: record the relation and redirect to the case.

    If it is refused, show the case with the reason.
    """
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        _connect(ref, form.text("to").strip())
        flash(gettext("The cases are connected."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return page_of(ref, actor, relate_form=form), form.status


def _connect(ref: str, other: str) -> None:
    with current().database.transaction() as session:
        first, second = sorted((ref, other))  # always locked in the same order
        try:
            cases = {name: case_to_change(session, name) for name in (first, second)}
        except NotFound:
            raise UnknownName(field="to", name=other) from None
        relate(session, cases[ref], cases[other], by=current_actor(), at=right_now())
