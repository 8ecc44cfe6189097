"""Writing an event of the municipality itself: about people, units, settings, log-in links, or what was set aside."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.history.events import DomainEvent
from cases.history.journal import Entry
from cases.organisation.municipality import Municipality, municipality

LOG = structlog.get_logger()


def record_for_municipality(
    session: Session, event: DomainEvent, *, by: Actor, at: datetime, locked: Municipality | None = None
) -> None:
    """Write one event to the municipality's stream.

    `by` is who caused the event, `at` when it happened. `locked` is the row of the municipality, for a caller that has
    locked it already; if None, this function locks that row. The log gets a line with the event's type and ids: these
    events are what people do to accounts, units and settings (ASVS 16.2).
    """
    entry = Entry(locked or municipality(session, locked=True), by=by, at=at)
    entry.add(event)
    entry.write(session)
    facts = event.facts()
    about = facts.get("person") or facts.get("unit")
    LOG.info("municipality.recorded", type=event.type, actor=str(by.kind), person=by.person_id, about=about)
