"""What becomes of an item at the adoption: a new case, the case that it carries on, or one that is let go."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.correcting import Correction, correct
from cases.database.transactions import calendar_of
from cases.handing_in import Request, receive
from cases.history.events import CaseCarried, CaseDroppedFromPlan
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.history.writers import EntryWriter
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.organisation.units import DESK, Unit
from cases.progress import Change, change_state
from cases.states import Kind, State
from cases.village.plans.due_days import due_day
from cases.village.plans.records.plan_drop import PlanDrop
from cases.village.plans.records.plan_item import PlanItem, PlanItemKind
from cases.village.rights import as_desk_alone

CHANNEL = "plan"
AT_WORK = frozenset({State.PLANNED, State.IN_PROGRESS})
GOES_TO_THE_DESK = frozenset({State.RECEIVED, State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.WAITING})
Act = tuple[str, int]  # the slug of the plan, and the number of the version that is adopted


def begin_case(session: Session, unit: Unit, act: Act, item: PlanItem, *, by: Actor, at: datetime) -> str:
    """Hand in the case of a new item and publish it; return its reference.

    What the group does itself is planned for the group at once. What it does with others, or asks of others, is
    received by the desk.
    """
    category = session.get(Category, item.category_id) if item.category_id else None
    place = session.get(Place, item.place_id or unit.place_id) if item.place_id or unit.place_id else None
    is_own = item.kind is PlanItemKind.OWN
    calendar = calendar_of(session)
    due_on = due_day(item.year or 0, item.quarter, today=calendar.day_of(at), calendar=calendar) if is_own else None
    request = Request(
        kind=Kind.ACTION, title=item.title, description=item.text or "", channel=CHANNEL, group=unit.slug,
        category=category.slug if category else None, place=place.slug if place and place.active else None,
        responsible=unit.slug if is_own else None, due_on=due_on, plan=act[0],
    )  # fmt: skip
    desk = as_desk_alone(by)
    case = receive(EntryWriter(session), request, by=desk, at=at)
    session.flush()
    correct(session, case, Correction(published=True), by=desk, at=at)
    item.case_id = case.id
    return case.ref


def carry_on(session: Session, act: Act, item: PlanItem, before: PlanItem, *, by: Actor, at: datetime) -> str:
    """Carry on the case of the item `before`; return its reference.

    A changed title or topic is corrected in the case. When the time of what the group does itself has changed, the case
    is planned for the new one.
    """
    case, desk = _case_of(session, before), as_desk_alone(by)
    carried = CaseCarried(plan=act[0], version=act[1], item=item.id)
    if _has_new_time(case, item, before):
        calendar = calendar_of(session)
        due_on = due_day(item.year or 0, item.quarter, today=calendar.day_of(at), calendar=calendar)
        change_state(session, case, Change(case.state, due_on=due_on, records=((carried, ()),)), by=desk, at=at)
    else:
        entry = Entry(case, by=by, at=at)
        entry.add(carried)
        entry.write(session)
    category = session.get(Category, item.category_id) if item.category_id != before.category_id else None
    renamed = item.title if item.title != before.title else None
    published = True if case.published_at is None else None
    correct(
        session, case, Correction(renamed, category.slug if category else None, published=published), by=desk, at=at
    )
    return case.ref


def let_go(session: Session, act: Act, drop: PlanDrop, before: PlanItem, *, by: Actor, at: datetime) -> str:
    """Give the case of the item `before`, which the plan leaves out, to the desk with the reason; return its reference.

    A parked case stays parked, and one that is done or has ended stays as it is.
    """
    case = _case_of(session, before)
    dropped = CaseDroppedFromPlan(plan=act[0], version=act[1], item=before.id, fate=drop.fate.value)
    if case.state in GOES_TO_THE_DESK and case.responsible.slug != DESK:
        change = Change(State.ASSIGNED, responsible=DESK, note=drop.reason, records=((dropped, ()),))
        change_state(session, case, change, by=as_desk_alone(by), at=at)
    else:
        entry = Entry(case, by=by, at=at)
        entry.add(dropped, SpokenWords("note", drop.reason, Visibility.PUBLIC))
        entry.write(session)
    return case.ref


def _case_of(session: Session, item: PlanItem) -> Case:
    return session.scalars(select(Case).where(Case.id == item.case_id)).one()


def _has_new_time(case: Case, item: PlanItem, before: PlanItem) -> bool:
    """Return whether the group means to be done at another time with what it does itself."""
    is_own = item.kind is PlanItemKind.OWN and case.responsible_id == item.unit_id
    return is_own and case.state in AT_WORK and (item.year, item.quarter) != (before.year, before.quarter)
