"""Settling an item at the table: noted, postponed to the next meeting, withdrawn, or resolved by a recommendation.

Each item is saved as it is settled. A case that waited for the body is answered in the same act, with the words. Until
the minutes are adjusted, what was settled wrongly is put right: the item tells how it stands, its events both.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT, Case
from cases.database.texts import visible
from cases.database.transactions import calendar_of
from cases.history.event_batches import batch
from cases.history.events import CaseSettledOnAgenda, DomainEvent
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.meetings.agenda_items import AgendaItem, AgendaReason, SettledHow
from cases.progress import Change, change_state
from cases.refusals import FieldRefusal, ItemSettled, MeetingAhead, TooLong, WordsNeeded
from cases.states import State
from cases.village.forum.finding import (
    MeetingToChange,
    meeting_numbered,
    meeting_to_change,
    refuse_not_at_table,
    require_at_table,
)
from cases.village.forum.meeting_case import Records, ensured_case, wait_on
from cases.village.rights import as_desk_alone

AT_TABLE = frozenset({SettledHow.NOTED, SettledHow.POSTPONED, SettledHow.WITHDRAWN})
BOARD_NOTED = "{body} har tagit del av ärendet."  # what an answer says when nobody says anything else
BOARD_RECOMMENDED = "{body} har sagt sitt om ärendet."  # what it says beside a recommendation, which has the words


@dataclass(frozen=True)
class Settling:
    """How the item with this `number` is settled; why it is withdrawn is said in `words`.

    `corrects`: it was settled before, and that was wrong. See `cases.village.forum.minutes.correcting`.
    """

    number: int
    how: SettledHow
    words: str = ""
    corrects: bool = False


def settle_item(session: Session, meeting: int, settling: Settling, *, by: Actor, at: datetime) -> list[int]:
    """Settle one item of the meeting with the number `meeting`; return the ids of the events written.

    Before the day of the meeting it can be withdrawn alone. Raises `NotAllowed`, `NotFound`, `AgendaNotSent`,
    `MeetingOver`, `MeetingAhead`, `ItemSettled`, `WordsNeeded`, `TooLong`, and `FieldRefusal` for one that is resolved
    without a resolution.
    """
    require_at_table(session, "settle_item", by)
    held = meeting_at_table(session, meeting, settling.number, by=by, at=at)
    with batch(session, by, at) as actor:
        return settle(session, held, settling, by=actor, at=at)


def meeting_at_table(session: Session, meeting: int, *numbers: int, by: Actor, at: datetime) -> MeetingToChange:
    """Return the meeting, locked with the cases of these items, when its items can be settled.

    Raises `NotFound`, `AgendaNotSent` and `MeetingOver`.
    """
    ensured_case(session, meeting_numbered(session, meeting), by=by, at=at)
    held = meeting_to_change(session, meeting, numbers=numbers)
    refuse_not_at_table(held)
    return held


def refuse_ahead(session: Session, held: MeetingToChange, at: datetime) -> None:
    """Raise `MeetingAhead` until the local day of the meeting."""
    if calendar_of(session).day_of(at) < held.meeting.held_on:
        raise MeetingAhead(on=held.meeting.held_on)


def settle(
    session: Session, held: MeetingToChange, settling: Settling, *, by: Actor, at: datetime, field: str = "words"
) -> list[int]:
    """Settle the item in a meeting that the caller has locked; return the ids of the events written.

    `field` is the field of the request that a refusal of the words names.
    """
    item, words = held.item(settling.number), checked_words(settling, field)
    if settling.how is not SettledHow.WITHDRAWN:
        refuse_ahead(session, held, at)
    return write_settled(session, held, item, settling.how, words, (), by=by, at=at)


def checked_words(settling: Settling, field: str) -> str:
    """Return the words of the settling as they are kept. Raises as `settle` does."""
    words = visible(settling.words)
    if settling.how not in AT_TABLE:
        raise FieldRefusal(field=field.replace("words", "how"))
    if settling.how is SettledHow.WITHDRAWN and not words:
        raise WordsNeeded(field=field, step="settle_item")
    if len(words) > LONGEST_TEXT:
        raise TooLong(field=field, most=LONGEST_TEXT)
    return words


def write_settled(
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
    """Settle this item, with the events `besides` after that of the settling; return the ids of all events written.

    Raises `ItemSettled`.
    """
    if item.settled_at is not None:
        raise ItemSettled(number=item.number or 0)
    item.settled_at, item.settled_how = at, how
    session.flush()
    if how is SettledHow.POSTPONED:
        carry_over(session, item, at)
    return tell_settled(session, held, item, words, besides, corrects=None, by=by, at=at)


def tell_settled(
    session: Session,
    held: MeetingToChange,
    item: AgendaItem,
    words: str,
    besides: Records,
    *,
    corrects: bool | None,
    by: Actor,
    at: datetime,
) -> list[int]:
    """Write how the item is settled now, and answer the case that waited for the body; return the ids of the events.

    `corrects` is True when this puts right what was written before, else None.
    """
    how = SettledHow(item.settled_how or "")
    event = CaseSettledOnAgenda(
        meeting=held.meeting.id, body=held.body.slug, on=held.meeting.held_on.isoformat(), item=item.number or 0,
        how=how.value, corrects=corrects,
    )  # fmt: skip
    case = held.case_of(item)
    if case is not None and case.state is State.WAITING and case.waiting_unit_id == held.body.id:
        return _answer(session, held, case, how, words, (_with_words(event, words), *besides), by=by, at=at)
    entry = Entry(case or held.home, by=by, at=at)
    for record, spoken in (_with_words(event, words), *besides):
        entry.add(record, *spoken)
    return entry.write(session)


def _answer(
    session: Session,
    held: MeetingToChange,
    case: Case,
    how: SettledHow,
    words: str,
    records: Records,
    *,
    by: Actor,
    at: datetime,
) -> list[int]:
    """Answer a case that waited for the body, in the same act as its item is settled; one postponed waits on."""
    if how is SettledHow.POSTPONED:
        return wait_on(session, case, held.body.slug, by=by, at=at, beyond=held.meeting, records=records)
    says = BOARD_RECOMMENDED if how is SettledHow.RESOLVED else BOARD_NOTED
    note, (settled, _), besides = words or says.format(body=held.body.name), records[0], records[1:]
    change = Change(case.waiting_from or State.ASSIGNED, step="answer", note=note, records=((settled, ()), *besides))
    return change_state(session, case, change, by=as_desk_alone(by), at=at)


def _with_words(event: DomainEvent, words: str) -> tuple[DomainEvent, tuple[SpokenWords, ...]]:
    return event, (SpokenWords("note", words, Visibility.PUBLIC),) if words else ()


def carry_over(session: Session, item: AgendaItem, at: datetime) -> None:
    """Propose the postponed item for the body's next meeting: once, which the database holds."""
    session.add(
        AgendaItem(
            body_id=item.body_id, case_id=item.case_id, topic=item.topic, why=AgendaReason.CARRIED.value,
            sort=item.sort, carried_from_id=item.id, added_at=at,
        )
    )  # fmt: skip
    session.flush()
