"""The news of a village, for everybody: its published cases and what was said of them, its plans, its anchorings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from cases.case import Case
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.organisation.units import Unit, UnitKind
from cases.public.masking import mask
from cases.public.published_filters import published_view
from cases.refusals import NotFound
from cases.village.plans.records.anchoring import Anchoring
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion

MOST_NEWS = 40
CASE, OTHER = published_view.c, aliased(Anchoring)


@dataclass(frozen=True)
class VillageNews:
    """One piece of news, with personal data masked.

    `what` is the type of its event, "case.received" for a case that was published. `about` is the reference of the
    case, None for what concerns the plan; `key` differs from that of all other news of the village. `title` is that of
    the case, the year of a plan, or the kind of an anchoring.
    """

    what: str
    key: str
    about: str | None
    title: str
    text: str
    at: datetime


def group_shown(session: Session, slug: str) -> Unit:
    """Return the active group with this slug. Raises `NotFound` when there is none."""
    unit = session.scalar(select(Unit).where(Unit.slug == slug, Unit.kind == UnitKind.GROUP, Unit.active))
    if unit is None:
        raise NotFound(ref=slug)
    return unit


def village_news(session: Session, unit: Unit) -> list[VillageNews]:
    """Return the news of the group's village, the latest first, at most `MOST_NEWS`. Four queries."""
    found = [*_published(session, unit), *_said(session, unit), *_adopted(session, unit), *_anchored(session, unit)]
    return sorted(found, key=lambda news: (news.at, news.key), reverse=True)[:MOST_NEWS]


def _of_village(unit: Unit) -> ColumnElement[bool]:
    """Return the condition on published cases: of a plan that the group has adopted, or from its place."""
    items = (
        select(PlanItem.case_id)
        .join(PlanVersion, PlanVersion.id == PlanItem.version_id)
        .where(PlanItem.unit_id == unit.id, PlanVersion.adopted_on.is_not(None))
    )
    of_place = select(Case.id).where(Case.place_id == unit.place_id)
    return or_(CASE.id.in_(items), CASE.id.in_(of_place))


def _published(session: Session, unit: Unit) -> Iterator[VillageNews]:
    columns = select(CASE.ref, CASE.title, CASE.description, CASE.published_at).where(_of_village(unit))
    for ref, title, text, at in session.execute(columns.order_by(CASE.published_at.desc(), CASE.id).limit(MOST_NEWS)):
        yield VillageNews("case.received", ref, ref, title, text, at)


def _said(session: Session, unit: Unit) -> Iterator[VillageNews]:
    """Yield what was said to everybody with the steps of published cases, and when they were done."""
    told = (
        select(CASE.ref, CASE.title, Event.type, Event.seq, Event.at, Words.text)
        .join_from(published_view, Event, Event.stream == CASE.id)
        .join(Words, Words.event_id == Event.id)
        .where(_of_village(unit), Words.field == "note", Words.visibility == Visibility.PUBLIC)
        .where(Words.text.is_not(None))
    )
    for ref, title, what, seq, at, text in session.execute(told.order_by(Event.id.desc()).limit(MOST_NEWS)):
        yield VillageNews(what, f"{ref}-{seq}", ref, title, mask(text or ""), at)


def _adopted(session: Session, unit: Unit) -> Iterator[VillageNews]:
    found = select(PlanVersion.number, PlanVersion.year, PlanVersion.vision, Event.at).join(
        Event, Event.id == PlanVersion.event_id
    )
    found = found.where(PlanVersion.unit_id == unit.id, PlanVersion.adopted_on.is_not(None))
    for number, year, vision, at in session.execute(found.order_by(PlanVersion.number.desc()).limit(MOST_NEWS)):
        yield VillageNews("plan.adopted", f"plan-{number}", None, str(year), mask(vision or ""), at)


def _anchored(session: Session, unit: Unit) -> Iterator[VillageNews]:
    found = select(Anchoring.id, Anchoring.kind, Anchoring.text, Event.at).join(Event, Event.id == Anchoring.event_id)
    is_replaced = select(OTHER.id).where(OTHER.replaces_id == Anchoring.id).exists()
    found = found.where(Anchoring.unit_id == unit.id, ~is_replaced).order_by(Anchoring.id.desc()).limit(MOST_NEWS)
    for number, kind, text, at in session.execute(found):
        yield VillageNews("plan.anchored", f"anchoring-{number}", None, kind.value, mask(text), at)
