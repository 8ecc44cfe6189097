"""Adopting a plan: one page that says what is missing, or else what adopting does, with the button."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.states import State
from cases.village.plans.adopting import LONGEST_WHERE, AdoptedPlan, Adoption, adopt_plan
from cases.village.plans.reading.drafts import draft_shown, next_update_on
from cases.village.plans.reading.shown import DraftShown
from web.current import current, right_now, today
from web.language.gettext import gettext, ngettext
from web.language.village.plan_words import lack_words
from web.pages.forms import Form, TypedSchema, day_field, long_field, number_field, text_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.asked_plan import plan_to_write
from web.pages.village.draft_rows import Origins, origins_of, row_of_lack
from web.pages.village.items_in_words import has_passed, time_words
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("plan_adoption", __name__)


class AdoptionForm(TypedSchema):
    """The fields of the form that adopts a plan."""

    version = number_field()
    published = text_field(1, needed=_l("Tick that you know that everybody can read the plan."))
    on = day_field(has_been=True)
    where = text_field(LONGEST_WHERE)
    note = long_field()


@bp.get("/plan/<slug>/anta")
@open_to(Audience.LOGGED_IN)
def show(slug: str) -> str:
    """Show what the draft lacks or, when nothing is missing, what adopting it does."""
    return page(None, slug)


@bp.post("/plan/<slug>/anta")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form, slug: page(form, slug))
def adopt(slug: str) -> Response | tuple[str, int]:
    """Adopt the draft and redirect to the plan with a receipt; if refused, show the page with the reason."""
    form, actor, adopted = Form(request.form), current_actor(), list[AdoptedPlan]()
    with current().database.reading() as session:
        plan_to_write(session, slug, actor)  # before the form is read: who may not write it is told nothing of it
    with form.catching_refusals():
        given = AdoptionForm().load(request.form)
        adoption = Adoption(given["on"], given["version"], given["where"], given["note"])
        with current().database.transaction() as session:
            where = once_per_form(session, lambda: _adopt(session, slug, adoption, actor, adopted))
        for one in adopted:
            flash(_receipt(one), "success")
        return redirect(where, 303)
    return page(form, slug), form.status


def page(form: Form | None, slug: str) -> str:
    """Return the page; `form` is what was typed, None for a new one."""
    actor = current_actor()
    with current().database.reading() as session:
        asked = plan_to_write(session, slug, actor)
        draft = draft_shown(session, slug, by=actor, at=right_now())
        origins = origins_of(session, asked.plan) if draft else {}
        lacks = _lacks(draft, origins) if draft else []
        filled = form or Form({"version": str(draft.version)} if draft else {})
        return render_template(
            "village/adopt.html", asked=asked, draft=draft, form=filled, lacks=lacks,
            outcome=_outcome(draft, origins) if draft else "", passed=_passed(draft) if draft else [],
            next_on=next_update_on(session, slug, at=right_now()) if draft else None,
        )  # fmt: skip


def _adopt(session: Session, slug: str, adoption: Adoption, actor: Actor, adopted: list[AdoptedPlan]) -> str:
    """Adopt the plan, add to `adopted` what that led to, and return the path of the plan."""
    adopted.append(adopt_plan(session, slug, adoption, by=actor, at=right_now()))
    return url_for("plans.show", slug=slug)


def _lacks(draft: DraftShown, origins: Origins) -> list[tuple[str, str]]:
    """Return what is missing: the sentence, and the field of the draft where it can be given."""
    return [(lack_words(lack), row_of_lack(lack, draft, origins)) for lack in draft.lacks]


def _passed(draft: DraftShown) -> list[tuple[str, str]]:
    """Return the items whose time is over: the title and the time."""
    return [(item.title, time_words(item)) for item in draft.items if has_passed(item, today())]


def _outcome(draft: DraftShown, origins: Origins) -> str:
    """Return in words what adopting the draft leads to."""
    carried = {item.origin for item in draft.items if item.origin is not None}
    settled = carried | {drop.item for drop in draft.dropped}
    done = sum(origin.state is State.DONE and origin.key not in settled for origin in origins.values())
    return _counts(len(draft.items) - len(carried), len(carried), len(draft.dropped), done)


def _counts(new: int, carried: int, dropped: int, done: int) -> str:
    parts = [
        ngettext("%(num)d new case", "%(num)d new cases", new),
        ngettext("%(num)d goes on", "%(num)d go on", carried),
        ngettext("%(num)d is left out", "%(num)d are left out", dropped),
    ]
    if done:
        parts.append(ngettext("%(num)d is done", "%(num)d are done", done))
    return ", ".join(parts)


def _receipt(adopted: AdoptedPlan) -> str:
    counts = _counts(adopted.new, adopted.carried, adopted.dropped, adopted.done)
    return gettext("The plan is adopted: %(counts)s. Everybody can read it here now.", counts=counts)
