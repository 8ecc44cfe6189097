"""Correcting an item that was settled wrongly, until the minutes are adjusted.

The item tells how it stands now; its events tell both. What follows from the wrong settling is undone as far as nobody
has built on it: an item that was not postponed after all is no longer proposed for the next meeting.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from cases.access.actors import Actor
from cases.meetings.agenda_items import AgendaItem, SettledHow, open_item
from cases.meetings.resolution import Resolution
from cases.refusals import AgendaNotSent, ItemOpen, ItemTakenUp
from cases.village.forum.finding import MeetingToChange, meeting_numbered, meeting_to_change
from cases.village.forum.meeting_case import Records, ensured_case
from cases.village.forum.minutes.settling import carry_over, tell_settled


def meeting_to_correct(session: Session, number: int, item: int, *, by: Actor, at: datetime) -> MeetingToChange:
    """Return the meeting with this number, locked with the case of this item, which is settled.

    Raises `NotFound`, `AgendaNotSent`, `ItemOpen`, and `MeetingOver` when the minutes are adjusted.
    """
    ensured_case(session, meeting_numbered(session, number), by=by, at=at)
    held = meeting_to_change(session, number, numbers=(item,))
    if held.meeting.agenda_sent_on is None:
        raise AgendaNotSent
    if held.item(item).settled_at is None:
        raise ItemOpen(number=item)
    return held


def standing_resolution(session: Session, item: AgendaItem) -> Resolution | None:
    """Return the recommendation about this item that no other has replaced; None when there is none."""
    other = aliased(Resolution)
    stands = ~select(other.id).where(other.replaces_id == Resolution.id).exists()
    found = select(Resolution).where(Resolution.agenda_item_id == item.id, Resolution.decides.is_(None), stands)
    return session.scalars(found.order_by(Resolution.id.desc()).limit(1)).first()


def settle_anew(
    session: Session,
    held: MeetingToChange,
    item: AgendaItem,
    how: SettledHow,
    words: str,
    besides: Records,
    *,
    by: Actor,
    at: datetime,
) -> list[int]:
    """Let a settled item be settled so instead, with the events `besides` after that; return the ids of all events.

    Raises `ItemTakenUp` when what was postponed from it stands on another agenda already.
    """
    was, item.settled_how = item.settled_how, how
    if was is SettledHow.POSTPONED and how is not SettledHow.POSTPONED:
        _leave_next(session, item)
    session.flush()
    if how is SettledHow.POSTPONED and was is not SettledHow.POSTPONED:
        case = held.case_of(item)
        if case is None or open_item(session, case, item.body_id) is None:
            carry_over(session, item, at)
    return tell_settled(session, held, item, words, besides, corrects=True, by=by, at=at)


def _leave_next(session: Session, item: AgendaItem) -> None:
    carried = session.scalars(select(AgendaItem).where(AgendaItem.carried_from_id == item.id)).first()
    if carried is None:
        return
    if carried.meeting_id is not None or carried.settled_at is not None:
        raise ItemTakenUp(number=item.number or 0)
    session.delete(carried)
