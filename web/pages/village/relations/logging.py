"""The form for logging a contact with a group, with the questions that were taken down, and the earlier contacts."""

import re
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape
from marshmallow import fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.database.texts import visible
from cases.organisation.units import Unit
from cases.refusals import WordsNeeded
from cases.village.owing import open_case
from cases.village.relations.contact import ContactWay
from cases.village.relations.earlier_contacts import EarlierContact, earlier_contacts
from cases.village.relations.logging_contacts import (
    LONGEST_MET,
    MOST_QUESTIONS,
    ContactGiven,
    LoggedContact,
    QuestionTaken,
    contact_days,
    log_contact,
)
from cases.village.relations.obligations import CONTACT
from cases.village.relations.standing import group_to_meet
from web.current import current, right_now, today
from web.language.dates import day_words
from web.language.gettext import gettext, ngettext
from web.language.labels import CONTACT_WAYS, choices
from web.pages.forms import DayField, Form, TypedSchema, long_field, number_field, text_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

bp = Blueprint("contacts", __name__)
PLACE_OF_LINKS = "{}"
MORE = "|"  # what follows it on a line is the description of the question
OF_A_QUESTION = re.compile(r"questions\.(\d+)\.\w+")


class ContactForm(TypedSchema):
    """The fields of the form; each line of `questions` is a question."""

    on = DayField(has_been=True, required=True, error_messages={"required": _l("Give the day of the contact.")})
    how = fields.Enum(ContactWay, by_value=True, required=True)
    met = text_field(LONGEST_MET)
    note = long_field()
    next_on = DayField(required=True, error_messages={"required": _l("Give the day of the next contact.")})
    questions = long_field()
    replaces = number_field()


@bp.get("/bygderna/<slug>/kontakt")
@open_to(Audience.STAFF)
def show(slug: str) -> str:
    """Show the form, filled in with today, and the earlier contacts with the group. 404 when there is no such group.

    `rattar` in the address names one that is to be put right: then it is filled in with what was told of it.
    """
    return _page(None, slug)


@bp.post("/bygderna/<slug>/kontakt")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, slug: _page(form, slug))
def log(slug: str) -> Response | tuple[str, int]:
    """Handle the form: log the contact and redirect to the list of groups; if refused, show it with the reason."""
    form, logged = Form(request.form), list[tuple[str, LoggedContact]]()
    with form.catching_refusals():
        given = _given(ContactForm().load(request.form))
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _log(session, slug, given, logged))
        for group, contact in logged:
            _thank(given, group, contact)
        return redirect(page, 303)
    _name_the_question(form)
    return _page(form, slug), form.status


def _given(typed: dict[str, Any]) -> ContactGiven:
    questions = tuple(_question(line) for line in (typed["questions"] or "").splitlines() if visible(line))
    note, met = (typed[name] or "" for name in ("note", "met"))
    return ContactGiven(typed["on"], typed["how"], typed["next_on"], note, met, questions, typed["replaces"])


def _question(line: str) -> QuestionTaken:
    title, _, more = line.partition(MORE)
    return QuestionTaken(visible(title), visible(more))


def _log(session: Session, slug: str, given: ContactGiven, logged: list[tuple[str, LoggedContact]]) -> str:
    """Log the contact, add it to `logged` with the name of the group, and return the path of the page to show next."""
    group = group_to_meet(session, slug)
    logged.append((group.name, log_contact(session, group, given, by=current_actor(), at=right_now())))
    return url_for("groups.show")


def _thank(given: ContactGiven, group: str, logged: LoggedContact) -> None:
    flash(_next_words(group, given.next_on, logged.next_due_on), "success")
    if refs := logged.refs:
        links = Markup(", ").join(
            Markup('<a href="{}">{}</a> {}').format(url_for("case.show", ref=ref), ref, question.title)
            for ref, question in zip(refs, given.questions, strict=True)
        )
        said = ngettext(
            "%(num)d question was received: %(refs)s.", "%(num)d questions were received: %(refs)s.", len(refs),
            refs=PLACE_OF_LINKS,
        )  # fmt: skip
        flash(links.join(map(escape, said.split(PLACE_OF_LINKS))), "success")


def _next_words(group: str, agreed: date, due_on: date) -> str:
    """Return what is said of the next contact: its day is that of its case, which is a working day."""
    if agreed == due_on:
        return gettext(
            "The contact with %(group)s is logged. The next one is due %(day)s.", group=group, day=day_words(due_on)
        )
    return gettext(
        "The contact with %(group)s is logged. The next one is due %(day)s, the first working day after %(agreed)s.",
        group=group, day=day_words(due_on), agreed=day_words(agreed),
    )  # fmt: skip


def _name_the_question(form: Form) -> None:
    """Let the refusal of a question stand beside the field of all of them, and say which one it is."""
    for name in list(form.refusals):
        if found := OF_A_QUESTION.fullmatch(name):
            said = form.refusals.pop(name)
            if isinstance(form.refused, WordsNeeded):
                said = gettext("Write what the question is about, before the vertical bar.")
            form.refusals["questions"] = gettext("Question %(n)s: %(said)s", n=int(found[1]) + 1, said=said)


def _first_values(session: Session, group: Unit, earlier: list[EarlierContact]) -> dict[str, str]:
    """Return the first values of the form: those of the contact that the address names, or those of a new one.

    Who puts one right keeps the day that has been agreed on for the next contact, unless it is past.
    """
    asked = number_in(request.args.get("rattar", ""))
    found = next((one for one in earlier if one.number == asked and not one.is_replaced), None)
    if found is None:
        return {"on": today().isoformat(), "how": ContactWay.VISIT.value}
    owed = open_case(session, CONTACT.name, group.slug)
    next_on = current().database.calendar.day_of(owed.due_at) if owed is not None and owed.due_at else None
    return {
        "replaces": str(found.number), "on": found.on.isoformat(), "how": found.how.value, "met": found.met,
        "note": found.note, "next_on": next_on.isoformat() if next_on is not None and next_on >= today() else "",
    }  # fmt: skip


def _page(form: Form | None, slug: str) -> str:
    with current().database.reading() as session:
        group = group_to_meet(session, slug)
        latest: timedelta = contact_days(session)
        earlier = earlier_contacts(session, group)
        return render_template(
            "village/contact.html",
            form=form or Form(_first_values(session, group, earlier)),
            group=group,
            ways=choices(CONTACT_WAYS),
            way_names=CONTACT_WAYS,
            latest=today() + latest,
            most=MOST_QUESTIONS,
            earlier=earlier,
        )
