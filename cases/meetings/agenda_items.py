"""The forum: its meetings, and an agenda that is made of what is overdue or waits for it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
    UniqueConstraint,
    bindparam,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.case import Case
from cases.database.transactions import Base, BigId, UtcDateTime, calendar_of, partial_index, table_of
from cases.history.events import CasePutOnAgenda
from cases.history.journal import Entry
from cases.organisation.people import Actor
from cases.refusals import AlreadyThere, NotAllowed


class Meeting(Base):
    """A meeting of the forum (April and October) or a theme meeting."""

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("held_on", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    held_on: Mapped[date]
    name: Mapped[str] = mapped_column(String(200))
    where: Mapped[str | None] = mapped_column(String(200), default=None)


class AgendaReason(StrEnum):
    """Why a case stands on an agenda."""

    OVERDUE = "overdue"
    WAITS = "waits"  # for the forum
    CHOSEN = "chosen"


class AgendaItem(Base):
    """A case on an agenda. With no meeting it belongs to the next one; a case has one open item at most."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("why IN ('overdue', 'waits', 'chosen')", name="why"),
        partial_index("uq_agenda_item_open", "case_id", where="settled_at IS NULL", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), default=None)
    why: Mapped[str] = mapped_column(String(10), default="overdue")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


def next_meeting(session: Session, day: date) -> Meeting | None:
    """Give the first meeting on this local day or after it; None when none is planned yet."""
    return session.scalars(select(Meeting).where(Meeting.held_on >= day).order_by(Meeting.held_on)).first()


def latest_meetings(session: Session, most: int) -> list[Meeting]:
    """Return the meetings that were planned, the latest day first, and at most so many."""
    return list(session.scalars(select(Meeting).order_by(Meeting.held_on.desc()).limit(most)))


def plan_meeting(session: Session, held_on: date, name: str, where: str | None) -> None:
    """Add a meeting; refuse a second one of the same name on the same local day."""
    session.add(Meeting(held_on=held_on, name=name, where=where))
    try:
        session.flush()
    except IntegrityError:
        raise AlreadyThere(field="name", name=name) from None


def put_on_agenda(session: Session, case: Case, why: AgendaReason, entry: Entry) -> None:
    """Put the case on the next meeting's agenda, for this reason; once is enough."""
    if _open_item(session, case) is not None:
        return
    meeting = next_meeting(session, calendar_of(session).day_of(entry.at))
    session.add(AgendaItem(case_id=case.id, why=why.value, added_at=entry.at))
    entry.add(CasePutOnAgenda(why=why.value, meeting_on=meeting.held_on.isoformat() if meeting else None))


def choose_for_agenda(session: Session, case: Case, *, by: Actor, at: datetime) -> list[int]:
    """Let the contact person put a case on the agenda; give the events' ids, none when it stands there."""
    if not by.is_contact:
        raise NotAllowed(step="put_on_agenda")
    entry = Entry(case, by=by, at=at)
    put_on_agenda(session, case, AgendaReason.CHOSEN, entry)
    return entry.write(session) if entry else []


def take_off_agenda(session: Session, case: Case, at: datetime, *, why: AgendaReason | None = None) -> None:
    """Settle what stands on the agenda of this case: all of it, or only what stands there for this reason."""
    if inspect(case).key is None:
        return  # it is not written yet
    item = {"case": case.id, "at": at}
    if why is None:
        session.connection().execute(SETTLE, item)
    else:
        session.connection().execute(SETTLE_FOR, item | {"reason": why.value})


ITEM = table_of(AgendaItem)
OPEN = (ITEM.c.case_id == bindparam("case"), ITEM.c.settled_at.is_(None))
SETTLE = update(ITEM).where(*OPEN).values(settled_at=bindparam("at"))
SETTLE_FOR = SETTLE.where(ITEM.c.why == bindparam("reason"))
OPEN_ITEM = select(AgendaItem).where(*OPEN)


def _open_item(session: Session, case: Case) -> AgendaItem | None:
    if inspect(case).key is None:
        return None  # it is not written yet
    return session.scalar(OPEN_ITEM, {"case": case.id})
