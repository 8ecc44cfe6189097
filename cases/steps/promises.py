"""The ledger of promises: dates that we have told the one who asked. Made, moved, kept, broken or dropped."""

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.calendar import Calendar
from cases.case import Case, Promise
from cases.database import calendar_of
from cases.events import CasePromised
from cases.records.history import Entry


def promise(session: Session, case: Case, day: date, entry: Entry) -> None:
    """Tell the one who asked this local day. A running promise of another day is moved; the same day changes nothing.

    A promise runs on in whatever state; it is settled by done, declined, merged or by passing.
    """
    before = running(session, case) if case.promised_on else None
    if before is not None and before.promised_on == day:
        return
    if before is not None:
        before.outcome, before.settled_at = "moved", entry.at
    was = case.promised_on.isoformat() if case.promised_on else None
    session.add(Promise(case_id=case.id, promised_on=day, made_at=entry.at))
    case.promised_on, case.promise_breaks_at = day, breaks_at(day, calendar_of(session))
    case.find_next()
    entry.add(CasePromised(promised_on=day.isoformat(), was=was))


def settle(session: Session, case: Case, outcome: str, at: datetime) -> None:
    """End the running promise, if there is one, as kept, broken or dropped."""
    held = running(session, case) if case.promise_breaks_at else None
    case.promise_breaks_at = None
    if held is not None:
        held.outcome, held.settled_at = outcome, at
    case.find_next()


def settle_broken(session: Session, case_ids: list[int], at: datetime) -> None:
    """End the running promises of these cases as broken, in one statement."""
    if case_ids:
        theirs = (Promise.case_id.in_(case_ids), Promise.outcome == "running")
        session.execute(update(Promise).where(*theirs).values(outcome="broken", settled_at=at))


def running(session: Session, case: Case) -> Promise | None:
    """Give the promise that still runs."""
    return session.scalar(select(Promise).where(Promise.case_id == case.id, Promise.outcome == "running"))


def breaks_at(day: date, calendar: Calendar) -> datetime:
    """Give the moment when a promise of this day is broken: 07:00 the day after."""
    return calendar.morning_of(day + timedelta(days=1))
