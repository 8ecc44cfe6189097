"""The days of a village that everybody may know: its next plan, what is planned for a day, the forum's meetings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.organisation.units import FORUM, Unit
from cases.refusals import NotFound
from cases.states import State
from cases.village.forum.reading.calendar import MeetingInCalendar, calendar_of_body
from cases.village.plans.obligations import PLAN
from cases.village.plans.reading.item_rows import ItemReader, items_shown
from cases.village.plans.records.plan_item import PlanItem
from cases.village.showing.all_villages import VILLAGES, village_listed
from cases.village.showing.tallies import PlanTally


@dataclass(frozen=True)
class VillageDay:
    """One local day of a village: `what` is "plan" or "item".

    `key` names it for ever. `title` is that of the item, and of a plan the year of the version that stands ("" before
    the first one). `about` is the reference of an item's case, `who` is to do it; each is "" when there is none.
    """

    what: str
    key: str
    on: date
    title: str
    about: str = ""
    who: str = ""


@dataclass(frozen=True)
class VillageDays:
    """The days of one village, in their order, and the forum's meetings.

    `changed` is when something last happened to what the days tell of.
    """

    slug: str
    name: str
    days: tuple[VillageDay, ...]
    meetings: tuple[MeetingInCalendar, ...]
    changed: datetime | None


def village_days(session: Session, slug: str, *, at: datetime) -> VillageDays:
    """Return the days of the active group with this slug as they are at the moment `at` (UTC). Six queries.

    Meetings of the year before are among them. Raises `NotFound` when there is no such group.
    """
    row = session.execute(VILLAGES.where(Unit.slug == slug)).first()
    if row is None:
        raise NotFound(ref=slug)
    found = [*_plan(session, row, at), *_items(session, row, at)]
    days = tuple(sorted(found, key=lambda day: (day.on, day.key)))
    meetings = calendar_of_body(session, FORUM, day=calendar_of(session).day_of(at)).meetings
    return VillageDays(slug, row.Unit.name, days, meetings, _changed(session, row))


def _plan(session: Session, row: Any, at: datetime) -> Iterator[VillageDay]:
    village = village_listed(session, row, PlanTally(), at=at)
    if village.next_on is not None:
        yield VillageDay(
            "plan", f"plan-{row.Unit.slug}-{row.version_id or 0}", village.next_on, str(village.year or "")
        )


def _items(session: Session, row: Any, at: datetime) -> Iterator[VillageDay]:
    if row.version_id is None:
        return
    for item in items_shown(session, PlanItem.version_id == row.version_id, reader=ItemReader.PUBLIC, at=at):
        if item.case and item.due_on is not None and item.state is State.PLANNED:
            yield VillageDay(
                "item", f"case-{item.case}", item.due_on, item.title, item.case, item.responsible_name or ""
            )


def _changed(session: Session, row: Any) -> datetime | None:
    """Return when something last happened to the plan's revision or to the cases of its items; None before that."""
    items = select(PlanItem.case_id).where(PlanItem.version_id == row.version_id)
    owed = select(Case.id).where(Case.obligation == PLAN.name, Case.subject == row.Unit.slug)
    return session.scalar(select(func.max(Event.at)).where(or_(Event.stream.in_(items), Event.stream.in_(owed))))
