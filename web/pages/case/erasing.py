"""Erasing texts of a case, with the decision that orders it; the events themselves stay."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.case import Case, case_to_change
from cases.correcting import erase_words
from cases.history.journal import Event
from cases.history.words import Words
from cases.reading.finding import case_for, reference
from cases.refusals import NameNeeded
from web.current import current, right_now
from web.language.gettext import gettext
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.requests.caller import current_actor
from web.requests.guard import Audience, open_to
from web.requests.readable import number_in

bp = Blueprint("erasing", __name__)


@bp.get("/arenden/<ref>/radera")
@open_to(Audience.CONTACT)
def look(ref: str) -> str:
    """Show the page for erasing: all texts of the case that are not erased yet, each with a checkbox."""
    return _page(ref, Form())


@bp.post("/arenden/<ref>/radera")
@open_to(Audience.CONTACT)
@shown_again_by(lambda form, ref: _page(ref, form))
def erase(ref: str) -> Response | tuple[str, int]:
    """Handle the form: erase the texts of the chosen events, citing the decision, and redirect to the case.

    If it is refused, show the form with the reason.
    """
    form = Form(request.form)
    with form.catching_refusals():
        chosen = list(filter(None, map(number_in, request.form.getlist("event"))))
        if not chosen:
            raise NameNeeded(field="event")
        with current().database.transaction() as session:
            case = case_to_change(session, ref)
            erase_words(session, case, form.text("decision"), chosen, by=current_actor(), at=right_now())
        flash(gettext("The words are erased."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return _page(ref, form), form.status


def _page(ref: str, form: Form) -> str:
    with current().database.reading() as session:
        case, _ = case_for(session, current_actor(), reference(ref))
        return render_template("erase.html", case=case, form=form, said=_said(session, case))


def _said(session: Session, case: Case) -> list[tuple[int, str]]:
    """Return (event number in the case, its texts joined) for all texts that are not erased, oldest first."""
    rows = session.execute(
        select(Event.seq, Words.text)
        .join(Event, Event.id == Words.event_id)
        .where(Words.case_id == case.id, Words.text.is_not(None))
        .order_by(Event.seq, Words.id)
    )
    said: dict[int, list[str]] = {}
    for seq, words in rows:
        said.setdefault(seq, []).append(words or "")
    return [(seq, " · ".join(words)) for seq, words in said.items()]
