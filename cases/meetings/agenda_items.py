"""Agenda items: cases that the ladder or a person has put on the forum's agenda, until they are taken off again."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
    bindparam,
    func,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT, Case
from cases.database.base import Base, BigId, UtcDateTime, partial_index, table_of
from cases.database.texts import visible
from cases.database.transactions import calendar_of
from cases.history.events import CaseKeptOffAgenda, CasePutOnAgenda, CaseTakenOffAgenda
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.meetings.meeting import Meeting, next_meeting
from cases.public.protection import is_protected
from cases.refusals import AlreadySettled, NotAllowed, ProtectedIdentity, TooLong, WordsNeeded
from cases.states import OPEN, State


class AgendaReason(StrEnum):
    """Why a case stands on an agenda.

    `OVERDUE`: the ladder put it there. `WAITS`: it waits for the forum. `CHOSEN`: the contact person put it there.
    """

    OVERDUE = "overdue"
    WAITS = "waits"  # for the forum
    CHOSEN = "chosen"


class AgendaItem(Base):
    """A case on the forum's agenda: one row of the table agenda_item. A case has at most one open item.

    An item is open until `settled_at` is set. An item that names no meeting is for the next one.
    """

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


def put_on_agenda(session: Session, case: Case, why: AgendaReason, entry: Entry) -> None:
    """Put the case on the forum's agenda, for the reason `why`, and add the event to `entry`, which the caller writes.

    A case whose reporter lives under protected identity never comes there: the event added says so, and the desk is
    told. Does nothing when the case is on the agenda already.
    """
    if is_protected(session, case):
        entry.add(CaseKeptOffAgenda(why=why.value))
        return
    if _open_item(session, case) is not None:
        return
    meeting = next_meeting(session, calendar_of(session).day_of(entry.at))
    session.add(AgendaItem(case_id=case.id, why=why.value, added_at=entry.at))
    entry.add(CasePutOnAgenda(why=why.value, meeting_on=meeting.held_on.isoformat() if meeting else None))


def choose_for_agenda(session: Session, case: Case, *, by: Actor, at: datetime) -> list[int]:
    """Put the case on the forum's agenda, chosen by the contact person `by`; return the ids of the events written.

    Returns [] when the case is on the agenda already. Raises `NotAllowed` when `by` is not the contact person,
    `ProtectedIdentity` when the reporter lives under protected identity, and `AlreadySettled` when the case is done or
    has ended.
    """
    if not by.is_contact:
        raise NotAllowed(step="put_on_agenda")
    if is_protected(session, case):
        raise ProtectedIdentity
    if case.state not in OPEN - {State.DONE}:
        raise AlreadySettled
    entry = Entry(case, by=by, at=at)
    put_on_agenda(session, case, AgendaReason.CHOSEN, entry)
    return entry.write(session) if entry else []


def withdraw_from_agenda(session: Session, case: Case, why: str, *, by: Actor, at: datetime) -> list[int]:
    """Take the case off the forum's agenda, on which it stands by mistake; return the ids of the events written.

    `why` is kept as words, for those who take part in the case. Returns [] when the case does not stand there, or
    stands there because it waits for the forum: then it is answered. Raises `NotAllowed` when `by` is not the contact
    person, `WordsNeeded` without a reason and `TooLong` for one of more than 20,000 characters.
    """
    if not by.is_contact:
        raise NotAllowed(step="take_off_agenda")
    reason = visible(why)
    if not reason:
        raise WordsNeeded(field="off_agenda")
    if len(reason) > LONGEST_TEXT:
        raise TooLong(field="off_agenda", most=LONGEST_TEXT)
    item = _open_item(session, case)
    if item is None or item.why == AgendaReason.WAITS:
        return []
    take_off_agenda(session, case, at)
    entry = Entry(case, by=by, at=at)
    entry.add(CaseTakenOffAgenda(why=item.why), SpokenWords("note", reason, Visibility.PARTICIPANTS))
    return entry.write(session)


@dataclass(frozen=True)
class AgendaPlace:
    """Where a case stands: on the agenda of the meeting on the local day `meeting_on` (None: none is planned yet)."""

    why: AgendaReason
    meeting_on: date | None

    @property
    def can_be_left(self) -> bool:
        """Whether the contact person may take the case off: one that waits for the forum is answered instead."""
        return self.why is not AgendaReason.WAITS


def place_of(why: str | None, meeting_on: date | None) -> AgendaPlace | None:
    """Return the place that the columns `PLACE_ON_AGENDA` tell; None for a case that is not on the agenda."""
    return AgendaPlace(AgendaReason(why), meeting_on) if why else None


def take_off_agenda(session: Session, case: Case, at: datetime, *, why: AgendaReason | None = None) -> None:
    """Take the case off the forum's agenda at the moment `at`; do nothing when it is not on it. Writes no event.

    With `why`, take it off only if it was put on for this reason; None takes it off whatever the reason.
    """
    if inspect(case).key is None:
        return  # the case has no row yet
    item = {"case": case.id, "at": at}
    if why is None:
        session.connection().execute(SETTLE, item)
    else:
        session.connection().execute(SETTLE_FOR, item | {"reason": why.value})


def leave_agenda_when_protected(session: Session, case: Case, entry: Entry) -> None:
    """Take the case off the forum's agenda, now that its reporter lives under protected identity, and add the event.

    To be called by the act that sets the protection. Nobody reads the case by its item from then on anyway.
    """
    item = _open_item(session, case)
    if item is not None and is_protected(session, case):
        take_off_agenda(session, case, entry.at)
        entry.add(CaseKeptOffAgenda(why=item.why))


ITEM = table_of(AgendaItem)
NOT_SETTLED = (ITEM.c.case_id == bindparam("case"), ITEM.c.settled_at.is_(None))
SETTLE = update(ITEM).where(*NOT_SETTLED).values(settled_at=bindparam("at"))
SETTLE_FOR = SETTLE.where(ITEM.c.why == bindparam("reason"))
COMING = select(func.min(Meeting.held_on)).where(Meeting.held_on >= bindparam("day")).scalar_subquery()
NAMED = select(Meeting.held_on).where(Meeting.id == ITEM.c.meeting_id).scalar_subquery()
STANDS = (ITEM.c.case_id == Case.id, ITEM.c.settled_at.is_(None))
MEETING_ON = func.coalesce(NAMED, COMING)  # `COMING` counts from the parameter `day`
PLACE_ON_AGENDA = tuple(  # columns of a query of cases, for `place_of`
    select(column).where(*STANDS).correlate(Case).scalar_subquery() for column in (ITEM.c.why, MEETING_ON)
)
OPEN_ITEM = select(AgendaItem).where(*NOT_SETTLED)


def _open_item(session: Session, case: Case) -> AgendaItem | None:
    if inspect(case).key is None:
        return None  # the case has no row yet
    return session.scalar(OPEN_ITEM, {"case": case.id})
