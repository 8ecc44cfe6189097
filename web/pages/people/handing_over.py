"""Handing over when somebody leaves: their open cases, who gets each, and switching off whom nothing holds any more."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.administration.leaving.absence import colleagues_of
from cases.administration.leaving.handing_over import cases_to_hand_over, hand_over, may_hand_over
from cases.administration.staffing import person_by_email, posts_of, switch_off_person
from cases.case import Case
from cases.organisation.people import Person
from cases.refusals import NotAllowed, NotFound, UnknownName
from web.current import current, right_now, today
from web.language.gettext import gettext, ngettext
from web.language.labels import ROLES
from web.pages.forms import Form
from web.pages.options import Choices, in_swedish_order
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("handing_over", __name__)


@bp.get("/personer/<int:number>/lamna-over")
@open_to(Audience.STAFF)
def show(number: int) -> str:
    """Show the open cases that the person holds, and the form that gives them to others; 403 for who is no head."""
    return _page(Form(), number)


@bp.post("/personer/<int:number>/lamna-over")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(form, number))
def give(number: int) -> Response | tuple[str, int]:
    """Handle the form: all of it is done, or nothing. If refused, show it with the reason."""
    form = Form(request.form)
    if not may_hand_over(current_actor()):
        raise NotAllowed(step="hand_over_all")
    with form.catching_refusals():
        said: list[str] = []
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _give(session, number, form, said))
        for sentence in said:
            flash(sentence, "success")
        return redirect(page, 303)
    return _page(form, number), form.status


def _give(session: Session, number: int, form: Form, said: list[str]) -> str:
    """Do what the form asks for, add what was done to `said`, and return the path of the page to show next."""
    person, by, at = _person(session, number), current_actor(), right_now()
    everything = person_by_email(session, form.text("to"), field="to") if form.typed("to") else None
    held = cases_to_hand_over(session, person, by)
    to = {case.ref: taker for case in held if (taker := _taker(session, form, case, everything))}
    switches_off = bool(form.typed("switch_off"))
    if not to and not switches_off:
        raise ValidationError({"to": [gettext("Choose who takes over.")]})
    _refuse_strangers(session, held, to, everything)
    given = hand_over(session, person, to, by=by, at=at)
    if given:
        said.append(ngettext("%(num)d case is handed over.", "%(num)d cases are handed over.", len(given)))
    if switches_off:
        switch_off_person(session, person, everything, by=by, at=at)
        said.append(gettext("%(name)s can no longer log in.", name=person.name))
        return url_for("desk.show")
    return url_for("handing_over.show", number=number)


def _taker(session: Session, form: Form, case: Case, everything: Person | None) -> Person | None:
    name = f"to-{case.ref}"
    return person_by_email(session, form.text(name), field=name) if form.typed(name) else everything


def _refuse_strangers(session: Session, held: list[Case], to: dict[str, Person], everything: Person | None) -> None:
    """Raise `UnknownName` for the field of all when whoever is to get all has no role where one of the cases lies."""
    for case in held:
        if everything is not None and to.get(case.ref) is everything:
            there = {one.id for one in colleagues_of(session, {case.responsible_id}, today())}
            if everything.id not in there:
                raise UnknownName(field="to", name=f"{everything.name} ({case.responsible.name})")


def _person(session: Session, number: int) -> Person:
    person = session.get(Person, number)
    if person is None or not person.active:
        raise NotFound(ref=str(number))
    return person


def _page(form: Form, number: int) -> str:
    actor, day = current_actor(), today()
    with current().database.reading() as session:
        if not may_hand_over(actor):
            raise NotAllowed(step="hand_over_all")
        person = _person(session, number)
        cases = cases_to_hand_over(session, person, actor)
        takers = {
            unit_id: _takers(session, unit_id, person, day) for unit_id in {case.responsible_id for case in cases}
        }
        return render_template(
            "people/handing_over.html",
            form=form,
            person=person,
            cases=cases,
            now=right_now(),
            takers=takers,
            all_takers=_all_takers(session, takers, person, actor, day),
            posts=_posts(session, person, day),
            may_switch_off=actor.is_admin and person.id != actor.person_id,
        )


def _takers(session: Session, unit_id: int, person: Person, day: date) -> Choices:
    found = colleagues_of(session, {unit_id}, day)
    return in_swedish_order([(one.email, one.name) for one in found if one.id != person.id])


def _all_takers(session: Session, takers: dict[int, Choices], person: Person, actor: Actor, day: date) -> Choices:
    """Return who may take over everything: who is in the units of the cases; without cases, in those of the person."""
    units = {post.unit.id for post in posts_of(session, person, day) if post.unit}
    if not actor.is_admin:
        units &= actor.unit_ids
    found = takers or {unit_id: _takers(session, unit_id, person, day) for unit_id in units}
    return in_swedish_order(list({email: name for choices in found.values() for email, name in choices}.items()))


def _posts(session: Session, person: Person, day: date) -> list[str]:
    held = posts_of(session, person, day)
    return [f"{ROLES[post.role]}, {post.unit.name}" if post.unit else str(ROLES[post.role]) for post in held]
