"""Owing: what somebody owes by a day is a case with an obligation (what) and a subject (whose, which).

Each room of the village declares its obligations; `cases.village.obligations` lists them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TITLE, Case
from cases.database.texts import storable
from cases.database.transactions import calendar_of
from cases.handing_in import Request, receive
from cases.history.writers import EntryWriter
from cases.organisation.units import Unit, UnitKind
from cases.progress import Change, change_state
from cases.states import Kind, State

CHANNEL = "duty"


@dataclass(frozen=True)
class Owed:
    """What one obligation asks of one subject: a row of its `missing`.

    `holder` is the slug of the unit that owes it, `name` what its title says, `since` the local day from which its due
    day counts (None: from today), `number` any number that differs between subjects, to spread first days. `months` is
    the distance to the next one, and `most_days` the days within which the first one must be due, when the subject
    has its own. `given_on` is the local day on which it was given last.
    """

    subject: str
    holder: str
    name: str
    since: date | None
    number: int
    most_days: int | None = None
    months: int | None = None
    given_on: date | None = None


@dataclass(frozen=True)
class Obligation:
    """One kind of thing that is owed by a day.

    `kind` is the kind of its cases, and `title` their title, with the place {name}. `missing` selects the subjects that
    ought to have an open case and have none, in the columns of `Owed`. `due` returns the local day on which it is due,
    of what is owed and of today. `fulfilled_by` names the act that gives it, "" for one that is never filled but
    planned anew. `every_months` is the usual distance to the next one, None for what does not come again.
    `begins` is called with what is owed and its new case, for a record that names the case.
    """

    name: str
    kind: Kind
    title: str
    missing: Select[*tuple[Any, ...]]
    due: Callable[[Owed, date], date]
    fulfilled_by: str
    every_months: int | None = None
    begins: Callable[[Session, Owed, Case], None] | None = None

    def lacking(self, session: Session) -> list[Owed]:
        """Query and return what ought to be owed and is not."""
        return [Owed(**row._mapping) for row in session.execute(self.missing)]


def ensure(session: Session, obligation: Obligation, owed: Owed, *, by: Actor, at: datetime) -> Case | None:
    """Hand in the case of what is owed at the moment `at` (UTC), and return it; None when there is an open one."""
    if open_case(session, obligation.name, owed.subject) is not None:
        return None
    today = calendar_of(session).day_of(at)
    request = Request(
        kind=obligation.kind, title=_title(obligation, owed.name), channel=CHANNEL,
        due_on=obligation.due(owed, today), every_months=owed.months or obligation.every_months,
        responsible=owed.holder, obligation=obligation.name, subject=owed.subject,
    )  # fmt: skip
    case = receive(EntryWriter(session), request, by=by, at=at)
    if obligation.begins is not None:
        obligation.begins(session, owed, case)
    return case


def ensured(session: Session, obligation: Obligation, subject: str, *, by: Actor, at: datetime) -> Case | None:
    """Return the open case of what this subject owes, handed in now when it lacks; None when it ought to owe nothing.

    So nobody waits until the daily look. No case is locked.
    """
    if (case := open_case(session, obligation.name, subject)) is not None:
        return case
    owed = next((owed for owed in obligation.lacking(session) if owed.subject == subject), None)
    return ensure(session, obligation, owed, by=by, at=at) if owed is not None else None


def decline(session: Session, case: Case, reason: str, *, by: Actor, at: datetime) -> None:
    """Decline what is owed, with this reason; a parked case is taken up first.

    The case must be locked, and neither done nor ended. `by` must be able to take the steps of the desk.
    """
    if case.state is State.PARKED:
        change_state(session, case, Change(State.RECEIVED), by=by, at=at)
    change_state(session, case, Change(State.DECLINED, reason=reason, fulfils=case.obligation), by=by, at=at)


def _title(obligation: Obligation, name: str) -> str:
    """Return the title of the case, as long as it may be: no name of a group keeps anything from being owed."""
    return obligation.title.format(name=storable(name))[:LONGEST_TITLE]


def open_case(session: Session, obligation: str, subject: str) -> Case | None:
    """Return the open case of what this subject owes; None when it owes nothing of the sort. No case is locked."""
    return session.scalar(select(Case).where(*_is_owed(obligation, subject)))


def is_still_owed(case: type[Case] = Case) -> ColumnElement[bool]:
    """Return the condition that the case owes something that has not been given: what is done waits only to close."""
    return and_(case.obligation.is_not(None), case.due_at.is_not(None), case.state != State.DONE)


def is_not_owed(obligation: str, subject: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Return the condition that no open case owes this obligation of the subject, for a `missing`."""
    return ~exists().where(*_is_owed(obligation, subject))


def active_groups() -> Select[Unit]:
    """Return a statement that selects the active groups, for a `missing`."""
    return select(Unit).where(Unit.kind == UnitKind.GROUP, Unit.active).order_by(Unit.id)


def spread(owed: Owed, *, weeks: int) -> timedelta:
    """Return by how much the first day of a subject lies behind that of the first, so that not all come at once."""
    return timedelta(weeks=owed.number % weeks)


def end_with_unit(session: Session, unit: Unit, reason: str, *, by: Actor, at: datetime) -> int:
    """Decline what is owed of a unit that is dissolved, with this reason; return how many open cases it had of that.

    What has been given already is left to close. `by` must be able to take the steps of the desk.
    """
    owed = select(Case).where(Case.obligation.is_not(None), Case.subject == unit.slug, Case.due_at.is_not(None))
    cases = session.scalars(owed.order_by(Case.id).with_for_update(of=Case)).all()
    for case in cases:
        if case.state is not State.DONE:
            decline(session, case, reason, by=by, at=at)
    return len(cases)


def _is_owed(obligation: str, subject: str | SQLColumnExpression[str]) -> tuple[ColumnElement[bool], ...]:
    return Case.obligation == obligation, Case.subject == subject, Case.due_at.is_not(None)
