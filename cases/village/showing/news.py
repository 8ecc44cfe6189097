"""The news of a village, for everybody: its published cases and what was said of them, its plans, its anchorings."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from cases.case import Case
from cases.history.journal import Event
from cases.organisation.units import Unit, UnitKind
from cases.public.masking import mask
from cases.public.published_filters import published_view
from cases.refusals import NotFound
from cases.village.plans.records.anchoring import Anchoring
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.registers.news import MOST_NEWS, PublicNews, latest_first, news_of_cases

OTHER = aliased(Anchoring)


def group_shown(session: Session, slug: str) -> Unit:
    """Return the active group with this slug. Raises `NotFound` when there is none."""
    unit = session.scalar(select(Unit).where(Unit.slug == slug, Unit.kind == UnitKind.GROUP, Unit.active))
    if unit is None:
        raise NotFound(ref=slug)
    return unit


def village_news(session: Session, unit: Unit) -> list[PublicNews]:
    """Return the news of the group's village, the latest first, at most `MOST_NEWS`. Five queries."""
    of_cases = news_of_cases(session, _of_village(unit))
    return latest_first([*of_cases, *_adopted(session, unit), *_anchored(session, unit)])


def _of_village(unit: Unit) -> ColumnElement[bool]:
    """Return the condition on published cases: of a plan that the group has adopted, or from its place."""
    items = (
        select(PlanItem.case_id)
        .join(PlanVersion, PlanVersion.id == PlanItem.version_id)
        .where(PlanItem.unit_id == unit.id, PlanVersion.adopted_on.is_not(None))
    )
    of_place = select(Case.id).where(Case.place_id == unit.place_id)
    return or_(published_view.c.id.in_(items), published_view.c.id.in_(of_place))


def _adopted(session: Session, unit: Unit) -> Iterator[PublicNews]:
    found = select(PlanVersion.number, PlanVersion.year, PlanVersion.vision, Event.at).join(
        Event, Event.id == PlanVersion.event_id
    )
    found = found.where(PlanVersion.unit_id == unit.id, PlanVersion.adopted_on.is_not(None))
    for number, year, vision, at in session.execute(found.order_by(PlanVersion.number.desc()).limit(MOST_NEWS)):
        yield PublicNews("plan.adopted", f"plan-{number}", None, str(year), mask(vision or ""), at)


def _anchored(session: Session, unit: Unit) -> Iterator[PublicNews]:
    found = select(Anchoring.id, Anchoring.kind, Anchoring.text, Event.at).join(Event, Event.id == Anchoring.event_id)
    is_replaced = select(OTHER.id).where(OTHER.replaces_id == Anchoring.id).exists()
    found = found.where(Anchoring.unit_id == unit.id, ~is_replaced).order_by(Anchoring.id.desc()).limit(MOST_NEWS)
    for number, kind, text, at in session.execute(found):
        yield PublicNews("plan.anchored", f"anchoring-{number}", None, kind.value, mask(text), at)
