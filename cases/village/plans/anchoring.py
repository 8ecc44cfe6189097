"""Anchoring: a group shows how its plan is the village's own, by an act on the case of the plan."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT
from cases.database.texts import visible
from cases.database.transactions import calendar_of
from cases.history.events import PlanAnchored
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.organisation.units import Unit, UnitKind, unit_named
from cases.refusals import AlreadyThere, DateOutside, NotFound, NumberOutside, TooLong, UnknownName, WordsNeeded
from cases.village.plans.adopting import plan_case
from cases.village.plans.finding import plan_to_change
from cases.village.plans.records.anchoring import Anchoring, AnchoringKind
from cases.village.rights import require

MOST_PEOPLE = 1_000_000


@dataclass(frozen=True)
class AnchoringShown:
    """What a group shows: how, on which local day, how many it reached, how many answered, and what it was.

    `replaces` is the number of an anchoring of the same group that was wrong.
    """

    kind: AnchoringKind
    on: date
    text: str
    reached: int | None = None
    answered: int | None = None
    replaces: int | None = None


def show_anchoring(session: Session, slug: str, shown: AnchoringShown, *, by: Actor, at: datetime) -> Anchoring:
    """Record the anchoring of the plan of the group with this slug at the moment `at` (UTC), and return it.

    Raises `NotFound`, `NotAllowed`, `DateOutside` for a day to come, `WordsNeeded`, `TooLong`,
    `NumberOutside`, also when more answered than were reached, and `UnknownName` or `AlreadyThere` when what it
    replaces is not the group's or has been replaced.
    """
    unit = _group_named(session, slug)
    require("show_anchoring", by, unit)
    _check(shown, calendar_of(session).day_of(at))
    _, plan = plan_to_change(session, slug)
    _check_replaced(session, unit, shown.replaces)
    case = plan_case(session, plan, by=by, at=at)
    entry = Entry(case, by=by, at=at)
    event = PlanAnchored(
        plan=plan.slug, group=unit.slug, kind=shown.kind.value, on=shown.on.isoformat(), reached=shown.reached,
        answered=shown.answered, replaces=shown.replaces,
    )  # fmt: skip
    entry.add(event, SpokenWords("note", visible(shown.text), Visibility.PUBLIC))
    anchoring = Anchoring(
        unit_id=unit.id, kind=shown.kind, on_day=shown.on, reached=shown.reached, answered=shown.answered,
        text=visible(shown.text), event_id=entry.write(session)[-1], replaces_id=shown.replaces,
    )  # fmt: skip
    session.add(anchoring)
    session.flush()
    return anchoring


def _group_named(session: Session, slug: str) -> Unit:
    try:
        unit = unit_named(session, slug)
    except UnknownName:
        raise NotFound(ref=slug) from None
    if unit.kind is not UnitKind.GROUP:
        raise NotFound(ref=slug)
    return unit


def _check(shown: AnchoringShown, today: date) -> None:
    if not visible(shown.text):
        raise WordsNeeded(field="text", step="show_anchoring")
    if len(shown.text) > LONGEST_TEXT:
        raise TooLong(field="text", most=LONGEST_TEXT)
    if shown.on > today:
        raise DateOutside(field="on", latest=today)
    for field in ("reached", "answered"):
        number = getattr(shown, field)
        if number is not None and not 0 <= number <= MOST_PEOPLE:
            raise NumberOutside(field=field, least=0, most=MOST_PEOPLE)
    if None not in (shown.reached, shown.answered) and (shown.answered or 0) > (shown.reached or 0):
        raise NumberOutside(field="answered", least=0, most=shown.reached or 0)


def _check_replaced(session: Session, unit: Unit, replaces: int | None) -> None:
    if replaces is None:
        return
    replaced = session.get(Anchoring, replaces)
    if replaced is None or replaced.unit_id != unit.id:
        raise UnknownName(field="replaces", name=str(replaces))
    if session.scalar(select(Anchoring.id).where(Anchoring.replaces_id == replaces)) is not None:
        raise AlreadyThere(field="replaces", name=str(replaces))
