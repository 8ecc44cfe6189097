"""The form on the page of a case in which staff enter who decides about it, and what they answered."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cases.administration.reorganising import LONGEST_SLUG
from cases.case import case_to_change
from cases.reading.finding import reference
from cases.refusals import StaleVersion
from cases.village.registers.entering import EntryGiven, enter_in_register
from cases.village.registers.entry import LONGEST_REF, LONGEST_SORT, LONGEST_WHERE
from web.current import current, right_now
from web.language.gettext import gettext
from web.pages.case.show import page_of
from web.pages.forms import Form, TypedSchema, day_field, long_field, number_field, text_field
from web.pages.sending.again import shown_again_by
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("register_entry", __name__)
PREFIX = "reg_"  # before the names of the fields: the page has other forms
TEXTS = ("where", "their_ref", "answer")


class EntryForm(TypedSchema):
    """The fields of the form; an empty one says that it is not known."""

    reg_decides = text_field(LONGEST_SLUG)
    reg_keeper = text_field(LONGEST_SLUG)
    reg_where = text_field(LONGEST_WHERE)
    reg_sort = text_field(LONGEST_SORT)
    reg_forwarded_on = day_field(has_been=True)
    reg_their_ref = text_field(LONGEST_REF)
    reg_answered_on = day_field(has_been=True)
    reg_answer = long_field()
    reg_version = number_field()


@bp.post("/arenden/<ref>/register")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), register_form=form))
def enter(ref: str) -> Response | tuple[str, int]:
    """Handle the form: enter it and redirect to the case; if refused, show the case with the reason.

    Whoever was not first sees what stands now above what they typed, and may send it again.
    """
    form, actor = Form(request.form, prefix=PREFIX), current_actor()
    with form.catching_refusals():
        given = _given(EntryForm().load(request.form))
        with current().database.transaction() as session:
            case = case_to_change(session, reference(ref))
            changed = enter_in_register(session, case, given, by=actor, at=right_now())
        flash(gettext("It is noted.") if changed else gettext("Nothing differs from what we had."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    if isinstance(form.refused, StaleVersion):
        form.put(f"{PREFIX}version", str(form.refused.version))
    return page_of(ref, actor, register_form=form), form.status


def _given(typed: dict[str, Any]) -> EntryGiven:
    values = {name.removeprefix(PREFIX): value for name, value in typed.items()}
    return EntryGiven(**values | {name: values[name] or "" for name in TEXTS})
