"""Open matters of a group, for its members and staff: what it owes, the next contact, and its open cases."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.organisation.units import Unit
from cases.states import LADDER_STATES, State
from cases.village.owing import is_still_owed
from cases.village.plans.becoming_cases import CHANNEL as OF_A_PLAN
from cases.village.relations.open_counts import OF_A_UNIT

MOST_CASES = 8
COLUMNS = (Case.ref, Case.title, Case.state, Case.due_at, Case.obligation, Case.responsible_id)


@dataclass(frozen=True)
class OpenMatter:
    """One open case of a group: by `due_on` somebody does the next thing in it.

    `is_own` is True when it is the group that has it. `obligation` is what is owed by it, None for other cases.
    `is_late` is True from the day after `due_on`.
    """

    ref: str
    title: str
    state: State
    obligation: str | None
    is_own: bool
    due_on: date | None
    is_late: bool


def owed_by_or_to(session: Session, unit: Unit, *, at: datetime) -> list[OpenMatter]:
    """Return what the group owes, the first due day first, and then what is owed to it, such as the next contact."""
    concerns = or_(Case.responsible_id == unit.id, Case.subject == unit.slug)
    owed = select(*COLUMNS).where(is_still_owed(), concerns)
    return _matters(session, owed.order_by(Case.responsible_id != unit.id, Case.due_at, Case.id), unit, at)


def open_cases(session: Session, unit: Unit, *, at: datetime) -> list[OpenMatter]:
    """Return the group's open cases beside what is owed and the items of its plan: the first due first.

    They are those that it has, handed in, or is waited for, neither on hold nor done.
    """
    of_unit = or_(*(column == unit.id for column in OF_A_UNIT))
    found = select(*COLUMNS).where(of_unit, Case.due_at.is_not(None), Case.state.in_(LADDER_STATES))
    found = found.where(Case.obligation.is_(None), Case.channel != OF_A_PLAN)
    return _matters(session, found.order_by(Case.due_at, Case.id).limit(MOST_CASES), unit, at)


def _matters(session: Session, found: Select[*tuple[object, ...]], unit: Unit, at: datetime) -> list[OpenMatter]:
    calendar = calendar_of(session)
    return [
        OpenMatter(
            row.ref, row.title, row.state, row.obligation, row.responsible_id == unit.id, calendar.day_of(row.due_at),
            row.due_at < at and row.state in LADDER_STATES,
        )
        for row in session.execute(found)
    ]  # fmt: skip
