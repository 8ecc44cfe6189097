"""Choosing the agenda of a meeting: what it takes up, in which order, and what stands under what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.texts import is_storable_line, visible
from cases.database.transactions import calendar_of
from cases.meetings.agenda_items import SORT_OF, AgendaItem, AgendaReason, ItemSort
from cases.meetings.meeting import Meeting
from cases.public.protection import PROTECTED
from cases.refusals import (
    AgendaSent,
    AlreadyThere,
    BadCharacters,
    FieldRefusal,
    LikelyJunk,
    ProtectedIdentity,
    StaleAgenda,
    TooLong,
    UnknownName,
    WordsNeeded,
)
from cases.states import OPEN, State
from cases.village.forum.finding import (
    MeetingToChange,
    meeting_numbered,
    meeting_to_change,
    refuse_closed,
    require_at_table,
)
from cases.village.forum.meeting_case import ensured_case
from cases.village.forum.proposing import proposed_for
from cases.village.forum.telling import tell_untold

MOST_ITEMS = 200
LONGEST_TOPIC = 200  # characters


@dataclass(frozen=True)
class WantedItem:
    """An item that an agenda is to have: the reference of a `case`, or a `topic` without one.

    `number` is the one that the item has on the agenda as it was read, None for one that is new there. `under` is the
    number of another item of the same list: that which its item gives, or else its place, counted from 1. A caller that
    knows the place of that item says it by `under_place` instead, which means no number.
    """

    case: str | None = None
    topic: str | None = None
    sort: ItemSort | None = None
    number: int | None = None
    under: int | None = None
    under_place: int | None = None

    @property
    def is_under(self) -> bool:
        """Whether it stands under another item."""
        return self.under is not None or self.under_place is not None


def put_agenda(
    session: Session, number: int, wanted: Sequence[WantedItem], *, version: int | None = None, by: Actor, at: datetime
) -> Meeting:
    """Let the agenda of the meeting with this number have these items, in this order, and return the meeting.

    What is left out is proposed for the next meeting again; a topic that was only written here is forgotten. Nobody is
    told of a draft. Once the agenda is sent, nothing on it is left out and no number changes: what is new comes last,
    and is told of. Items that are settled stay. `version` is the revision of the agenda that the caller read. Raises
    `NotAllowed`, `NotFound`, `MeetingOver`, `StaleAgenda`, `AgendaSent`, and a `FieldRefusal` that names its item, such
    as "items.2.case".
    """
    require_at_table(session, "put_agenda", by)
    if len(wanted) > MOST_ITEMS:
        raise FieldRefusal(field="items")
    ensured_case(session, meeting_numbered(session, number), by=by, at=at)
    ids = _case_ids(session, wanted)
    held = meeting_to_change(session, number, also=ids.values())
    refuse_closed(held.meeting)
    if version is not None and version != held.meeting.agenda_revision:
        raise StaleAgenda(version=held.meeting.agenda_revision)
    open_there, topics = _open_items(session, held, ids), _topics(session, held)
    chosen = [
        _row_of_case(held, open_there, place, ids[one.case], at) if one.case and one.topic is None
        else _row_of_topic(held, topics, place, one, at)
        for place, one in enumerate(wanted)
    ]  # fmt: skip
    for one, row in zip(wanted, chosen, strict=True):
        row.sort = one.sort if one.sort is not None and row.settled_at is None else row.sort
    _refuse_twice(chosen)
    _leave_out(session, held, chosen)
    _refuse_protected(session, chosen)
    session.add_all(chosen)
    _arrange(session, held, wanted, chosen)
    held.meeting.agenda_revision += 1
    session.flush()
    if held.meeting.agenda_sent_on is not None:
        tell_untold(session, held, chosen, by=by, at=at)
    return held.meeting


def all_proposed(session: Session, meeting: Meeting, at: datetime) -> list[WantedItem]:
    """Return what is proposed for the meeting, as the items of an agenda that nobody has chosen; at most 200."""
    calendar = calendar_of(session)
    found = proposed_for(session, meeting, day=calendar.day_of(at), calendar=calendar)
    ids = [one.case_id for one in found if one.case_id is not None]
    refs = dict(session.execute(select(Case.id, Case.ref).where(Case.id.in_(ids))).all())
    return [WantedItem(case=refs.get(one.case_id or 0), topic=one.topic) for one in found[:MOST_ITEMS]]


def _case_ids(session: Session, wanted: Sequence[WantedItem]) -> dict[str, int]:
    """Return the ids of the cases that are wanted, by reference."""
    refs = {one.case for one in wanted if one.case}
    found: dict[str, int] = dict(session.execute(select(Case.ref, Case.id).where(Case.ref.in_(refs))).all())
    for place, one in enumerate(wanted):
        if one.case and one.case not in found:
            raise UnknownName(field=f"items.{place}.case", name=one.case)
    return found


def _open_items(session: Session, held: MeetingToChange, ids: dict[str, int]) -> dict[int, AgendaItem]:
    """Return the open items of the body about these cases, by case."""
    found = select(AgendaItem).where(
        AgendaItem.body_id == held.body.id, AgendaItem.case_id.in_(ids.values()), AgendaItem.settled_at.is_(None)
    )
    return {item.case_id: item for item in session.scalars(found) if item.case_id is not None}


def _topics(session: Session, held: MeetingToChange) -> list[AgendaItem]:
    """Return the items without a case that are on the agenda, or proposed for it."""
    proposed = select(AgendaItem).where(
        AgendaItem.body_id == held.body.id, AgendaItem.topic.is_not(None), AgendaItem.settled_at.is_(None),
        AgendaItem.meeting_id.is_(None),
    )  # fmt: skip
    return [*(item for item in held.items if item.topic is not None), *session.scalars(proposed)]


def _row_of_case(
    held: MeetingToChange, there: dict[int, AgendaItem], place: int, case_id: int, at: datetime
) -> AgendaItem:
    settled = next((item for item in held.items if item.case_id == case_id and item.settled_at is not None), None)
    row = there.get(case_id)
    if row is None and settled is not None:
        return settled
    if row is None:
        case = held.cases[case_id]
        if case.junk_since is not None:
            raise LikelyJunk
        if case.state not in OPEN - {State.DONE}:
            raise FieldRefusal(field=f"items.{place}.case")
        why = AgendaReason.CHOSEN
        if case.state is State.PARKED:
            why = AgendaReason.PARKED
        elif case.waiting_unit_id == held.body.id:
            why = AgendaReason.WAITS
        sort = SORT_OF.get(why, ItemSort.DISCUSSION)
        return AgendaItem(body_id=held.body.id, case_id=case_id, why=why.value, sort=sort, added_at=at)
    if row.meeting_id not in {None, held.meeting.id}:
        raise AlreadyThere(field=f"items.{place}.case", name=held.cases[case_id].ref)
    return row


def _row_of_topic(
    held: MeetingToChange, topics: list[AgendaItem], place: int, one: WantedItem, at: datetime
) -> AgendaItem:
    topic = visible(one.topic or "")
    if not topic or one.case:
        raise WordsNeeded(field=f"items.{place}.topic", step="put_agenda")
    if len(topic) > LONGEST_TOPIC:
        raise TooLong(field=f"items.{place}.topic", most=LONGEST_TOPIC)
    if not is_storable_line(topic):
        raise BadCharacters(field=f"items.{place}.topic")
    row = next((item for item in topics if item.number is not None and item.number == one.number), None)
    row = row or next((item for item in topics if item.topic == topic), None)
    if row is None:
        return AgendaItem(body_id=held.body.id, topic=topic, why=AgendaReason.CHOSEN.value, added_at=at)
    if row.settled_at is None:
        row.topic = topic
    return row


def _refuse_twice(chosen: Sequence[AgendaItem]) -> None:
    seen: set[int] = set()
    for place, row in enumerate(chosen):
        key = row.case_id if row.case_id is not None else -id(row)
        if key in seen:
            raise AlreadyThere(field=f"items.{place}.case", name=str(place + 1))
        seen.add(key)


def _refuse_protected(session: Session, chosen: Sequence[AgendaItem]) -> None:
    ids = [row.case_id for row in chosen if row.case_id is not None and row.settled_at is None]
    protected = set(session.scalars(select(Case.id).where(Case.id.in_(ids), PROTECTED)))
    for place, row in enumerate(chosen):
        if row.case_id in protected:
            raise ProtectedIdentity(field=f"items.{place}.case")


def _leave_out(session: Session, held: MeetingToChange, chosen: Sequence[AgendaItem]) -> None:
    """Take off the agenda what is not wanted: a topic that was only written here goes, the rest is proposed again."""
    left = [item for item in held.items if item.settled_at is None and item not in chosen]
    if left and held.meeting.agenda_sent_on is not None:
        raise AgendaSent
    session.execute(update(AgendaItem).where(AgendaItem.meeting_id == held.meeting.id).values(under_id=None))
    for item in held.items:
        item.under_id = None
    for item in left:
        if item.case_id is None and item.carried_from_id is None:
            session.delete(item)
        else:
            item.meeting_id = item.number = None
    session.flush()


def _arrange(
    session: Session, held: MeetingToChange, wanted: Sequence[WantedItem], chosen: Sequence[AgendaItem]
) -> None:
    """Number the items: anew until the agenda is sent, and then only what is new; set what stands under what."""
    settled = [item for item in held.items if item.settled_at is not None and item not in chosen]
    ordered = (
        [*settled, *chosen]
        if held.meeting.agenda_sent_on is None
        else [
            *sorted((item for item in held.items if item.number is not None), key=lambda item: item.number or 0),
            *(item for item in chosen if item not in held.items),
        ]
    )
    if held.meeting.agenda_sent_on is None:
        there = AgendaItem.meeting_id == held.meeting.id
        session.execute(update(AgendaItem).where(there).values(number=None))
        for item in held.items:
            session.expire(item, ["number"]) if item in session else None
    first = 1
    for item in ordered:
        if held.meeting.agenda_sent_on is not None and item.number is not None and item.meeting_id is not None:
            first = item.number + 1
            continue
        item.meeting_id, item.number = held.meeting.id, first
        first += 1
    session.flush()
    _set_under(wanted, chosen)
    session.flush()


def _set_under(wanted: Sequence[WantedItem], chosen: Sequence[AgendaItem]) -> None:
    by_number = {one.number: place for place, one in enumerate(wanted) if one.number is not None}
    for place, one in enumerate(wanted):
        if one.under_place is not None:
            above = one.under_place - 1
        elif one.under is not None:
            above = by_number.get(one.under, one.under - 1)
        else:
            continue
        if not 0 <= above < len(chosen) or above == place or wanted[above].is_under:
            raise FieldRefusal(field=f"items.{place}.under")
        chosen[place].under_id = chosen[above].id
