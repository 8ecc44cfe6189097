"""Meetings of bodies: the table, and which of them is a body's next."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.case import Case
from cases.database.base import Base, BigId, UtcDateTime, one_of
from cases.history.journal import Event
from cases.organisation.units import FORUM, MEET, Unit, unit_named
from cases.refusals import AlreadyThere, CannotMeet


class MeetingSort(StrEnum):
    """The sorts of meeting. What waits for a body comes on the agenda of its ordinary meetings only."""

    ORDINARY = "ordinary"
    THEME = "theme"
    STORTING = "storting"
    WORKING = "working"


IN_ORDER = (
    "(closed_on IS NULL OR (agenda_sent_on IS NOT NULL AND agenda_sent_on <= closed_on AND held_on <= closed_on))"
    " AND (adjusted_on IS NULL OR (closed_on IS NOT NULL AND closed_on <= adjusted_on))"
)


class Meeting(Base):
    """One row of the table meeting: a meeting of a body (`body_id`), held on the local day `held_on`.

    Its days say how far it has come: its agenda was sent, it was closed with each item settled, its minutes were
    adjusted; from then on triggers of the database refuse every change. A meeting that was `cancelled_on` a day comes
    to nothing. `case_id` is the case by which its agenda and minutes are owed; a meeting of before has none.
    `agenda_revision` counts how often its agenda was saved, `quorate` says whether enough came, once it is closed.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("body_id", "held_on", "name"),
        UniqueConstraint("id", "body_id"),
        UniqueConstraint("case_id"),
        CheckConstraint("sort IN ('ordinary', 'theme', 'storting', 'working')", name="sort"),
        CheckConstraint(IN_ORDER, name="in_order"),
        CheckConstraint("cancelled_on IS NULL OR closed_on IS NULL", name="cancelled"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    body_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    sort: Mapped[MeetingSort] = mapped_column(one_of(MeetingSort), default=MeetingSort.ORDINARY)
    held_on: Mapped[date]
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    name: Mapped[str] = mapped_column(String(200))
    where: Mapped[str | None] = mapped_column(String(200), default=None)
    theme: Mapped[str | None] = mapped_column(String(500), default=None)
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), default=None)
    agenda_revision: Mapped[int] = mapped_column(default=0)
    agenda_sent_on: Mapped[date | None] = mapped_column(default=None)
    closed_on: Mapped[date | None] = mapped_column(default=None)
    adjusted_on: Mapped[date | None] = mapped_column(default=None)
    cancelled_on: Mapped[date | None] = mapped_column(default=None)
    quorate: Mapped[bool | None] = mapped_column(default=None)
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey(Event.id), default=None)

    @property
    def is_owed(self) -> bool:
        """Whether its agenda or its minutes are owed still."""
        return self.adjusted_on is None and self.cancelled_on is None


def body_id_of(slug: str) -> ColumnElement[int]:
    """Return the SQL expression for the id of the unit with this slug."""
    return select(Unit.id).where(Unit.slug == slug).scalar_subquery()


def is_coming() -> ColumnElement[bool]:
    """Return the condition that a meeting takes up what is put on its body's agenda, if its day is not past."""
    return and_(Meeting.sort == MeetingSort.ORDINARY, Meeting.cancelled_on.is_(None), Meeting.closed_on.is_(None))


MOST_COMING = 40
NEXT: Select[Meeting] = (
    select(Meeting)
    .join(Unit, Unit.id == Meeting.body_id)
    .where(Unit.slug == bindparam("body"), Meeting.held_on >= bindparam("day"), is_coming())
    .order_by(Meeting.held_on, Meeting.starts_at, Meeting.id)
    .limit(1)
)


def next_meeting(session: Session, day: date, body: str = FORUM) -> Meeting | None:
    """Return the body's first ordinary meeting on this local day or after it; None when none is planned.

    `body` is the slug of the unit. A meeting that is closed or cancelled is not the next one.
    """
    return session.scalars(NEXT, {"body": body, "day": day}).first()


def coming_meetings(session: Session, day: date, body: str) -> list[Meeting]:
    """Return the body's ordinary meetings on this local day and after it, the next one first; see `next_meeting`."""
    return list(session.scalars(NEXT.limit(MOST_COMING), {"body": body, "day": day}))


def latest_meetings(session: Session, most: int, body: str = FORUM) -> list[Meeting]:
    """Return at most `most` meetings of the body that were not cancelled, the latest day first."""
    found = select(Meeting).where(Meeting.body_id == body_id_of(body), Meeting.cancelled_on.is_(None))
    return list(session.scalars(found.order_by(Meeting.held_on.desc(), Meeting.id.desc()).limit(most)))


@dataclass(frozen=True)
class MeetingPlan:
    """What is planned of a meeting: its local day, name and place; `body` is the slug of the unit that meets.

    `starts_at` is the moment at which it begins (UTC), None when that is not known.
    """

    held_on: date
    name: str
    where: str | None = None
    body: str = FORUM
    sort: MeetingSort = MeetingSort.ORDINARY
    starts_at: datetime | None = None
    theme: str | None = None


def plan_meeting(session: Session, plan: MeetingPlan) -> Meeting:
    """Add the meeting and return it. Nobody is told: see `cases.village.forum.convening.calling`.

    Raises `UnknownName` when no active unit is called `body`, `CannotMeet` when it is no body that meets, and
    `AlreadyThere` when that body has a meeting of the same name on the same local day.
    """
    body = unit_named(session, plan.body, field="body")
    if body.kind not in MEET:
        raise CannotMeet(field="body", name=plan.body)
    given = {name: value for name, value in vars(plan).items() if name != "body"}
    meeting = Meeting(body_id=body.id, **given)
    session.add(meeting)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise AlreadyThere(field="name", name=plan.name) from None
    return meeting
