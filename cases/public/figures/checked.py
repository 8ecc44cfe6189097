"""When the independent check last looked for forgotten cases, and what it found."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.history.events import MorningCame
from cases.history.journal import Event
from cases.organisation.municipality import STREAM

LAST_MORNING = (
    select(Event.recorded_at, Event.facts)
    .where(Event.type == MorningCame.type, Event.stream == STREAM)
    .order_by(Event.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class LastCheck:
    """The last independent check: its moment, and how many guarantees it found broken; none is the all-clear."""

    at: datetime
    forgotten: int


def last_check(session: Session) -> LastCheck | None:
    """Return the last independent check, which runs each morning; None before the first."""
    row = session.execute(LAST_MORNING).first()
    return LastCheck(row.recorded_at, int(row.facts["breaches"])) if row else None
