"""Handing in several cases at once, after a meeting: one form with a row of fields for each case."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.case import Case
from cases.database.texts import storable, visible
from cases.handing_in import Request, hand_in
from cases.history.event_batches import batch
from cases.organisation.units import UnitKind
from cases.states import Kind
from web.current import current, right_now
from web.language.gettext import gettext, ngettext
from web.language.labels import CHANNELS, choices
from web.pages.forms import Form
from web.pages.options import categories_to_choose, places_to_choose, units_to_choose
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("several", __name__)
LINES = 8
ONE_LINE = ("title", "description", "category", "place")


@bp.get("/lamna/flera")
@open_to(Audience.STAFF)
def show() -> str:
    """Show the form with its empty rows of fields, one row for each case."""
    return _page(Form({"channel": "meeting"}))


@bp.post("/lamna/flera")
@open_to(Audience.STAFF)
@shown_again_by(lambda form: _page(form))
def take_in() -> Response | tuple[str, int]:
    """Handle the form: take in a case for each row of fields that has a title, and redirect to the desk.

    If one case is refused, none is taken in, and the form is shown with the reason.
    """
    form = Form(request.form)
    with form.catching_refusals():
        lines, cases = _lines(form), list[Case]()
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _hand_in_all(session, lines, cases))
        if cases:
            flash(ngettext("%(num)d case was received: %(refs)s.", "%(num)d cases were received: %(refs)s.", len(cases),
                           refs=", ".join(case.ref for case in cases)), "success")  # fmt: skip
        return redirect(page, 303)
    return _page(form), form.status


def _lines(form: Form) -> list[dict[str, str]]:
    lines = [{name: visible(form.text(f"{name}-{n}")) for name in ONE_LINE} for n in range(LINES)]
    filled = [line for line in lines if line["title"]]
    if not filled:
        raise ValidationError({"title-0": [gettext("Write at least one title.")]})
    return filled


def _hand_in_all(session: Session, lines: list[dict[str, str]], cases: list[Case]) -> str:
    """Take in a case for each line, add them to `cases`, and return the path of the page to show next.

    A group on whose behalf they were written in is told of all of them in one letter.
    """
    at = right_now()
    with batch(session, current_actor(), at) as actor:
        cases += [_hand_in(session, line, actor, at) for line in lines]
    return url_for("desk.show")


def _hand_in(session: Session, line: dict[str, str], actor: Actor, at: datetime) -> Case:
    asked = Request(
        kind=Kind.ISSUE,
        title=line["title"],
        description=line["description"],
        category=line["category"] or None,
        place=line["place"] or storable(request.form.get("place", "")) or None,
        group=storable(request.form.get("group", "")) or None,
        channel=storable(request.form.get("channel", "")) or "meeting",
    )
    return hand_in(session, asked, by=actor, at=at)


def _page(form: Form) -> str:
    with current().database.reading() as session:
        return render_template(
            "several.html",
            form=form,
            lines=range(LINES),
            groups=units_to_choose(session, UnitKind.GROUP),
            places=places_to_choose(session),
            categories=categories_to_choose(session),
            channels=choices(CHANNELS),
        )
