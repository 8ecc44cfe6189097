"""Promises: dates by which the reporter was told to expect an answer, and how each promise ended."""

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, bindparam, insert, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.calendar import Calendar
from cases.case import Case
from cases.database.base import Base, BigId, UtcDateTime, partial_index, table_of
from cases.database.transactions import calendar_of
from cases.history.events import CasePromised
from cases.history.journal import Entry
from cases.history.writers import EntryWriter
from cases.states import Kind


class Promise(Base):
    """One date that the reporter was promised. At most one promise of a case is running."""

    __tablename__ = "promise"
    __table_args__ = (
        CheckConstraint("outcome IN ('running', 'moved', 'kept', 'broken', 'dropped')", name="outcome"),
        partial_index("uq_promise_running", "case_id", where="outcome = 'running'", unique=True),
        Index("ix_promise_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    promised_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(10), default="running")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


PROMISE = table_of(Promise)
INSERT_RUNNING = insert(PROMISE).values(outcome="running")
END_RUNNING = (
    update(PROMISE)
    .where(PROMISE.c.case_id == bindparam("case"), PROMISE.c.outcome == "running")
    .values(outcome=bindparam("how"), settled_at=bindparam("at"))
)


def may_be_promised(case: Case) -> bool:
    """Return whether somebody asked for the case, and so can be promised a day: nobody asks for what is owed."""
    return case.obligation is None and case.kind is not Kind.DUTY


def promise(writer: EntryWriter, case: Case, day: date, entry: Entry) -> None:
    """Promise the reporter an answer by this local day; add the event of it to `entry`, which the caller records.

    When a promise of the same day is running already, nothing happens; a running promise of another day ends as
    "moved". A promise runs on through changes of state until the case is done, declined or merged, or until it is
    broken. `writer` writes the promise's row, at once or with those of many cases.
    """
    if case.promise_breaks_at is not None and case.promised_on == day:
        return
    was = case.promised_on.isoformat() if case.promised_on else None
    if case.promised_on is not None:
        _end_running(writer, case, "moved", entry.at)
    writer.execute(INSERT_RUNNING, {"case_id": case.id, "promised_on": day, "made_at": entry.at})
    case.promised_on, case.promise_breaks_at = day, breaks_at(day, calendar_of(writer.session))
    case.update_next_at()
    entry.add(CasePromised(promised_on=day.isoformat(), was=was))


def settle(writer: EntryWriter, case: Case, outcome: str, at: datetime) -> None:
    """End the running promise of the case at the moment `at`; do nothing when the case has none.

    `outcome` is "kept" for a case that is done, "dropped" for one that ends as declined or merged. `writer` writes the
    promise's row, at once or with those of many cases. `settle_broken` ends promises as "broken".
    """
    if case.promise_breaks_at is not None:
        _end_running(writer, case, outcome, at)
    case.promise_breaks_at = None
    case.update_next_at()


def settle_broken(session: Session, case_ids: list[int], at: datetime) -> None:
    """End the running promises of the cases with these ids as "broken", in one statement."""
    if case_ids:
        running = (Promise.case_id.in_(case_ids), Promise.outcome == "running")
        session.execute(update(Promise).where(*running).values(outcome="broken", settled_at=at))


def breaks_at(day: date, calendar: Calendar) -> datetime:
    """Return the moment (UTC) when a promise of this local day is broken: 07:00 local time on the day after."""
    return calendar.morning_of(day + timedelta(days=1))


def _end_running(writer: EntryWriter, case: Case, outcome: str, at: datetime) -> None:
    writer.execute(END_RUNNING, {"case": case.id, "how": outcome, "at": at})
