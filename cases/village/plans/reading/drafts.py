"""The draft of a plan as its group and staff read it, with all that it lacks."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.village.owing import is_still_owed
from cases.village.plans.finding import draft_of, plan_named
from cases.village.plans.lacking import unsettled, what_lacks
from cases.village.plans.obligations import ADOPTED_ON, MONTHS, PLAN, next_day
from cases.village.plans.reading.item_rows import ItemReader, items_shown, unmasked
from cases.village.plans.reading.published import areas_shown, drops_shown
from cases.village.plans.reading.shown import DraftShown
from cases.village.plans.records.plan import REVISE_MONTHS
from cases.village.plans.records.plan_item import PlanItem
from cases.village.rights import may, require


def draft_if_readable(session: Session, slug: str, *, by: Actor, at: datetime) -> tuple[bool, DraftShown | None]:
    """Return whether the actor may read drafts of this plan, and then the draft as `draft_shown` does.

    Raises `NotFound` when there is no such plan.
    """
    unit, _ = plan_named(session, slug)
    is_readable = may("read_draft", by, unit)
    return is_readable, draft_shown(session, slug, by=by, at=at) if is_readable else None


def draft_shown(session: Session, slug: str, *, by: Actor, at: datetime) -> DraftShown | None:
    """Return the draft of the plan as it is at the moment `at` (UTC); None when there is none.

    Raises `NotFound` when there is no such plan, and `NotAllowed` for all but its group and staff.
    """
    unit, plan = plan_named(session, slug)
    require("read_draft", by, unit)
    draft = draft_of(session, plan) if plan else None
    if plan is None or draft is None:
        return None
    person = session.get(Person, draft.changed_by_id) if draft.changed_by_id else None
    left = unsettled(session, plan, draft)
    keys = [item.id for item in left]
    return DraftShown(
        slug=plan.slug, version=draft.revision, number=draft.number, year=draft.year, vision=draft.vision,
        situation=draft.situation, strengths=draft.strengths, changed_at=draft.changed_at,
        changed_by=person.name if person else None, areas=areas_shown(session, draft, unmasked),
        items=items_shown(session, PlanItem.version_id == draft.id, reader=ItemReader.AUTHOR, at=at),
        dropped=drops_shown(session, draft, unmasked),
        left=items_shown(session, PlanItem.id.in_(keys), reader=ItemReader.INSIDE, at=at) if keys else (),
        lacks=tuple(what_lacks(session, plan, draft, left)),
    )  # fmt: skip


def next_update_on(session: Session, slug: str, *, at: datetime) -> date | None:
    """Return the local day by which the local plan is to be updated next if it is adopted at the moment `at` (UTC).

    None when no update has ever been owed. One query.
    """
    last = (
        select(Case.duty_on, is_still_owed(), ADOPTED_ON, func.coalesce(MONTHS, REVISE_MONTHS))
        .join(Unit, Unit.slug == Case.subject)
        .where(Case.obligation == PLAN.name, Case.subject == slug)
    )
    row = session.execute(last.order_by(Case.id.desc()).limit(1)).first()
    if row is None:
        return None
    day, is_owed, adopted_on, months = row
    if not is_owed:  # what comes after the version that stands is owed from tomorrow on
        day = next_day(day, adopted_on, months=months)
    calendar = calendar_of(session)
    return calendar.roll_forward(next_day(day, calendar.day_of(at), months=months))
