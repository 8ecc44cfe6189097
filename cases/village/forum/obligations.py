"""What meetings owe: a body with a rhythm has a coming meeting, each meeting its agenda, and then its minutes."""

from datetime import date, timedelta

from sqlalchemy import Select, String, and_, cast, func, literal, null, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.meetings.meeting import Meeting, is_coming
from cases.organisation.municipality import Municipality
from cases.organisation.units import DESK, Unit
from cases.states import Kind
from cases.village.owing import Obligation, Owed, is_not_owed

NEXT_PLANNED = timedelta(days=30)
AGENDA_BEFORE = timedelta(days=28)
TITLE = "Dagordning och protokoll: {name}"
SUBJECT = cast(Meeting.id, String)
LOOKED_ON = select(func.coalesce(Municipality.obligations_on, literal(date.min))).scalar_subquery()
SECRETARY = (  # who owes minutes: the unit that the house names, if it may hold cases
    select(Unit.slug).join(Municipality, Municipality.secretary_id == Unit.id).where(Unit.holds_cases).scalar_subquery()
)
ADJUST_DAYS = select(Municipality.adjust_days).scalar_subquery()


def planned_by(_: Owed, today: date) -> date:
    """Return the day by which a body's next ordinary meeting is called: in 30 days."""
    return today + NEXT_PLANNED


def agenda_by(owed: Owed, today: date) -> date:
    """Return the day by which the agenda is sent: 28 days before the meeting (`since`), at the earliest today."""
    return max((owed.since or today) - AGENDA_BEFORE, today)


def minutes_by(owed: Owed, today: date) -> date:
    """Return the day by which the minutes are adjusted: as many days after the meeting as the house says, or today."""
    return max((owed.since or today) + timedelta(days=owed.most_days or 0), today)


def _meetings_owing() -> Select[Meeting]:
    """Return a statement that selects the meetings for which neither agenda nor minutes are owed, and ought to be."""
    owed = and_(Meeting.adjusted_on.is_(None), Meeting.cancelled_on.is_(None))
    none_open = and_(is_not_owed("agenda", SUBJECT), is_not_owed("minutes", SUBJECT))
    return select(Meeting).where(owed, none_open).order_by(Meeting.id)


def _name_the_case(session: Session, owed: Owed, case: Case) -> None:
    meeting = session.get_one(Meeting, int(owed.subject))
    session.flush()
    meeting.case_id = case.id
    session.flush()


MEETING = Obligation(
    name="meeting",
    kind=Kind.DUTY,
    title="Nästa möte: {name}",
    missing=select(
        Unit.slug.label("subject"), literal(DESK).label("holder"), Unit.name.label("name"), null().label("since"),
        Unit.id.label("number"),
    )
    .where(Unit.meets.is_not(None), Unit.active, is_not_owed("meeting", Unit.slug))
    .where(~select(Meeting.id).where(Meeting.body_id == Unit.id, Meeting.held_on >= LOOKED_ON, is_coming()).exists())
    .order_by(Unit.id),
    due=planned_by,
    fulfilled_by="call_meeting",
)  # fmt: skip

AGENDA = Obligation(
    name="agenda",
    kind=Kind.DUTY,
    title=TITLE,
    missing=_meetings_owing()
    .with_only_columns(
        SUBJECT.label("subject"), literal(DESK).label("holder"), Meeting.name.label("name"),
        Meeting.held_on.label("since"), Meeting.id.label("number"),
    )
    .where(Meeting.agenda_sent_on.is_(None)),
    due=agenda_by,
    fulfilled_by="send_agenda",
    begins=_name_the_case,
)  # fmt: skip

MINUTES = Obligation(
    name="minutes",
    kind=Kind.DUTY,
    title=TITLE,
    missing=_meetings_owing()
    .with_only_columns(
        SUBJECT.label("subject"), func.coalesce(SECRETARY, DESK).label("holder"), Meeting.name.label("name"),
        Meeting.held_on.label("since"), Meeting.id.label("number"), ADJUST_DAYS.label("most_days"),
    )
    .where(Meeting.agenda_sent_on.is_not(None)),
    due=minutes_by,
    fulfilled_by="adjust_minutes",
    begins=_name_the_case,
)  # fmt: skip


def owed_of(session: Session, meeting: Meeting) -> Owed:
    """Return what the meeting owes now, its agenda or its minutes, with the unit that owes it; one query."""
    row = session.execute(select(func.coalesce(SECRETARY, DESK), ADJUST_DAYS)).one()
    holder, adjust_days = row
    sent = meeting.agenda_sent_on is not None
    return Owed(
        subject=str(meeting.id), holder=holder if sent else DESK, name=meeting.name, since=meeting.held_on,
        number=meeting.id, most_days=adjust_days if sent else None,
    )  # fmt: skip


def owed_by_meeting(meeting: Meeting) -> Obligation:
    """Return the obligation that the meeting's case has now: its agenda until that is sent, then its minutes."""
    return AGENDA if meeting.agenda_sent_on is None else MINUTES
