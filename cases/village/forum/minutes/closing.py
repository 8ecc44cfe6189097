"""Closing a meeting: each item is settled, and it is noted who came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.transactions import calendar_of
from cases.history.event_batches import batch
from cases.history.events import MeetingHeld
from cases.history.journal import Entry
from cases.meetings.agenda_items import SettledHow
from cases.meetings.meeting import Meeting
from cases.public.masking import mask
from cases.refusals import DateOutside, ItemsUnsettled, NotFound, OpenItem
from cases.village.forum.convening.presence import count_present, note_present
from cases.village.forum.finding import (
    MeetingToChange,
    meeting_numbered,
    meeting_to_change,
    refuse_not_at_table,
    require_at_table,
)
from cases.village.forum.meeting_case import ensured_case
from cases.village.forum.minutes.settling import Settling, settle


@dataclass(frozen=True)
class Closing:
    """What is told of a meeting that was held: the mail addresses of who came, and how items are settled.

    `present` is None when that stands as it was saved at the table. `on` is the local day of the closing, None for
    today. A meeting that is not `quorate` takes nothing up: each item that is not settled is postponed.
    """

    present: tuple[str, ...] | None = None
    items: tuple[Settling, ...] = ()
    quorate: bool = True
    on: date | None = None


def close_meeting(session: Session, number: int, closing: Closing, *, by: Actor, at: datetime) -> Meeting:
    """Close the meeting with this number, and return it. All of it is told in one letter to each reader.

    An item that is settled as it stands already is left alone, so that a closing that did not get through can be sent
    again. Raises `NotAllowed`, `NotFound`, `AgendaNotSent`, `MeetingOver`, `DateOutside` before the meeting,
    `ItemsUnsettled` with all that are not settled, and what `settle` raises, with the field of its item.
    """
    require_at_table(session, "close_meeting", by)
    ensured_case(session, meeting_numbered(session, number), by=by, at=at)
    held = meeting_to_change(session, number)
    refuse_not_at_table(held)
    today = calendar_of(session).day_of(at)
    closed_on = closing.on or today
    earliest = max(held.meeting.held_on, held.meeting.agenda_sent_on or held.meeting.held_on)
    if not earliest <= closed_on <= today:
        raise DateOutside(field="on", earliest=earliest, latest=today)
    with batch(session, by, at) as actor:
        for place, settling in enumerate(_to_settle(held, closing)):
            settle(session, held, settling, by=actor, at=at, field=f"items.{place}.words")
        if unsettled := tuple(_unsettled(held)):
            raise ItemsUnsettled(items=unsettled)
        present = _present(session, held.meeting, closing, today)
        held.meeting.closed_on, held.meeting.quorate = closed_on, closing.quorate
        session.flush()
        event = MeetingHeld(
            meeting=number, body=held.body.slug, sort=held.meeting.sort.value, on=held.meeting.held_on.isoformat(),
            items=len(held.items), present=present, quorate=closing.quorate,
        )  # fmt: skip
        entry = Entry(held.home, by=actor, at=at)
        entry.add(event)
        entry.write(session)
    return held.meeting


def _present(session: Session, meeting: Meeting, closing: Closing, today: date) -> int:
    if closing.present is None:
        return count_present(session, meeting)
    return note_present(session, meeting, closing.present, today=today)


def _to_settle(held: MeetingToChange, closing: Closing) -> list[Settling]:
    """Return what is still to be settled, as the closing tells; without a quorum all the rest is postponed."""
    settled = {item.number: item.settled_how for item in held.items if item.settled_at is not None}
    given = {one.number: one for one in closing.items}
    for number in given:
        if not any(item.number == number for item in held.items):
            raise NotFound(ref=str(number))
    told = [one for one in given.values() if settled.get(one.number) is not one.how]
    if closing.quorate:
        return told
    rest = (item.number for item in held.items if item.settled_at is None and item.number not in given)
    return [*told, *(Settling(number, SettledHow.POSTPONED) for number in rest if number is not None)]


def _unsettled(held: MeetingToChange) -> Iterator[OpenItem]:
    for item in held.items:
        if item.settled_at is None:
            case = held.case_of(item)
            yield OpenItem(item.number or 0, mask(case.title) if case is not None else item.topic or "")
