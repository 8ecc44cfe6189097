"""Erasing what plans say of a case, when words of the case itself are erased by a decision."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.tables.idempotency_keys import forget_answers_that_say
from cases.database.tables.sent_forms import forget_forms_under
from cases.history.journal import Event
from cases.reporters.erasing import WordsGoing
from cases.village.plans.records.anchoring import Anchoring
from cases.village.plans.records.plan import Plan
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.plans.texts_of_case import ERASED, PlanText, copies_in_plan, texts_in_plans


def hold_drafts(session: Session, ref: str) -> None:
    """Lock the drafts of all plans that say something of the case, until the transaction ends.

    Whoever erases calls it before the case is locked, since an adoption locks its draft before its cases.
    """
    case_id = select(Case.id).where(Case.ref == ref).scalar_subquery()
    with_item = select(PlanVersion.plan_id).join(PlanItem, PlanItem.version_id == PlanVersion.id)
    owed = select(PlanVersion.plan_id).join(Event, Event.id == PlanVersion.event_id).where(Event.stream == case_id)
    concerned = PlanVersion.plan_id.in_(with_item.where(PlanItem.case_id == case_id).union(owed))
    drafts = select(PlanVersion.id).where(concerned, PlanVersion.adopted_on.is_(None))
    session.execute(drafts.order_by(PlanVersion.id).with_for_update())


def texts_to_erase(session: Session, case: Case, going: WordsGoing) -> list[PlanText]:
    """Return the texts of plans that go with these words of the case.

    Each goes that came with one of their events or says the same as they, and its copies in other versions and in the
    draft; when no words of the case are left, all that plans say of it.
    """
    found = [
        text
        for text in texts_in_plans(session, case)
        if going.are_last or text.text in going.said or text.seq in going.event_seqs
    ]
    versions = {text.record.id: text.record for text in found if isinstance(text.record, PlanVersion)}
    same = {text.text for text in found}
    return found + [text for version in versions.values() for text in copies_in_plan(session, version, same)]


def erase_in_plans(session: Session, texts: Sequence[PlanText], event_id: int) -> None:
    """Erase these texts, and what is kept of them besides, by the event with this id.

    Nobody saves a draft over it that they read before.
    """
    if not texts:
        return
    for text in texts:
        setattr(text.record, text.column, ERASED)
        text.record.erased_by_id = event_id
    session.flush()
    is_draft = PlanVersion.id.in_(_versions(texts)) & PlanVersion.adopted_on.is_(None)
    session.execute(update(PlanVersion).where(is_draft).values(revision=PlanVersion.revision + 1))
    forget_answers_that_say(session, {text.text for text in texts})
    of_versions = select(Plan.slug).join(PlanVersion, PlanVersion.plan_id == Plan.id)
    for slug in session.scalars(of_versions.where(PlanVersion.id.in_(_versions(texts))).distinct()):
        forget_forms_under(session, f"/plan/{slug}/")


def _versions(texts: Sequence[PlanText]) -> set[int]:
    """Return the ids of the versions to which these texts belong."""
    records = [text.record for text in texts if not isinstance(text.record, Anchoring)]
    return {record.id if isinstance(record, PlanVersion) else record.version_id for record in records}
