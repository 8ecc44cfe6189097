"""Taking a step with a case: one form for all steps; only the fields of the chosen step count."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.administration.reorganising import LONGEST_SLUG
from cases.case import Case
from cases.correcting import Correction, correct
from cases.history.words import Visibility
from cases.mail_addresses import LONGEST_ADDRESS
from cases.progress import LONGEST_NAME, Change, WaitingFor, change_state, refuse_stale
from cases.reading.finding import case_to_change_for, reference
from cases.refusals import FieldNotUsed, UnknownName
from cases.states import STEPS, Step, steps_open_to
from notifications.audiences.preview import names_told
from web.current import current, right_now
from web.language.gettext import gettext, language
from web.language.labels import listed
from web.pages.case.show import page_of
from web.pages.case.steps.available_steps import GIVES_A_TOPIC
from web.pages.case.steps.step_letter import StepLetters, letters_of_step, only_looked_at
from web.pages.forms import Form, TypedSchema, day_field, long_field, number_field, text_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.sent_today import content_of, once_a_day
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("stepping", __name__)
WORDS = {"note", "reason"}
FIELDS = ("responsible", "officer", "due_on", "promised_on", "waiting_for", "into", "done_on", "done_by")


class StepForm(TypedSchema):
    """The fields of the step form: the step, the version of the case that was shown, and the fields of every step."""

    step = text_field(20, needed=_l("Choose a step."))
    version = number_field()
    responsible = text_field(LONGEST_SLUG)
    officer = text_field(LONGEST_ADDRESS)
    due_on = day_field()
    promised_on = day_field()
    waiting_for = text_field(80)
    waiting_name = text_field()
    their_ref = text_field(100)
    into = text_field()
    done_on = day_field(has_been=True)
    done_by = text_field(LONGEST_NAME)
    category = text_field(LONGEST_SLUG)
    note = long_field()
    visibility = fields.Enum(Visibility, by_value=True, load_default=Visibility.PUBLIC)
    visibility_assign = visibility_hand_over = visibility_appoint = visibility_wait = fields.Enum(
        Visibility, by_value=True, load_default=None
    )


@bp.post("/arenden/<ref>/steg")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), step_form=form))
def take(ref: str) -> Response | tuple[str, int]:
    """Handle the step form: take the step and redirect to the case; if refused, show the case with the reason."""
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        given = StepForm().load(request.form)
        thanks: list[str] = []
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _take(session, ref, given, actor, thanks))
        for sentence in thanks:
            flash(sentence, "success")
        return redirect(page, 303)
    return page_of(ref, actor, step_form=form), form.status


@bp.post("/arenden/<ref>/steg/visa")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), step_form=form))
def preview(ref: str) -> tuple[str, int] | str:
    """Show the case with the letters that the step in the form would send; nothing is changed and nobody is told.

    If the step is refused, the page shows the reason, as if it had been taken.
    """
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        given = StepForm().load(request.form)
        letters = _letters_of_step(ref, given, actor)
        return page_of(ref, actor, letters, step_form=form)
    return page_of(ref, actor, step_form=form), form.status


def _letters_of_step(ref: str, given: dict[str, Any], actor: Actor) -> StepLetters:
    """Take the step and write its letters in a transaction that is rolled back; return what the page shows of it."""
    shown: list[StepLetters] = []
    with only_looked_at() as session:
        case, _ = case_to_change_for(session, actor, reference(ref))
        events = _change(session, case, _chosen_change(session, case, given, actor), given, actor)
        shown.append(letters_of_step(session, case, events, actor))
    return shown[0]


def _take(session: Session, ref: str, given: dict[str, Any], actor: Actor, thanks: list[str]) -> str:
    """Take the step, add to `thanks` the sentence that says who is told of it, and return the path of the case.

    A step that was sent before is not taken again while nothing has happened in the case since.
    """
    case, _ = case_to_change_for(session, actor, reference(ref))

    def make() -> str:
        events = _change(session, case, _chosen_change(session, case, given, actor), given, actor)
        thanks[:] = [_thanks(names_told(session, events, language()))]
        return url_for("case.show", ref=ref)

    thanks.append(gettext("You have sent this already: it stands in the history."))
    return once_a_day(session, content_of(), make, lambda: f"version {case.version}")


def _change(session: Session, case: Case, change: Change, given: dict[str, Any], actor: Actor) -> list[int]:
    """Take the step; before it, correct the topic of a case that has none, if the form gives one. Return the events."""
    at = right_now()
    if given["category"] and case.category_id is None and change.step in GIVES_A_TOPIC:
        correct(session, case, Correction(category=given["category"]), by=actor, at=at)
        change = replace(change, version=case.version)
    return change_state(session, case, change, by=actor, at=at)


def _chosen_change(session: Session, case: Case, given: dict[str, Any], actor: Actor) -> Change:
    """Return the change of the case that the form asks for."""
    refuse_stale(session, case, given["version"], by=actor)  # first: the form showed the steps of then
    available = steps_open_to(
        case.state, actor.roles_in(case), came_from=case.waiting_from, owes=case.obligation is not None
    )
    step = _step_named(given["step"], available)
    _refuse_what_was_not_asked(available, given)
    return _asked_change(step, given)


def _step_named(name: str, available: list[Step]) -> Step:
    """Return the step of this name, preferring the `available` ones; raise `UnknownName` when there is none.

    A step that is not open to the actor is returned too: the domain refuses it with the reason.
    """
    found = [step for step in (*available, *STEPS) if step.name == name]
    if not found:
        raise UnknownName(field="step", name=name)
    return found[0]


def _refuse_what_was_not_asked(available: list[Step], given: dict[str, Any]) -> None:
    """Refuse a value for a field that the form did not show, since no step that is open to the actor takes it.

    Of the fields that it showed, those of other steps than the chosen one do not count: one form serves all steps.
    """
    shown = {field for step in available for field in (*step.needs, *step.may_have)}
    unasked = [field for field in FIELDS if given[field] is not None and field not in shown]
    if available and unasked:
        raise FieldNotUsed(field=unasked[0])


def _asked_change(step: Step, given: dict[str, Any]) -> Change:
    takes = {*step.needs, *step.may_have}
    day: date | None = given["due_on"] if "due_on" in takes else None
    return Change(
        to=step.to,
        step=step.name,
        note=given["note"] if takes & WORDS else None,
        version=given["version"],
        responsible=given["responsible"] if "responsible" in takes else None,
        officer=given["officer"] if "officer" in takes else None,
        due_on=day,
        promised_on=given["promised_on"] if "promised_on" in takes else None,
        waiting_for=_waiting_for(given) if "waiting_for" in takes else None,
        into=given["into"] if "into" in takes else None,
        done_on=given["done_on"] if "done_on" in takes else None,
        done_by=given["done_by"] if "done_by" in takes else None,
        visibility=_visibility(step, given),
    )


def _visibility(step: Step, given: dict[str, Any]) -> Visibility:
    """Return who may read the words: as chosen in the field of this step, if it has one, or in that of all others."""
    if WORDS & set(step.needs):
        return Visibility.PUBLIC
    chosen: Visibility = given.get(f"visibility_{step.name}") or given["visibility"]
    return chosen


def _waiting_for(given: dict[str, Any]) -> WaitingFor | None:
    kind, _, slug = (given["waiting_for"] or "").partition(":")
    return (
        WaitingFor(kind, slug if kind == "unit" else None, given["waiting_name"], given["their_ref"]) if kind else None
    )


def _thanks(told: list[str]) -> str:
    if not told:
        return gettext("Saved. Nobody is told.")
    return gettext("Saved. Told: %(whom)s.", whom=listed(told))
