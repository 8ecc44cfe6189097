"""Writing the draft of a plan: the whole draft on one page, which works without JavaScript and loses nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.progress import Change, change_state
from cases.reading.finding import case_to_change_for
from cases.refusals import FieldRefusal, StaleDraft
from cases.states import State
from cases.village.plans.drafting import put_draft
from cases.village.plans.reading.drafts import draft_shown
from cases.village.plans.reading.shown import DraftShown
from cases.village.showing.ideas import ideas_for_plan
from web.current import current, right_now, today
from web.language.gettext import gettext
from web.language.village.plan_words import FATES, ITEM_KINDS, lack_words
from web.pages.forms import Form
from web.pages.options import Choices, categories_to_choose, places_to_choose, units_to_choose
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.asked_plan import AskedPlan, plan_to_write
from web.pages.village.draft_rows import (
    add_row,
    as_they_are,
    empty_area,
    empty_item,
    fields_of_draft,
    item_rows,
    numbers_of,
    origins_of,
)
from web.pages.village.draft_typed import FinishedItem, TypedDraft, read_draft_form
from web.pages.village.items_in_words import QUARTERS, may_be_finished, progress_words, time_words
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("plan_draft", __name__)


@dataclass(frozen=True)
class SavedBefore:
    """What somebody else saved while this form was open, and what of it does not stand in the form."""

    areas: list[str]
    items: list[str]


@bp.get("/plan/<slug>/utkast")
@open_to(Audience.LOGGED_IN)
def show(slug: str) -> str:
    """Show the draft to those who write it; without one, the way to begin it."""
    return page(None, slug)


@bp.post("/plan/<slug>/utkast")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form, slug: page(form, slug))
def save(slug: str) -> Response | tuple[str, int] | str:
    """Save the whole draft, or add an empty row to the form; if refused, show what was typed with the reason."""
    form, actor = Form(request.form), current_actor()
    if request.form.get("add") in {"area", "item"}:
        return page(form, slug, added=_added(form, str(request.form["add"]), slug))
    typed: list[TypedDraft] = []
    with form.catching_refusals():
        try:
            with current().database.transaction() as session:
                asked = plan_to_write(session, slug, actor)
                typed.append(read_draft_form(form, origins_of(session, asked.plan)))
                where = once_per_form(session, lambda: _save(session, slug, typed[0], actor))
        except FieldRefusal as refusal:
            if not typed:
                raise
            typed[0].put_right(form, refusal)
            return page(form, slug), form.status
        flash(gettext("The draft is saved."), "success")
        return redirect(where, 303)
    return page(form, slug), form.status


def page(form: Form | None, slug: str, *, added: str = "") -> str:
    """Return the page of the draft; `form` is what was typed, None for the draft as it was saved."""
    actor = current_actor()
    with current().database.reading() as session:
        asked = plan_to_write(session, slug, actor)
        draft = draft_shown(session, slug, by=actor, at=right_now())
        if draft is None and form is None:
            return render_template("village/draft_to_begin.html", asked=asked)
        origins = origins_of(session, asked.plan)
        filled = form or Form(fields_of_draft(draft, origins, asked.unit.slug) if draft else {})
        rows, now = item_rows(filled, origins), as_they_are(session, origins)
        to_finish = {
            key for key, item in now.items() if may_be_finished(item, asked.unit.slug, by_contact=actor.is_contact)
        }
        return render_template(
            "village/draft.html", asked=asked, draft=draft, form=filled, added=added, to_finish=to_finish, now=now,
            areas=numbers_of(filled, "area"), rows=rows, between=_saved_between(filled, draft),
            lacks=[lack_words(lack) for lack in draft.lacks] if draft else [], **_choices(session, asked),
        )  # fmt: skip


def _added(form: Form, what: str, slug: str) -> str:
    """Add a row to the form, filled in as a new one is; return the name of its first field."""
    first = add_row(form, what)
    n = int(first.split("-")[1])
    for name, value in (empty_area(n) if what == "area" else empty_item(n, slug)).items():
        form.fill_in(name, value)
    return first


def _save(session: Session, slug: str, typed: TypedDraft, actor: Actor) -> str:
    """Save the draft and finish the cases of what is said to be done; return the path of the page to show next."""
    put_draft(session, slug, typed.content, by=actor, at=right_now())
    for item in typed.finished:
        _finish(session, typed, item, actor)
    endpoint = "plan_adoption.show" if request.form.get("then") == "adopt" else "plan_draft.show"
    return url_for(endpoint, slug=slug)


def _finish(session: Session, typed: TypedDraft, item: FinishedItem, actor: Actor) -> None:
    typed.places[""] = item.name  # a refusal of the step is about a field of this item
    case, by = case_to_change_for(session, actor, item.case)
    change = Change(State.DONE, step="finish", note=item.note, done_on=item.done_on, done_by=item.done_by)
    change_state(session, case, change, by=by, at=right_now())
    del typed.places[""]


def _saved_between(form: Form, draft: DraftShown | None) -> SavedBefore | None:
    """Return what was saved since the form was opened and does not stand in it; None if it was sent in time."""
    if not isinstance(form.refused, StaleDraft) or draft is None:
        return None
    names = {form.typed(f"area-{n}-name").strip() for n in numbers_of(form, "area")}
    titles = {form.typed(f"item-{n}-title").strip() for n in numbers_of(form, "item")}
    return SavedBefore(_left_out((area.name for area in draft.areas), names),
                       _left_out((item.title for item in draft.items), titles))  # fmt: skip


def _left_out(saved: Iterable[str], typed: set[str]) -> list[str]:
    return [name for name in saved if name not in typed]


def _choices(session: Session, asked: AskedPlan) -> dict[str, Any]:
    """Return the options of the form's fields, the words for what they stand for, and what stands beside the form."""
    return {
        "categories": categories_to_choose(session),
        "places": places_to_choose(session),
        "units": _group_first(units_to_choose(session), asked.unit.slug),
        "kinds": [(kind.value, str(words)) for kind, words in ITEM_KINDS.items()],
        "fates": [(fate.value, str(words)) for fate, words in FATES.items()],
        "quarters": [(str(number), str(words)) for number, words in QUARTERS.items()],
        "progress": progress_words,
        "time_words": time_words,
        "this_year": today().year,
        "ideas": ideas_for_plan(session, asked.unit),
    }


def _group_first(units: Choices, slug: str) -> Choices:
    return sorted(units, key=lambda unit: unit[0] != slug)
