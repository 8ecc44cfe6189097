"""Showing how a plan is anchored: that the village was asked or told, when, and how many were reached."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.organisation.units import UnitKind
from cases.refusals import NotFound
from cases.village.plans.anchoring import MOST_PEOPLE, AnchoringShown, show_anchoring
from cases.village.plans.reading.published import plan_shown
from cases.village.plans.reading.shown import AnchoringListed
from cases.village.plans.records.anchoring import AnchoringKind
from web.current import current, right_now
from web.language.gettext import gettext
from web.language.village.plan_words import ANCHORING_KINDS
from web.pages.forms import DayField, Form, TypedSchema, long_field, number_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.asked_plan import AskedPlan, plan_to_write
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

HOW_MANY = _l("Write the number with digits, such as 50.")
bp = Blueprint("plan_anchoring", __name__)


class AnchoringForm(TypedSchema):
    """The fields of the form that shows how a plan is anchored."""

    kind = fields.Enum(
        AnchoringKind,
        by_value=True,
        required=True,
        error_messages={"required": _l("Choose how the village was reached.")},
    )
    on = DayField(has_been=True, required=True, error_messages={"required": _l("Give the day.")})
    reached = number_field(most=MOST_PEOPLE, said=HOW_MANY)
    answered = number_field(most=MOST_PEOPLE, said=HOW_MANY)
    text = long_field(_l("Write what you did, and what came of it."))
    replaces = number_field()


@bp.get("/plan/<slug>/forankring")
@open_to(Audience.LOGGED_IN)
def show(slug: str) -> str:
    """Show the form, and what was shown before; `rattar` in the address names one that is to be put right."""
    return page(None, slug)


@bp.post("/plan/<slug>/forankring")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form, slug: page(form, slug))
def anchor(slug: str) -> Response | tuple[str, int]:
    """Record the anchoring and redirect to the plan; if refused, show the form with the reason."""
    form, actor = Form(request.form), current_actor()
    with current().database.reading() as session:
        group = _plan_of_group(session, slug, actor).unit.slug
    with form.catching_refusals():
        shown = AnchoringShown(**AnchoringForm().load(request.form))
        with current().database.transaction() as session:
            where = once_per_form(session, lambda: _anchor(session, slug, group, shown, actor))
        flash(gettext("Saved. It stands with the plan now."), "success")
        return redirect(where, 303)
    return page(form, slug), form.status


def page(form: Form | None, slug: str) -> str:
    """Return the page of the form."""
    actor = current_actor()
    with current().database.reading() as session:
        asked = _plan_of_group(session, slug, actor)
        earlier = plan_shown(session, slug, by=actor, at=right_now()).anchorings
        filled = form or Form(_to_put_right(earlier))
        return render_template(
            "village/anchoring.html", asked=asked, form=filled, earlier=earlier,
            kinds=[(kind.value, str(words)) for kind, words in ANCHORING_KINDS.items()], names=ANCHORING_KINDS,
        )  # fmt: skip


def _plan_of_group(session: Session, slug: str, actor: Actor) -> AskedPlan:
    asked = plan_to_write(session, slug, actor)
    if asked.unit.kind is not UnitKind.GROUP:
        raise NotFound(ref=slug)
    return asked


def _anchor(session: Session, slug: str, group: str, shown: AnchoringShown, actor: Actor) -> str:
    show_anchoring(session, group, shown, by=actor, at=right_now())
    return url_for("plans.show", slug=slug, _anchor="forankring")


def _to_put_right(earlier: tuple[AnchoringListed, ...]) -> dict[str, str]:
    """Return the first values of the form: those of the anchoring that the address names, to be put right."""
    asked = number_in(request.args.get("rattar", ""))
    found = next((one for one in earlier if one.number == asked), None)
    if found is None:
        return {}
    numbers = {name: getattr(found, name) for name in ("reached", "answered")}
    return {
        "replaces": str(found.number), "kind": found.kind.value, "on": found.on.isoformat(), "text": found.text,
        **{name: "" if number is None else str(number) for name, number in numbers.items()},
    }  # fmt: skip
