"""Ensuring: once a day it is seen that what ought to be owed is, also in a house that was never told of a group."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.base import table_of
from cases.organisation.municipality import Municipality
from cases.village.forum.obligations import MEETING
from cases.village.obligations.table import OBLIGATIONS, lacking
from cases.village.owing import Obligation, Owed, ensure, ensured

HOUSE = table_of(Municipality)
LOOKED_ON = select(HOUSE.c.obligations_on)


def was_looked(session: Session, day: date) -> bool:
    """Return whether somebody has looked on this local day for what ought to be owed."""
    return session.connection().execute(LOOKED_ON).scalar() == day


def ensure_missing(session: Session, day: date, *, by: Callable[[], Actor], at: datetime) -> list[Exception]:
    """Hand in what ought to be owed and is not, once on the local day `day`; return what went wrong.

    `by` returns the actor, and is called only when something is missing; `at` is the moment (UTC). What fails for one
    subject stops no other. Of several who look on the same day, one does it: the row of the house is locked by whoever
    claims the day. A day ahead, for which somebody has looked, does not stand in for the days before it.
    """
    claimed = update(HOUSE).where(HOUSE.c.obligations_on.is_distinct_from(day)).values(obligations_on=day)
    if not session.connection().execute(claimed).rowcount:
        return []
    return [error for obligation, owed in lacking(session) if (error := _try(session, obligation, owed, by, at))]


def ensure_for(session: Session, subject: str, *, by: Actor, at: datetime) -> None:
    """Hand in what ought to be owed of this subject and is not: for a new group this does not wait until tomorrow."""
    for obligation in OBLIGATIONS.values():
        ensured(session, obligation, subject, by=by, at=at)


def ensure_lacking(session: Session, *, by: Actor, at: datetime) -> None:
    """Hand in all that ought to be owed and is not, as after an import, which does not wait until tomorrow.

    A body's next meeting is left to the daily look: no import brings it along.
    """
    for obligation, owed in lacking(session):
        if obligation is not MEETING:
            ensure(session, obligation, owed, by=by, at=at)


def ought_to_be_owed(session: Session) -> frozenset[tuple[str, str]]:
    """Query and return what ought to be owed, whether it is or not, each as obligation and subject."""
    there = select(Case.obligation, Case.subject).where(Case.obligation.is_not(None), Case.due_at.is_not(None))
    missing = {(obligation.name, owed.subject) for obligation, owed in lacking(session)}
    return frozenset(missing | {(name or "", subject or "") for name, subject in session.execute(there)})


def _try(
    session: Session, obligation: Obligation, owed: Owed, by: Callable[[], Actor], at: datetime
) -> Exception | None:
    try:
        with session.begin_nested():
            ensure(session, obligation, owed, by=by(), at=at)
    except OperationalError:
        raise  # the database itself: the others would fail too
    except Exception as error:
        return error
    return None
