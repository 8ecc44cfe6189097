"""What plans say of a case: the texts in their records, and by which events of the case they came."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.history.events import CaseCarried, CaseDroppedFromPlan
from cases.history.journal import Event
from cases.village.plans.records.anchoring import Anchoring
from cases.village.plans.records.focus_area import FocusArea
from cases.village.plans.records.plan_drop import PlanDrop
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion

ERASED = "(raderat)"  # the triggers of the tables let through no other word
FIRST = 1  # the number of the event by which a case was received
OF_ITEM, OF_AREA = ("title", "text"), ("name", "why")
OF_VERSION = ("vision", "situation", "strengths")
Record = PlanItem | PlanDrop | Anchoring | PlanVersion | FocusArea


@dataclass(frozen=True)
class PlanText:
    """A text in the `column` of a record, which came with the event that has the number `seq` in the case."""

    record: Record
    column: str
    text: str
    seq: int


def texts_in_plans(session: Session, case: Case) -> list[PlanText]:
    """Return the texts in plans that are of this case and are not erased.

    Those of an item came with the event that began or carried on its case; what a draft says counts with the last such
    event. The reason of a drop came with the event that told of it. Those of a version, its areas and an anchoring came
    with their own event, in the case of what the group owed.
    """
    return [*_of_items(session, case), *_of_anchorings(session, case), *_of_versions(session, case)]


def copies_in_plan(session: Session, version: PlanVersion, texts: Collection[str]) -> Iterator[PlanText]:
    """Yield each text of the other versions of the plan, of drafts too, that says the same as one of these."""
    others = select(PlanVersion).where(PlanVersion.plan_id == version.plan_id, PlanVersion.id != version.id)
    for other in session.scalars(others.order_by(PlanVersion.id)).all():
        for text in _of_version(session, other, FIRST):
            if text.text in texts:
                yield text


def _of_items(session: Session, case: Case) -> Iterator[PlanText]:
    brought = _brought(session, case)
    last = max(brought.values(), default=FIRST)
    adopted = set(session.scalars(select(PlanVersion.id).where(PlanVersion.adopted_on.is_not(None))))
    items = session.scalars(select(PlanItem).where(PlanItem.case_id == case.id).order_by(PlanItem.id)).all()
    for item in items:
        begun = FIRST if item.version_id in adopted else last
        yield from _texts(item, OF_ITEM, brought.get((CaseCarried.type, item.id), begun))
    drops = select(PlanDrop).where(PlanDrop.item_id.in_([item.id for item in items]))
    for drop in session.scalars(drops.order_by(PlanDrop.version_id)):
        yield from _texts(drop, ("reason",), brought.get((CaseDroppedFromPlan.type, drop.item_id), last))


def _of_anchorings(session: Session, case: Case) -> Iterator[PlanText]:
    found = select(Anchoring, Event.seq).join(Event, Event.id == Anchoring.event_id).where(Event.stream == case.id)
    for anchoring, seq in session.execute(found.order_by(Event.seq)).all():
        yield from _texts(anchoring, ("text",), seq)


def _of_versions(session: Session, case: Case) -> Iterator[PlanText]:
    found = select(PlanVersion, Event.seq).join(Event, Event.id == PlanVersion.event_id)
    for version, seq in session.execute(found.where(Event.stream == case.id).order_by(Event.seq)).all():
        yield from _of_version(session, version, seq)


def _of_version(session: Session, version: PlanVersion, seq: int) -> Iterator[PlanText]:
    yield from _texts(version, OF_VERSION, seq)
    areas = select(FocusArea).where(FocusArea.version_id == version.id).order_by(FocusArea.rank)
    for area in session.scalars(areas).all():
        yield from _texts(area, OF_AREA, seq)


def _brought(session: Session, case: Case) -> dict[tuple[str, int], int]:
    """Return the numbers of the events that tell of an item of a plan, by their type and the item's id."""
    types = (CaseCarried.type, CaseDroppedFromPlan.type)
    found = select(Event.type, Event.facts, Event.seq).where(Event.stream == case.id, Event.type.in_(types))
    return {(row.type, row.facts["item"]): row.seq for row in session.execute(found.order_by(Event.seq))}


def _texts(record: Record, columns: tuple[str, ...], seq: int) -> Iterator[PlanText]:
    for column in columns:
        if (text := getattr(record, column)) and text != ERASED:
            yield PlanText(record, column, text, seq)
