"""Finding a meeting to change: its row, its case and the cases of its items, locked in one order."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import TO_ACT, Case
from cases.meetings.agenda_items import AgendaItem
from cases.meetings.meeting import Meeting
from cases.organisation.municipality import Municipality
from cases.organisation.units import DESK, Unit
from cases.refusals import AgendaNotSent, MeetingOver, NotAllowed, NotFound
from cases.village.rights import ACTS, Right, may


@dataclass
class MeetingToChange:
    """A meeting that is being changed, with its body, the case by which it is owed, and its items in their order.

    `cases` are those of the items, by id; they and the meeting's own case are locked.
    """

    meeting: Meeting
    body: Unit
    home: Case
    items: list[AgendaItem]
    cases: dict[int, Case]

    def item(self, number: int) -> AgendaItem:
        """Return the item with this number. Raises `NotFound` when there is none."""
        for item in self.items:
            if item.number == number:
                return item
        raise NotFound(ref=str(number))

    def case_of(self, item: AgendaItem) -> Case | None:
        """Return the case of the item; None for a topic without one."""
        return None if item.case_id is None else self.cases[item.case_id]


def meeting_numbered(session: Session, number: int) -> Meeting:
    """Return the meeting with this number. Raises `NotFound` when there is none."""
    meeting = session.get(Meeting, number)
    if meeting is None:
        raise NotFound(ref=str(number))
    return meeting


def may_at_table(session: Session, act: str, by: Actor) -> bool:
    """Return whether the actor may do this act of `cases.village.rights.ACTS`; a query only for other staff."""
    if not by.is_staff:
        return False
    if by.is_contact:
        return Right.CONTACT in ACTS[act]
    return may(act, by, _secretary(session))


def require_at_table(session: Session, act: str, by: Actor) -> None:
    """Raise `NotAllowed` unless the actor may do this act of `cases.village.rights.ACTS`, for the house's secretary."""
    if not may_at_table(session, act, by):
        raise NotAllowed(step=act)


def _secretary(session: Session) -> Unit:
    """Return the unit that the house names as its secretary; the desk when it names none."""
    named = select(Municipality.secretary_id).scalar_subquery()
    units = session.scalars(select(Unit).where((Unit.id == named) | (Unit.slug == DESK))).all()
    return next((unit for unit in units if unit.slug != DESK), units[0])


def meeting_to_change(
    session: Session, number: int, *, also: Collection[int] = (), numbers: Collection[int] | None = None
) -> MeetingToChange:
    """Return the meeting with this number, locked until the transaction ends, with its case and those of its items.

    `also` are ids of other cases to lock, `numbers` those of the only items whose cases are needed (None: all). Cases
    are locked by their id, and the meeting after them. Raises `NotFound`, and `MeetingOver` for one that is adjusted or
    cancelled.
    """
    meeting = meeting_numbered(session, number)
    _refuse_over(meeting)
    on_agenda = select(AgendaItem.case_id).where(AgendaItem.meeting_id == number, AgendaItem.case_id.is_not(None))
    if numbers is not None:
        on_agenda = on_agenda.where(AgendaItem.number.in_(numbers))
    wanted = {*also, *session.scalars(on_agenda), meeting.case_id}
    locked = select(Case).where(Case.id.in_(wanted)).order_by(Case.id).options(*TO_ACT).with_for_update(of=Case)
    cases = {case.id: case for case in session.scalars(locked.execution_options(populate_existing=True))}
    again = select(Meeting).where(Meeting.id == number).with_for_update()
    meeting = session.scalars(again.execution_options(populate_existing=True)).one()
    _refuse_over(meeting)
    if meeting.case_id not in cases:
        raise NotFound(ref=str(number))  # it has no case yet: see `ensured_case`
    items = select(AgendaItem).where(AgendaItem.meeting_id == number)
    of_meeting = session.scalars(
        items.order_by(AgendaItem.number, AgendaItem.id).execution_options(populate_existing=True)
    ).all()
    body = session.get_one(Unit, meeting.body_id)
    return MeetingToChange(meeting, body, cases[meeting.case_id], list(of_meeting), cases)


def _refuse_over(meeting: Meeting) -> None:
    if meeting.adjusted_on is not None:
        raise MeetingOver(how="adjusted")
    if meeting.cancelled_on is not None:
        raise MeetingOver(how="cancelled")


def refuse_closed(meeting: Meeting) -> None:
    """Raise `MeetingOver` when the meeting is closed."""
    if meeting.closed_on is not None:
        raise MeetingOver(how="closed")


def refuse_not_at_table(held: MeetingToChange) -> None:
    """Raise `MeetingOver` when the meeting is closed, and `AgendaNotSent` when its agenda is not sent."""
    refuse_closed(held.meeting)
    if held.meeting.agenda_sent_on is None:
        raise AgendaNotSent
