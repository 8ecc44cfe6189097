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
from cases.refusals import WordsNeeded
from cases.village.relations.contact import ContactWay
from cases.village.relations.earlier_contacts import earlier_contacts
from cases.village.relations.logging_contacts import (
    LONGEST_MET,
    MOST_QUESTIONS,
    ContactGiven,
    LoggedContact,
    QuestionTaken,
    contact_days,
    log_contact,
)
from cases.village.relations.standing import group_to_meet
from web.current import current, right_now, today
from web.language.dates import day_words
from web.language.gettext import gettext, ngettext
from web.language.labels import CONTACT_WAYS, choices
from web.pages.forms import DayField, Form, TypedSchema, long_field, text_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

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


@bp.get("/bygderna/<slug>/kontakt")
@open_to(Audience.STAFF)
def show(slug: str) -> str:
    """Show the form, filled in with today, and the earlier contacts with the group. 404 when there is no such group."""
    return _page(Form({"on": day_words(today()), "how": ContactWay.VISIT.value}), slug)


@bp.post("/bygderna/<slug>/kontakt")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, slug: _page(form, slug))
def log(slug: str) -> Response | tuple[str, int]:
    """Handle the form: log the contact and redirect to the list of groups; if refused, show it with the reason."""
    form, logged = Form(request.form), list[LoggedContact]()
    with form.catching_refusals():
        given = _given(ContactForm().load(request.form))
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _log(session, slug, given, logged))
        if logged:
            _thank(given, logged[0])
        return redirect(page, 303)
    _name_the_question(form)
    return _page(form, slug), form.status


def _given(typed: dict[str, Any]) -> ContactGiven:
    questions = tuple(_question(line) for line in (typed["questions"] or "").splitlines() if visible(line))
    note, met = (typed[name] or "" for name in ("note", "met"))
    return ContactGiven(typed["on"], typed["how"], typed["next_on"], note, met, questions)


def _question(line: str) -> QuestionTaken:
    title, _, more = line.partition(MORE)
    return QuestionTaken(visible(title), visible(more))


def _log(session: Session, slug: str, given: ContactGiven, logged: list[LoggedContact]) -> str:
    """Log the contact, add it to `logged`, and return the path of the page to show next."""
    logged.append(log_contact(session, group_to_meet(session, slug), given, by=current_actor(), at=right_now()))
    return url_for("groups.show")


def _thank(given: ContactGiven, logged: LoggedContact) -> None:
    flash(_next_words(given.next_on, logged.next_due_on), "success")
    if refs := logged.refs:
        links = Markup(", ").join(
            Markup('<a href="{}">{}</a>').format(url_for("case.show", ref=ref), ref) for ref in refs
        )
        said = ngettext(
            "%(num)d question was received: %(refs)s.", "%(num)d questions were received: %(refs)s.", len(refs),
            refs=PLACE_OF_LINKS,
        )  # fmt: skip
        flash(links.join(map(escape, said.split(PLACE_OF_LINKS))), "success")


def _next_words(agreed: date, due_on: date) -> str:
    """Return what is said of the next contact: its day is that of its case, which is a working day."""
    if agreed == due_on:
        return gettext("The contact is logged. The next one is due %(day)s.", day=day_words(due_on))
    return gettext(
        "The contact is logged. The next one is due %(day)s, the first working day after %(agreed)s.",
        day=day_words(due_on), agreed=day_words(agreed),
    )  # fmt: skip


def _name_the_question(form: Form) -> None:
    """Let the refusal of a question stand beside the field of all of them, and say which one it is."""
    for name in list(form.refusals):
        if found := OF_A_QUESTION.fullmatch(name):
            said = form.refusals.pop(name)
            if isinstance(form.refused, WordsNeeded):
                said = gettext("Write what the question is about, before the vertical bar.")
            form.refusals["questions"] = gettext("Question %(n)s: %(said)s", n=int(found[1]) + 1, said=said)


def _page(form: Form, slug: str) -> str:
    with current().database.reading() as session:
        group = group_to_meet(session, slug)
        latest: timedelta = contact_days(session)
        return render_template(
            "village/contact.html",
            form=form,
            group=group,
            ways=choices(CONTACT_WAYS),
            way_names=CONTACT_WAYS,
            latest=today() + latest,
            most=MOST_QUESTIONS,
            earlier=earlier_contacts(session, group),
        )
