"""Writing the draft of a plan: the whole draft on one page, which works without JavaScript and loses nothing."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.progress import Change, change_state
from cases.reading.finding import case_to_change_for
from cases.refusals import FieldRefusal
from cases.states import State
from cases.village.plans.draft_content import faults_of
from cases.village.plans.drafting import put_draft, refuse_stale_draft
from cases.village.plans.due_days import plan_year
from cases.village.plans.finding import draft_of
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
    Origins,
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
from web.pages.village.merging.fields import Clash, merge
from web.pages.village.merging.opened import packed, unpacked
from web.pages.village.merging.rows import numbered_as
from web.pages.village.merging.told import others_words, owner_words
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

bp = Blueprint("plan_draft", __name__)


@dataclass
class SentDraft:
    """A draft that was sent: its form, what was read in it, and what became of it.

    `taken` names the fields that somebody else had saved meanwhile and that were taken in; `clashes` are those that
    both changed. `is_saved` tells whether what could be read of it was saved.
    """

    form: Form
    typed: TypedDraft | None = None
    taken: list[str] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    is_saved: bool = False


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
    sent = SentDraft(form)
    with form.catching_refusals():
        with current().database.transaction() as session:
            where = once_per_form(session, lambda: _save(session, slug, sent, actor))
        if sent.typed is None or not sent.typed.wrong:
            flash(_receipt(sent), "success")
            return redirect(where, 303)
        sent.is_saved = True
        form.put("stamp", "")  # spent: what is still missing is sent with a new one
        raise ValidationError(dict(sent.typed.wrong))
    return page(form, slug, sent=sent), form.status


def page(form: Form | None, slug: str, *, added: str = "", sent: SentDraft | None = None) -> str:
    """Return the page of the draft; `form` is what was typed, None for the draft as it was saved."""
    actor = current_actor()
    with current().database.reading() as session:
        asked = plan_to_write(session, slug, actor)
        draft = draft_shown(session, slug, by=actor, at=right_now())
        if draft is None and form is None:
            return render_template("village/draft_to_begin.html", asked=asked)
        origins = origins_of(session, asked.plan)
        filled = form or Form(_opened(draft, origins, asked) if draft else {})
        if sent and sent.is_saved and draft:
            _open_again(filled, draft, origins, asked)
        rows, now = item_rows(filled, origins), as_they_are(session, origins)
        to_finish = {
            key for key, item in now.items() if may_be_finished(item, asked.unit.slug, by_contact=actor.is_contact)
        }
        choices = _choices(session, asked)
        clashes = [others_words(filled, clash, choices) for clash in sent.clashes] if sent else []
        filled.refusals |= {one.name: gettext("The other has: %(text)s", text=one.words) for one in clashes}
        return render_template(
            "village/draft.html", asked=asked, draft=draft, form=filled, added=added, to_finish=to_finish, now=now,
            areas=numbers_of(filled, "area"), rows=rows, sent=sent, wrong=_wrong(filled), clashes=clashes,
            lacks=[lack_words(lack) for lack in draft.lacks] if draft else [], **choices,
        )  # fmt: skip


def _added(form: Form, what: str, slug: str) -> str:
    """Add a row to the form, filled in as a new one is; return the name of its first field."""
    first = add_row(form, what)
    n = int(first.split("-")[1])
    for name, value in (empty_area(n) if what == "area" else empty_item(n, slug)).items():
        form.fill_in(name, value)
    return first


def _save(session: Session, slug: str, sent: SentDraft, actor: Actor) -> str:
    """Save the draft and finish the cases of what is said to be done; return the path of the page to show next."""
    asked = plan_to_write(session, slug, actor)
    origins = origins_of(session, asked.plan)
    draft = draft_shown(session, slug, by=actor, at=right_now())
    if draft is not None:
        _take_in(session, sent, draft, origins, asked)
    sent.typed = typed = read_draft_form(sent.form, origins, draft.year if draft else plan_year(today()))
    _refuse_faults(sent.form, typed, is_saved_in_part=draft is not None)
    try:
        put_draft(session, slug, typed.content, by=actor, at=right_now())
        for item in typed.finished:
            _finish(session, typed, item, actor)
    except FieldRefusal as refusal:
        typed.put_right(sent.form, refusal)
        raise ValidationError(sent.form.refusals | typed.wrong) from None
    endpoint = "plan_adoption.show" if request.form.get("then") == "adopt" else "plan_draft.show"
    return url_for(endpoint, slug=slug)


def _take_in(session: Session, sent: SentDraft, draft: DraftShown, origins: Origins, asked: AskedPlan) -> None:
    """Take what somebody else has saved since the form was opened into it. Raises `StaleDraft` when both changed."""
    form = sent.form
    version = number_in(form.typed("version")) or 0
    if version == draft.version:
        return
    opened = unpacked(draft.number, form.typed("opened"))
    typed = {name: form.typed(name) for name in form.names()}
    merged = merge(opened, fields_of_draft(draft, origins, asked.unit.slug), typed)
    sent.taken, sent.clashes = merged.taken, merged.clashes
    form.put_all(merged.fields | {"version": str(draft.version), "opened": packed(draft.number, merged.saved)})
    row = draft_of(session, asked.plan) if asked.plan else None
    if row is not None and (opened is None or merged.clashes):
        refuse_stale_draft(session, row, version)


def _refuse_faults(form: Form, typed: TypedDraft, *, is_saved_in_part: bool) -> None:
    """Refuse what no draft may say, all of it at once with what could not be read; that too when there is no draft."""
    faults = list(faults_of(typed.content))
    for fault in faults:
        typed.put_right(form, fault)
    if faults or (typed.wrong and not is_saved_in_part):
        raise ValidationError(form.refusals | typed.wrong)


def _opened(draft: DraftShown, origins: Origins, asked: AskedPlan) -> dict[str, str]:
    fields = fields_of_draft(draft, origins, asked.unit.slug)
    return fields | {"opened": packed(draft.number, fields)}


def _open_again(form: Form, draft: DraftShown, origins: Origins, asked: AskedPlan) -> None:
    """Let the form count as opened now: what stands in it and is not saved is what its writer has yet to finish."""
    typed = {name: form.typed(name) for name in form.names()}
    saved = numbered_as(typed, typed, fields_of_draft(draft, origins, asked.unit.slug))
    form.put("version", str(draft.version))
    form.put("opened", packed(draft.number, saved))


def _receipt(sent: SentDraft) -> str:
    if sent.taken:
        return gettext("The draft is saved. What somebody else saved while you wrote stands in it too.")
    return gettext("The draft is saved.")


def _wrong(form: Form) -> list[tuple[str, str, str]]:
    """Return what is wrong in the form: the name of each field, what it belongs to in words, and the sentence."""
    return [(name, owner_words(form, name), said) for name, said in form.refusals.items()]


def _finish(session: Session, typed: TypedDraft, item: FinishedItem, actor: Actor) -> None:
    typed.places[""] = item.name  # a refusal of the step is about a field of this item
    case, by = case_to_change_for(session, actor, item.case)
    change = Change(State.DONE, step="finish", note=item.note, done_on=item.done_on, done_by=item.done_by)
    change_state(session, case, change, by=by, at=right_now())
    del typed.places[""]


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
        "ideas": ideas_for_plan(session, asked.unit),
    }


def _group_first(units: Choices, slug: str) -> Choices:
    return sorted(units, key=lambda unit: unit[0] != slug)
