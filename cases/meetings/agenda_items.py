"""Agenda items: what the ladder or a person has put on the agenda of a body, until it is settled there."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
    bindparam,
    func,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT, Case
from cases.database.base import Base, BigId, UtcDateTime, one_of, partial_index, table_of
from cases.database.texts import visible
from cases.database.transactions import calendar_of
from cases.history.events import CaseKeptOffAgenda, CasePutOnAgenda, CaseTakenOffAgenda
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.meetings.meeting import Meeting, body_id_of, is_coming, next_meeting
from cases.organisation.units import FORUM, Unit, unit_named
from cases.public.protection import is_protected
from cases.refusals import AlreadySettled, LikelyJunk, NotAllowed, ProtectedIdentity, TooLong, WordsNeeded
from cases.states import OPEN, State


class AgendaReason(StrEnum):
    """Why something stands on an agenda.

    `OVERDUE`: the ladder put it there. `WAITS`: it waits for the body. `CHOSEN`: the contact person put it there.
    `CARRIED`: a meeting before postponed it. `PARKED`: it was parked until about the day of the meeting.
    """

    OVERDUE = "overdue"
    WAITS = "waits"  # for the body
    CHOSEN = "chosen"
    CARRIED = "carried"
    PARKED = "parked"


class ItemSort(StrEnum):
    """What a meeting is to do with an item: hear of it, talk of it, recommend something, or give an opinion."""

    INFORMATION = "information"
    DISCUSSION = "discussion"
    RECOMMENDATION = "recommendation"
    OPINION = "opinion"


class SettledHow(StrEnum):
    """How an item was settled: by a resolution, noted, postponed to the next meeting, or withdrawn from the agenda."""

    RESOLVED = "resolved"
    NOTED = "noted"
    POSTPONED = "postponed"
    WITHDRAWN = "withdrawn"


SORT_OF = {AgendaReason.WAITS: ItemSort.RECOMMENDATION}  # of what is put on an agenda; all else is talked of


class AgendaItem(Base):
    """A case, or a topic without one, on the agenda of a body: one row of the table agenda_item.

    A case has at most one open item of each body. An item is open until `settled_at` is set, together with how. An item
    that names no meeting is proposed for the body's next one; one that was chosen names its meeting, and has its
    `number` there; it may stand `under_id` another item of that meeting. `carried_from_id` is the item of the meeting
    before that was postponed. Triggers of the database keep the items of minutes that are adjusted.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        ForeignKeyConstraint(["meeting_id", "body_id"], ["meeting.id", "meeting.body_id"]),
        ForeignKeyConstraint(["under_id", "meeting_id"], ["agenda_item.id", "agenda_item.meeting_id"]),
        ForeignKeyConstraint(["carried_from_id", "body_id"], ["agenda_item.id", "agenda_item.body_id"]),
        UniqueConstraint("meeting_id", "number"),
        UniqueConstraint("id", "body_id"),
        UniqueConstraint("id", "meeting_id"),
        UniqueConstraint("carried_from_id"),
        CheckConstraint("why IN ('overdue', 'waits', 'chosen', 'carried', 'parked')", name="why"),
        CheckConstraint("sort IN ('information', 'discussion', 'recommendation', 'opinion')", name="sort"),
        CheckConstraint("(case_id IS NULL) <> (topic IS NULL)", name="case_or_topic"),
        CheckConstraint("length(topic) BETWEEN 1 AND 200", name="topic"),
        CheckConstraint(
            "(settled_how IS NULL AND settled_at IS NULL) OR"  # a CHECK passes on NULL
            " (settled_how IS NOT NULL AND settled_how IN ('resolved', 'noted', 'postponed', 'withdrawn')"
            " AND settled_at IS NOT NULL)",
            name="settled_how",
        ),
        CheckConstraint("number IS NULL OR (number >= 1 AND meeting_id IS NOT NULL)", name="number"),
        CheckConstraint("under_id IS NULL OR (under_id <> id AND meeting_id IS NOT NULL)", name="under"),
        partial_index("uq_agenda_item_open", "case_id", "body_id", where="settled_at IS NULL", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    body_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    meeting_id: Mapped[int | None] = mapped_column(BigId, default=None)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), default=None)
    topic: Mapped[str | None] = mapped_column(String(200), default=None)
    why: Mapped[str] = mapped_column(String(10), default="overdue")
    sort: Mapped[ItemSort] = mapped_column(one_of(ItemSort), default=ItemSort.DISCUSSION)
    number: Mapped[int | None] = mapped_column(default=None)
    under_id: Mapped[int | None] = mapped_column(BigId, default=None)
    carried_from_id: Mapped[int | None] = mapped_column(BigId, default=None)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    settled_how: Mapped[SettledHow | None] = mapped_column(one_of(SettledHow), default=None)
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), default=None)


