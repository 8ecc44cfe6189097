"""Adopting: a group adopts the draft of its plan, and each item becomes, or goes on as, a case."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import THE_CLOCK, Actor
from cases.case import Case
from cases.database.texts import is_storable, visible
from cases.database.transactions import calendar_of
from cases.history.event_batches import batch
from cases.history.events import PlanAdopted
from cases.history.journal import Event, SpokenWords
from cases.history.words import Visibility
from cases.organisation.units import Unit
from cases.progress import Change, change_state
from cases.refusals import AdoptedToday, BadCharacters, DateOutside, NotAllowed, NotFound, PlanNotWhole, TooLong
from cases.states import State
from cases.village.owing import ensured
from cases.village.plans.becoming_cases import begin_case, carry_on, let_go
from cases.village.plans.drafting import refuse_stale_draft
from cases.village.plans.finding import draft_to_change, items_of, items_to_settle, plan_to_change, standing_version
from cases.village.plans.lacking import what_lacks
from cases.village.plans.obligations import PLAN
from cases.village.plans.records.plan import Plan, PlanKind
from cases.village.plans.records.plan_drop import PlanDrop
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.rights import as_desk_alone, require

ADOPTED = "Planen är antagen."  # what the case of the duty says when nobody says anything else
LONGEST_WHERE, LONGEST_NOTE = 200, 2000


@dataclass(frozen=True)
class Adoption:
    """The adoption that a group tells of: on which local day, where, and what was said.

    `version` is the revision of the draft that was adopted; None for the draft as it is.
    """

    on: date | None = None
    version: int | None = None
    where: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class AdoptedPlan:
    """What an adoption led to: the number of the version, and how many items it has, by what became of them.

    `done` are those of the version before that were done, and had not ended, and need not be carried on.
    """

    number: int
    items: int
    new: int
    carried: int
    dropped: int
    done: int = 0


@dataclass
class _Cases:
    """The references of the cases that an adoption touches, by what becomes of them."""

    new: list[str]
    carried: list[str]
    dropped: list[str]
    ended: list[str]


def adopt_plan(session: Session, slug: str, adoption: Adoption, *, by: Actor, at: datetime) -> AdoptedPlan:
    """Adopt the draft of the plan with this slug at the moment `at` (UTC), and return what it led to.

    Each item of the draft gets a case or keeps that of the item that it carries on; what is dropped goes back to the
    desk. All of it is told in one letter. Raises `NotFound`, `NotAllowed`, `NoDraft`, `StaleDraft`, `AdoptedToday`,
    `DateOutside` for a day to come or before the version that stands, and `PlanNotWhole` with all that is lacking.
    """
    unit, plan = plan_to_change(session, slug)
    require("adopt_plan", by, unit)
    if plan.kind is not PlanKind.LOCAL:
        raise NotAllowed(step="adopt_plan")
    draft = draft_to_change(session, plan)
    refuse_stale_draft(session, draft, adoption.version)
    _lock_cases(session, plan)
    if lacks := what_lacks(session, plan, draft):
        raise PlanNotWhole(lacks=tuple(lacks), count=len(lacks))
    on = _checked_day(session, plan, adoption, at)
    _check_words(adoption)
    with batch(session, by, at) as actor:
        cases, done = _settle_items(session, unit, plan, draft, actor, at)
        draft.event_id = _record(session, plan, draft, _event(unit, plan, draft, on, cases), adoption, actor, at)
        draft.adopted_on = on
        session.flush()
    count = len(cases.new) + len(cases.carried)
    return AdoptedPlan(draft.number, count, len(cases.new), len(cases.carried), len(cases.dropped), done)


def _checked_day(session: Session, plan: Plan, adoption: Adoption, at: datetime) -> date:
    """Return the day of the adoption. Two are not recorded on one day: what is owed next is open from the day after."""
    calendar = calendar_of(session)
    today = calendar.day_of(at)
    on, standing = adoption.on or today, standing_version(session, plan)
    if standing is not None and standing.adopted_on is not None:
        recorded = session.scalar(select(Event.at).where(Event.id == standing.event_id))
        if standing.adopted_on == on or (recorded is not None and calendar.day_of(recorded) == today):
            raise AdoptedToday(on=on.isoformat())
        if on < standing.adopted_on:
            earliest = standing.adopted_on + timedelta(days=1)
            raise DateOutside(field="on", earliest=earliest, latest=today)
    if on > today:
        raise DateOutside(field="on", latest=today)
    return on


def _check_words(adoption: Adoption) -> None:
    for field, text, most in (("where", adoption.where, LONGEST_WHERE), ("note", adoption.note, LONGEST_NOTE)):
        if text is not None and len(text) > most:
            raise TooLong(field=field, most=most)
        if text is not None and not is_storable(text):
            raise BadCharacters(field=field)


def _lock_cases(session: Session, plan: Plan) -> None:
    """Lock the cases of the items before, so that none of them is reopened while it is left out."""
    ids = [item.case_id for item in items_to_settle(session, plan)]
    session.execute(select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update())
    session.expire_all()


def _settle_items(
    session: Session, unit: Unit, plan: Plan, draft: PlanVersion, actor: Actor, at: datetime
) -> tuple[_Cases, int]:
    """Begin or carry on the case of each item, and let those go that are dropped.

    Return the cases, and of those that need not be carried on, how many are done and have not ended.
    """
    settled, earlier = _Cases([], [], [], []), {item.id: item for item in items_to_settle(session, plan)}
    act = (plan.slug, draft.number)
    for item in items_of(session, draft):
        if item.origin_id is None:
            settled.new.append(begin_case(session, unit, act, item, by=actor, at=at))
        else:
            settled.carried.append(carry_on(session, act, item, earlier.pop(item.origin_id), by=actor, at=at))
    for drop in session.scalars(select(PlanDrop).where(PlanDrop.version_id == draft.id).order_by(PlanDrop.item_id)):
        settled.dropped.append(let_go(session, act, drop, earlier.pop(drop.item_id), by=actor, at=at))
    ids = {item.case_id for item in earlier.values()}
    others = session.execute(select(Case.ref, Case.state).where(Case.id.in_(ids)).order_by(Case.id)).all()
    settled.ended += [ref for ref, _ in others]
    session.flush()
    return settled, sum(state is State.DONE for _, state in others)


def _event(unit: Unit, plan: Plan, draft: PlanVersion, on: date, cases: _Cases) -> PlanAdopted:
    return PlanAdopted(
        plan=plan.slug, group=unit.slug, version=draft.number, year=draft.year, on=on.isoformat(),
        items=len(cases.new) + len(cases.carried), **vars(cases),
    )  # fmt: skip


def _record(
    session: Session, plan: Plan, draft: PlanVersion, event: PlanAdopted, adoption: Adoption, actor: Actor, at: datetime
) -> int:
    """Finish what the group owed with the event of the adoption beside it; return the id of that event."""
    home = _case_to_finish(session, plan, by=actor, at=at)
    words = (SpokenWords("where", visible(adoption.where or ""), Visibility.PUBLIC),)
    note = visible(adoption.note or "") or ADOPTED
    change = Change(State.DONE, note=note, fulfils=PLAN.name, records=((event, words),))
    return change_state(session, home, change, by=as_desk_alone(actor), at=at)[-1]


def plan_case(session: Session, plan: Plan, *, by: Actor, at: datetime) -> Case:
    """Return the case by which the plan's revision is owed, locked; it is handed in when there is none yet.

    It may be done already, until the end of the day of an adoption. Raises `NotFound` when the unit owes no plan.
    """
    case = ensured(session, PLAN, plan.slug, by=as_desk_alone(by), at=at)
    if case is None:
        raise NotFound(ref=plan.slug)
    session.flush()
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    session.refresh(case)
    return case


def _case_to_finish(session: Session, plan: Plan, *, by: Actor, at: datetime) -> Case:
    """Return the case that the adoption finishes: not one of an earlier adoption, which is closed now, nor parked."""
    case = plan_case(session, plan, by=by, at=at)
    if case.state is State.DONE:
        change_state(session, case, Change(State.CLOSED), by=replace(THE_CLOCK, batch_id=by.batch_id), at=at)
        case = plan_case(session, plan, by=by, at=at)
    if case.state is State.PARKED:
        change_state(session, case, Change(State.RECEIVED), by=as_desk_alone(by), at=at)
    return case
