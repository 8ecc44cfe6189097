"""Answering a letter by its link: opening it changes nothing, its buttons take steps, and it can be put out."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from cases.case import case_to_change
from cases.history.words import Visibility
from cases.progress import LONGEST_NAME, Change, WaitingFor
from cases.reading.finding import reference
from cases.refusals import NotFound, UnknownName
from cases.satisfaction.answering import ANSWER, SatisfactionGiven
from cases.satisfaction.question import HIGHEST
from cases.states import STEPS, State
from notifications.audiences.preview import names_told
from notifications.letter_links.link import link_with
from notifications.letter_links.putting_out import put_out, put_out_by_desk
from notifications.letter_links.using import OpenedLink, act_by_link, rate_by_link
from web.current import current
from web.language.gettext import gettext, language
from web.language.labels import listed
from web.pages.by_letter.letter_page import letter_page, moments, opened
from web.pages.by_letter.link_cookie import keep_token
from web.pages.case.steps.step_letter import StepLetters, letters_of_step, only_looked_at
from web.pages.forms import Form, TypedSchema, day_field, long_field, number_field, text_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.rate_limits import Limit, limited

bp = Blueprint("by_letter", __name__)
TAKES_A_DAY = frozenset({"plan", "wait"})
TO_PARTICIPANTS = frozenset({"wait", "answer", "contest", "confirm"})


class LetterForm(TypedSchema):
    """The fields of each form on the page of a letter's link; `who` is what its reader says that they are called."""

    step = text_field(20, needed=_l("Choose a step."))
    version = number_field()
    note = long_field()
    due_on = day_field()
    waiting_for = text_field(80)
    who = text_field(LONGEST_NAME)
    grade = number_field(most=HIGHEST, said=_l("Choose a number from 1 to 5."))


@bp.get("/svar/<token>")
@open_to(Audience.ANYBODY)
def open_letter(token: str) -> AnyResponse:
    """Move the token of a letter's link into a cookie, and redirect to the page of the link; 404 for an unknown one.

    Nothing else happens: mail programs and scanners open links by themselves.
    """
    with current().database.reading() as session:
        number = link_with(session, token)
    if number is None:
        raise NotFound(ref="svar")
    page = url_for("by_letter.show", number=number)
    return keep_token(Response(status=303, headers={"Location": page}), number, page, token)


@bp.get("/svar/<int:number>")
@open_to(Audience.ANYBODY)
def show(number: int) -> str:
    """Show the page of a letter's link to the browser that opened it; 404 to any other."""
    return letter_page(number)


@bp.post("/svar/<int:number>")
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
@shown_again_by(lambda form, number: letter_page(number, form))
def answer(number: int) -> AnyResponse | tuple[str, int]:
    """Handle a button: take its step and redirect to the page; if refused, show the page with what was typed."""
    form = Form(request.form)
    with form.catching_refusals():
        given = LetterForm().load(request.form)
        thanks: list[str] = []
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _answer(session, number, given, thanks))
        flash(thanks[0] if thanks else gettext("You have sent this already: it stands in the history."), "success")
        return redirect(page, 303)
    return letter_page(number, form), form.status


@bp.post("/svar/<int:number>/visa")
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
@shown_again_by(lambda form, number: letter_page(number, form))
def preview(number: int) -> tuple[str, int] | str:
    """Show the page with the letters that the step in the form would send; nothing is changed and nobody is told.

    Only to those who have the case: letters to them name who asked.
    """
    form = Form(request.form)
    with form.catching_refusals():
        given = LetterForm().load(request.form)
        return letter_page(number, form, _letters_of(number, given))
    return letter_page(number, form), form.status


@bp.post("/svar/<int:number>/slack")
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
def put_out_own(number: int) -> AnyResponse:
    """Put the link out, for whoever has it, and redirect to its page."""
    with current().database.transaction() as session:
        link = opened(session, number, locked=True)
        if link.actor is not None:
            put_out(session, link.link, link.case, by=link.actor, when=moments())
    return redirect(url_for("by_letter.show", number=number), 303)


@bp.post("/arenden/<ref>/lankar/<int:number>/slack")
@open_to(Audience.CONTACT)
def put_out_of_case(ref: str, number: int) -> AnyResponse:
    """Put a link in a letter about the case out, and redirect to the case; 404 when the case has no such link."""
    with current().database.transaction() as session:
        case = case_to_change(session, reference(ref))
        put_out_by_desk(session, case, number, by=current_actor(), when=moments())
    flash(gettext("The link is put out."), "success")
    return redirect(url_for("case.show", ref=ref), 303)


def _answer(session: Session, number: int, given: dict[str, Any], thanks: list[str]) -> str:
    """Take the step, add to `thanks` the sentence that says who is told, and return the path of the page."""
    link = opened(session, number, locked=True)
    if given["step"] == ANSWER:
        rate_by_link(link, session, _satisfaction(link, given), moments())
        thanks.append(gettext("Thank you for telling us."))
        return url_for("by_letter.show", number=number)
    events = act_by_link(link, session, _change(given), moments())
    thanks.append(_thanks(session, link, events))
    return url_for("by_letter.show", number=number)


def _satisfaction(link: OpenedLink, given: dict[str, Any]) -> SatisfactionGiven:
    return SatisfactionGiven(given["grade"], given["note"], link.link.delivery_id, given["who"])


def _change(given: dict[str, Any]) -> Change:
    step = given["step"]
    if step not in {one.name for one in STEPS}:
        raise UnknownName(field="step", name=step)
    kind, _, slug = (given["waiting_for"] or "").partition(":")
    return Change(
        to=State.ASSIGNED,  # the link knows where its step leads
        step=step,
        note=given["note"],
        version=given["version"],
        due_on=given["due_on"] if step in TAKES_A_DAY else None,
        waiting_for=WaitingFor(kind, slug if kind == "unit" else None) if kind and step == "wait" else None,
        signed=given["who"],
        visibility=Visibility.PARTICIPANTS if step in TO_PARTICIPANTS else Visibility.PUBLIC,
    )


def _letters_of(number: int, given: dict[str, Any]) -> StepLetters | None:
    """Take the step and write its letters in a transaction that is rolled back; return what the page shows of it."""
    shown: list[StepLetters] = []
    with only_looked_at() as session:
        link = opened(session, number, locked=True)
        reader = link.actor if link.holds_the_case else None
        events = act_by_link(link, session, _change(given), moments())
        if reader is not None:
            shown.append(letters_of_step(session, link.case, events, reader))
    return next(iter(shown), None)


def _thanks(session: Session, link: OpenedLink, events: list[int]) -> str:
    if link.link.party_id is not None:
        return gettext("Thank you. Those who have your case can see it now.")
    told = names_told(session, events, language())
    return gettext("Saved. Told: %(whom)s.", whom=listed(told)) if told else gettext("Saved. Nobody is told.")
