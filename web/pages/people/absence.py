"""One's own absence: from when to when, who stands in, and being back."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.administration.leaving.absence import Absence, colleagues_of, is_away, units_of
from cases.administration.staffing import person_by_email
from cases.organisation.people import Person
from notifications.planning.held.absences import end_absence, note_absence
from web.current import current, right_now, today
from web.language.gettext import gettext
from web.pages.forms import DayField, Form, TypedSchema, day_field, text_field
from web.pages.options import Choices, in_swedish_order
from web.pages.sending.again import shown_again_by
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("absence", __name__)


class AbsenceForm(TypedSchema):
    """The fields of the form: the first and the last day, and the mail address of the deputy."""

    since = day_field()
    until = DayField(required=True, error_messages={"required": _l("Give the day.")})
    deputy = text_field(needed=_l("Choose who stands in for you."))


@bp.get("/konto/borta")
@open_to(Audience.LOGGED_IN)
def show() -> str:
    """Show whether one is away, and the form that says so."""
    return _page(Form())


@bp.post("/konto/borta")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form: _page(form))
def note() -> Response | tuple[str, int]:
    """Handle the form; if refused, show it with the reason."""
    form = Form(request.form)
    with form.catching_refusals():
        typed = AbsenceForm().load(request.form)
        with current().database.transaction() as session:
            _note(session, typed)
        flash(gettext("It is noted. Your deputy gets your e-mails while you are away."), "success")
        return redirect(url_for("absence.show"), 303)
    return _page(form), form.status


@bp.post("/konto/tillbaka")
@open_to(Audience.LOGGED_IN)
def end() -> Response:
    """End one's absence today, or take one back that is yet to come."""
    with current().database.transaction() as session:
        end_absence(session, _own(session), by=current_actor(), at=right_now())
    flash(gettext("Your e-mails come to you again."), "success")
    return redirect(url_for("absence.show"), 303)


def _note(session: Session, typed: dict[str, Any]) -> None:
    deputy = person_by_email(session, typed["deputy"], field="deputy")
    first: date = typed["since"] or today()
    noted = Absence(first, typed["until"], deputy)
    note_absence(session, _own(session), noted, by=current_actor(), at=right_now())


def _own(session: Session) -> Person:
    return session.get_one(Person, current_actor().person_id)


def _page(form: Form) -> str:
    with current().database.reading() as session:
        person = _own(session)
        is_noted = person.away_until is not None and person.away_until >= today()
        if person.deputy is not None and person.deputy.active:
            form.fill_in("deputy", person.deputy.email)
        return render_template(
            "people/absence.html",
            form=form,
            person=person,
            is_noted=is_noted,
            is_away=is_away(person, today()),
            deputies=_deputies(session, person),
        )


def _deputies(session: Session, person: Person) -> Choices:
    """Return whom one may name: colleagues, and the deputy that one has."""
    found = colleagues_of(session, units_of(session, person, today()), today())
    named = [person.deputy] if person.deputy is not None and person.deputy.active else []
    names = {one.email: one.name for one in (*found, *named) if one.id != person.id}
    return in_swedish_order(list(names.items()))
