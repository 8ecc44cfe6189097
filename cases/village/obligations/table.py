"""The table of obligations: all that can be owed by a day in Ventil, by its name."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from cases.village.forum.obligations import AGENDA, MEETING, MINUTES
from cases.village.owing import Obligation, Owed
from cases.village.plans.obligations import PLAN
from cases.village.relations.obligations import CONTACT

OBLIGATIONS: dict[str, Obligation] = {
    obligation.name: obligation for obligation in (PLAN, CONTACT, MEETING, AGENDA, MINUTES)
}


def lacking(session: Session) -> Iterator[tuple[Obligation, Owed]]:
    """Query and yield what ought to be owed and is not, each with its obligation."""
    return ((obligation, owed) for obligation in OBLIGATIONS.values() for owed in obligation.lacking(session))
