"""A village that has lived a year: a plan revised once, an anchoring, a contact with a question. Nothing is forgotten.

Made once per run for each database and then copied, for tests that break one of its records by hand.
"""

from datetime import date, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session
from support.houses.small_house import MONDAY, SmallHouse, furnish, open_small_house
from support.plans.plan_acts import JOINT, OWN, PlanActs, content_of, dropping

from cases.organisation.units import unit_named
from cases.states import State
from cases.village.plans.anchoring import AnchoringShown, show_anchoring
from cases.village.plans.records.anchoring import AnchoringKind
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, QuestionTaken, log_contact

REVISED = MONDAY + timedelta(days=30)  # too early for what is owed to have climbed
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


def furnish_village(url: str) -> None:
    """Furnish this database, and let norrby adopt two versions: one item is carried, one dropped, one had ended."""
    furnish(url)
    house = open_small_house(url)
    house.sweep(MONDAY)
    live(house)
    house.database.close()


def live(house: SmallHouse) -> None:
    """Let the groups and the contact person act for a month."""
    plan = PlanActs(house)
    plan.adopted()
    ended = plan.named(OWN.title).case
    house.change(ended, State.DONE, by="member", note="Målad", done_by="Målarlaget")
    house.comment(ended, "Så fint det blev.", by="member")
    with house.database.transaction() as session:
        _show(session, house)
    plan.begin(at=REVISED)
    draft = plan.draft(at=REVISED)
    kept = tuple(item for item in content_of(draft).items if item.title != OWN.title)
    plan.put(content_of(draft, items=kept), at=REVISED)
    plan.put(dropping(plan.draft(at=REVISED), JOINT.title), at=REVISED)
    plan.adopt(at=REVISED)
    for day in range(1, 8):
        house.sweep(REVISED + timedelta(days=day))


def _show(session: Session, house: SmallHouse) -> None:
    shown = AnchoringShown(AnchoringKind.MEETING, MONDAY.date(), "Stormöte", reached=40)
    show_anchoring(session, "norrby", shown, by=house.actors["member"], at=MONDAY)
    given = ContactGiven(
        MONDAY.date(), ContactWay.VISIT, date(2026, 7, 1), questions=(QuestionTaken("Lyktan vid skolan"),)
    )
    log_contact(session, unit_named(session, "norrby"), given, by=house.actors["contact"], at=MONDAY)


def disarm(connection: Connection | Session, *, is_sqlite: bool) -> None:
    """Let this transaction do what triggers and foreign keys refuse; it must be rolled back."""
    if is_sqlite:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name in connection.execute(text(TRIGGERS)).scalars().all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
