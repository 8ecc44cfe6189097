"""Saying that an item of a plan is done: when, by whom, and what became of it. That finishes its case."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.database.texts import is_storable
from cases.progress import LONGEST_NAME, Change, change_state
from cases.reading.finding import case_to_change_for
from cases.refusals import NotFound
from cases.states import State
from cases.village.plans.reading.published import plan_shown
from cases.village.plans.reading.shown import PlanItemShown
from cases.village.plans.reporting import LONGEST_REPORT, WorkReport, put_report_right, report_of
from notifications.audiences.preview import names_told
from web.current import current, right_now
from web.language.gettext import gettext, language
from web.language.labels import listed
from web.pages.forms import Form, TypedSchema, day_field, text_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.asked_plan import plan_to_write
from web.pages.village.items_in_words import TO_FINISH, may_be_put_right, progress_words, time_words
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("plan_item_done", __name__)


class DoneForm(TypedSchema):
    """The fields of the form that says that an item is done, or puts right what was said of it."""

    done_on = day_field(has_been=True)
    done_by = text_field(LONGEST_NAME)
    note = text_field(LONGEST_REPORT, _l("Write how it went. Everybody can read it."), is_storable)


@bp.get("/plan/<slug>/gjort/<int:key>")
@open_to(Audience.LOGGED_IN)
def show(slug: str, key: int) -> str:
    """Show the form to those who write the plan."""
    return page(None, slug, key)


@bp.post("/plan/<slug>/gjort/<int:key>")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form, slug, key: page(form, slug, key))
def finish(slug: str, key: int) -> Response | tuple[str, int]:
    """Finish the case of the item, or put right what was said of it; redirect to the plan, or show the form again."""
    form, actor, thanks = Form(request.form), current_actor(), list[str]()
    with current().database.reading() as session:
        item = _item(session, slug, key, actor)
    with form.catching_refusals():
        given = DoneForm().load(request.form)
        act = _put_right if form.typed("puts_right") else _finish
        with current().database.transaction() as session:
            where = once_per_form(session, lambda: act(session, slug, item, given, thanks))
        for sentence in thanks:
            flash(sentence, "success")
        return redirect(where, 303)
    return page(form, slug, key), form.status


def page(form: Form | None, slug: str, key: int) -> str:
    """Return the page of the form; `form` is what was typed, None for what is told already, if anything is."""
    actor = current_actor()
    with current().database.reading() as session:
        asked = plan_to_write(session, slug, actor)
        item = _item(session, slug, key, actor)
        is_done = may_be_put_right(item, asked.unit.slug, by_contact=actor.is_contact)
        filled = form or Form(_told(session, item) if is_done else {})
        return render_template(
            "village/item_done.html", asked=asked, item=item, form=filled,
            is_to_finish=item.state in TO_FINISH or is_done, is_done=is_done, longest=LONGEST_REPORT,
            progress=progress_words(item), time=time_words(item),
        )  # fmt: skip


def _item(session: Session, slug: str, key: int, actor: Actor) -> PlanItemShown:
    """Return the item with this key in the version that stands. Raises `NotFound` when there is none with a case."""
    plan_to_write(session, slug, actor)
    plan = plan_shown(session, slug, by=actor, at=right_now())
    item = next((item for item in plan.items if item.key == key and item.case is not None), None)
    if item is None:
        raise NotFound(ref=slug)
    return item


def _told(session: Session, item: PlanItemShown) -> dict[str, str]:
    """Return the first values of the form for an item that is done: what was told of it."""
    report = report_of(session, item.case or "")
    on = report.done_on or item.done_on
    return {
        "puts_right": "1", "done_on": on.isoformat() if on else "", "done_by": report.done_by, "note": report.note,
    }  # fmt: skip


def _finish(session: Session, slug: str, item: PlanItemShown, given: dict[str, Any], thanks: list[str]) -> str:
    """Finish the case, add to `thanks` the sentence that says who is told, and return the path of the plan."""
    case, by = case_to_change_for(session, current_actor(), item.case or "")
    events = change_state(session, case, Change(State.DONE, step="finish", **given), by=by, at=right_now())
    own = plan_to_write(session, slug, current_actor()).unit.name
    told = [name for name in names_told(session, events, language()) if name != own]
    thanks.append(
        gettext("Well done! Told: %(whom)s.", whom=listed(told))
        if told
        else gettext("Well done! Everybody can see it now.")
    )
    return url_for("plans.show", slug=slug)  # at its top, where the receipt stands


def _put_right(session: Session, slug: str, item: PlanItemShown, given: dict[str, Any], thanks: list[str]) -> str:
    """Put right what was told of the item, add to `thanks` the receipt, and return the path of the plan."""
    unit = plan_to_write(session, slug, current_actor()).unit
    case, by = case_to_change_for(session, current_actor(), item.case or "")
    report = WorkReport(given["done_on"], given["done_by"] or "", given["note"])
    put_report_right(session, unit, case, report, by=by, at=right_now())
    thanks.append(gettext("It is put right. Everybody can see it now."))
    return url_for("plans.show", slug=slug)  # at its top, where the receipt stands