def put_on_agenda(session: Session, case: Case, why: AgendaReason, entry: Entry, body: Unit) -> None:
    """Put the case on the agenda of this body, for the reason `why`, and add the event to `entry`, unwritten.

    A case whose reporter lives under protected identity never comes there: the event added says so, and the desk is
    told. Does nothing when the case is on that agenda already.
    """
    if is_protected(session, case):
        entry.add(CaseKeptOffAgenda(why=why.value))
        return
    if open_item(session, case, body.id) is not None:
        return
    meeting = next_meeting(session, calendar_of(session).day_of(entry.at), body.slug)
    sort = SORT_OF.get(why, ItemSort.DISCUSSION)
    session.add(AgendaItem(body_id=body.id, case_id=case.id, why=why.value, sort=sort, added_at=entry.at))
    entry.add(
        CasePutOnAgenda(
            why=why.value, meeting_on=meeting.held_on.isoformat() if meeting else None,
            body=None if body.slug == FORUM else body.slug, meeting=meeting.id if meeting else None,
        )
    )  # fmt: skip


def choose_for_agenda(session: Session, case: Case, *, by: Actor, at: datetime) -> list[int]:
    """Put the case on the forum's agenda, chosen by the contact person `by`; return the ids of the events written.

    Returns [] when the case is on the agenda already. Raises `NotAllowed` when `by` is not the contact person,
    `ProtectedIdentity` when the reporter lives under protected identity, `LikelyJunk` for what is likely to be junk,
    and `AlreadySettled` when the case is done or has ended.
    """
    if not by.is_contact:
        raise NotAllowed(step="put_on_agenda")
    if is_protected(session, case):
        raise ProtectedIdentity
    if case.junk_since is not None:
        raise LikelyJunk
    if case.state not in OPEN - {State.DONE}:
        raise AlreadySettled
    entry = Entry(case, by=by, at=at)
    put_on_agenda(session, case, AgendaReason.CHOSEN, entry, unit_named(session, FORUM))
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
    item = open_item(session, case, unit_named(session, FORUM).id)
    if item is None or item.why == AgendaReason.WAITS:
        return []
    item.settled_at, item.settled_how = at, SettledHow.WITHDRAWN
    session.flush()
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
    """Take the case off all agendas at the moment `at`; do nothing when it is on none. Writes no event.

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
    if inspect(case).key is None or not is_protected(session, case):
        return
    why = session.scalar(select(AgendaItem.why).where(*NOT_SETTLED).order_by(AgendaItem.id).limit(1), {"case": case.id})
    if why is not None:
        take_off_agenda(session, case, entry.at)
        entry.add(CaseKeptOffAgenda(why=why))


ITEM = table_of(AgendaItem)
NOT_SETTLED = (ITEM.c.case_id == bindparam("case"), ITEM.c.settled_at.is_(None))
SETTLE = update(ITEM).where(*NOT_SETTLED).values(settled_at=bindparam("at"), settled_how=SettledHow.WITHDRAWN)
SETTLE_FOR = SETTLE.where(ITEM.c.why == bindparam("reason"))
COMING = (  # counts from the parameter `day`
    select(func.min(Meeting.held_on))
    .where(Meeting.held_on >= bindparam("day"), Meeting.body_id == ITEM.c.body_id, is_coming())
    .correlate(ITEM)
    .scalar_subquery()
)
NAMED = select(Meeting.held_on).where(Meeting.id == ITEM.c.meeting_id).correlate(ITEM).scalar_subquery()
STANDS = (ITEM.c.case_id == Case.id, ITEM.c.body_id == body_id_of(FORUM), ITEM.c.settled_at.is_(None))
MEETING_ON = func.coalesce(NAMED, COMING)
PLACE_ON_AGENDA = tuple(  # columns of a query of cases, for `place_of`
    select(column).where(*STANDS).correlate(Case).scalar_subquery() for column in (ITEM.c.why, MEETING_ON)
)
OPEN_ITEM = select(AgendaItem).where(*NOT_SETTLED, ITEM.c.body_id == bindparam("body"))


def open_item(session: Session, case: Case, body_id: int) -> AgendaItem | None:
    """Return the open item about the case of the body with this id: there is one at most; None when there is none."""
    if inspect(case).key is None:
        return None  # the case has no row yet
    return session.scalar(OPEN_ITEM, {"case": case.id, "body": body_id})
