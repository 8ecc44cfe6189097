"""Ending several cases at once that are likely to be junk: those that are chosen, with one reason."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT, Case, case_to_change, is_reference
from cases.progress import Change, change_state
from cases.public.publishing import latest_description
from cases.reading.lists import Filters, Sort, list_cases
from cases.states import OPEN, State
from web.current import current, right_now
from web.language.gettext import gettext, ngettext
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("junk", __name__)
MOST, FIRST_WORDS = 100, 200
JUNK = Filters(states=tuple(sorted(OPEN)), junk=True, sort=Sort.DUE, limit=MOST)


@bp.get("/skrivbord/skrappost")
@open_to(Audience.CONTACT)
def show() -> str:
    """Show the open cases that are likely to be junk, at most 100, to choose those that are to end.

    With `alla` in the address all are chosen at first.
    """
    return _page(Form({"note": gettext("Junk")}))


@bp.post("/skrivbord/skrappost")
@open_to(Audience.CONTACT)
@shown_again_by(lambda form: _page(form))
def end() -> Response | tuple[str, int]:
    """Handle the form: end the chosen cases with the reason, and redirect to the desk. Nobody outside is told.

    If one is refused, none is ended, and the form is shown with the reason. What somebody has taken on or ended
    meanwhile is left alone.
    """
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        chosen = _chosen()
        ended: list[Case] = []
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _end_all(session, chosen, form.text("note"), actor, ended))
        if ended:
            flash(ngettext("%(num)d case was ended.", "%(num)d cases were ended.", len(ended)), "success")
        return redirect(page, 303)
    return _page(form), form.status


def _chosen() -> list[str]:
    chosen = sorted({ref for ref in request.form.getlist("ref") if is_reference(ref)})
    if not chosen:
        raise ValidationError({"ref": [gettext("Choose at least one case.")]})
    return chosen[:MOST]


def _end_all(session: Session, refs: list[str], why: str, actor: Actor, ended: list[Case]) -> str:
    at: datetime = right_now()
    for ref in refs:
        case = case_to_change(session, ref)
        if case.junk_since is not None and case.is_open:
            change_state(session, case, Change(to=State.DECLINED, step="decline", reason=why), by=actor, at=at)
            ended.append(case)
    return f"{url_for('desk.show')}?del=skrap"


def _page(form: Form) -> str:
    with current().database.reading() as session:
        cases = list_cases(session, JUNK, current_actor(), now=right_now()).items
        words = {case.id: latest_description(session, case)[:FIRST_WORDS] for case in cases}
        return render_template(
            "incoming/end_junk.html", form=form, cases=cases, words=words, all_chosen="alla" in request.args,
            longest=LONGEST_TEXT,
        )  # fmt: skip
