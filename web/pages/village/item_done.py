"""Saying that an item of a plan is done: when, by whom, and what became of it. That finishes its case."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.progress import LONGEST_NAME, Change, change_state
from cases.reading.finding import case_to_change_for
from cases.refusals import NotFound
from cases.states import State
from cases.village.plans.reading.published import plan_shown
from cases.village.plans.reading.shown import PlanItemShown
from notifications.audiences.preview import names_told
from web.current import current, right_now
from web.language.gettext import gettext, language
from web.language.labels import listed
from web.pages.forms import Form, TypedSchema, day_field, long_field, text_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.asked_plan import plan_to_write
from web.pages.village.items_in_words import TO_FINISH, progress_words, time_words
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("plan_item_done", __name__)


class DoneForm(TypedSchema):
    """The fields of the form that says that an item is done."""

    done_on = day_field(has_been=True)
    done_by = text_field(LONGEST_NAME)
    note = long_field(_l("Write what became of it: everybody can read it."))


@bp.get("/plan/<slug>/gjort/<int:key>")
@open_to(Audience.LOGGED_IN)
def show(slug: str, key: int) -> str:
    """Show the form to those who write the plan."""
    return page(Form(), slug, key)


@bp.post("/plan/<slug>/gjort/<int:key>")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form, slug, key: page(form, slug, key))
def finish(slug: str, key: int) -> Response | tuple[str, int]:
    """Finish the case of the item and redirect to the plan; if refused, show the form with the reason."""
    form, actor, thanks = Form(request.form), current_actor(), list[str]()
    with current().database.reading() as session:
        item = _item(session, slug, key, actor)
    with form.catching_refusals():
        given = DoneForm().load(request.form)
        change = Change(State.DONE, step="finish", **given)
        with current().database.transaction() as session:
            where = once_per_form(session, lambda: _finish(session, slug, item, change, thanks))
        for sentence in thanks:
            flash(sentence, "success")
        return redirect(where, 303)
    return page(form, slug, key), form.status


def page(form: Form, slug: str, key: int) -> str:
    """Return the page of the form."""
    actor = current_actor()
    with current().database.reading() as session:
        asked = plan_to_write(session, slug, actor)
        item = _item(session, slug, key, actor)
        return render_template(
            "village/item_done.html", asked=asked, item=item, form=form, is_to_finish=item.state in TO_FINISH,
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


def _finish(session: Session, slug: str, item: PlanItemShown, change: Change, thanks: list[str]) -> str:
    """Finish the case, add to `thanks` the sentence that says who is told, and return the path of the plan."""
    case, by = case_to_change_for(session, current_actor(), item.case or "")
    events = change_state(session, case, change, by=by, at=right_now())
    told = names_told(session, events, language())
    thanks.append(
        gettext("Well done. Told: %(whom)s.", whom=listed(told))
        if told
        else gettext("Well done. It stands in the plan now.")
    )
    return url_for("plans.show", slug=slug, _anchor=f"punkt-{item.key}")
