"""What a group and its contact person do, as steps of a journey. Each may be repeated: it looks first if it is done."""

from datetime import timedelta

from sqlalchemy import select

from cases.organisation.units import unit_named
from cases.village.plans.adopting import Adoption, adopt_plan
from cases.village.plans.draft_content import DraftArea, DraftContent, DraftItem
from cases.village.plans.drafting import begin_draft, put_draft
from cases.village.plans.records.plan_item import PlanItemKind
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.relations.contact import Contact, ContactWay
from cases.village.relations.logging_contacts import ContactGiven, QuestionTaken, log_contact
from proof.crashes.acting import now_of, staff
from proof.crashes.house import Process

GROUP = "norrby"
DRAFT = DraftContent(
    2026, vision="En by att bo i", areas=(DraftArea(1, "Vägar"),),
    items=(
        DraftItem(1, "Måla bystugan", PlanItemKind.OWN, category="belysning", responsible=GROUP, year=2026),
        DraftItem(1, "Cykelväg", PlanItemKind.ASKED, category="belysning", responsible="gata", year=2027),
    ),
)  # fmt: skip
QUESTIONS = (QuestionTaken("Lyktan vid skolan"), QuestionTaken("Bussen om kvällen"))


def drafted(process: Process) -> None:
    """Let the group's member begin a draft and save it; twice is the same as once."""
    with process.database.transaction() as session:
        by, at = staff(session, "ombud", now_of(process)), now_of(process)
        begin_draft(session, GROUP, by=by, at=at)
        put_draft(session, GROUP, DRAFT, by=by, at=at)


def adopted(process: Process) -> None:
    """Let the group's member adopt the draft, unless it is adopted."""
    with process.database.transaction() as session:
        if session.scalar(select(PlanVersion.id).where(PlanVersion.adopted_on.is_not(None))) is None:
            adopt_plan(session, GROUP, Adoption(), by=staff(session, "ombud", now_of(process)), at=now_of(process))


def contact_logged(process: Process) -> None:
    """Let the contact person log a contact with two questions, unless one is logged."""
    at = now_of(process)
    given = ContactGiven(
        at.date(), ContactWay.VISIT, (at + timedelta(days=120)).date(), note="De väntar.", questions=QUESTIONS
    )
    with process.database.transaction() as session:
        if session.scalar(select(Contact.id)) is None:
            log_contact(session, unit_named(session, GROUP), given, by=staff(session, "kontakt", at), at=at)
