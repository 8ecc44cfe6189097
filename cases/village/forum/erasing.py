"""Erasing what meetings say of people, when words of a meeting's own case are erased by a decision."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.tables.idempotency_keys import forget_answers_that_say
from cases.database.tables.sent_forms import forget_forms_under
from cases.history.events import CaseSettledOnAgenda, MeetingCalled, MeetingMoved
from cases.history.journal import Event
from cases.meetings.agenda_items import AgendaItem
from cases.meetings.meeting import Meeting
from cases.reporters.erasing import ERASED, WordsGoing

OF_MEETING = ("name", "where", "theme")
FIRST = 1  # the number of the event by which a case was received


@dataclass(frozen=True)
class MeetingText:
    """A text in the `column` of a meeting or an item; the events with the numbers `seqs` in the case brought it."""

    record: Meeting | AgendaItem
    column: str
    text: str
    seqs: frozenset[int]


def texts_to_erase(session: Session, case: Case, going: WordsGoing) -> list[MeetingText]:
    """Return the texts of the meeting of this case that go with these words; none when it is the case of no meeting.

    Each goes that came with one of their events or says the same as they, and a topic also where it was carried over
    to; when no words of the case are left, all of them.
    """
    meeting = session.scalar(select(Meeting).where(Meeting.case_id == case.id).with_for_update())
    if meeting is None:
        return []
    found = [
        text
        for text in (*_of_meeting(session, meeting), *_of_topics(session, meeting))
        if going.are_last or text.text in going.said or text.seqs & going.event_seqs
    ]
    topics = {text.text for text in found if isinstance(text.record, AgendaItem)}
    return [*found, *_carried(session, meeting, topics)]


def erase_in_meetings(session: Session, texts: Sequence[MeetingText], event_id: int) -> None:
    """Erase these texts, and what is kept of them besides, by the event with this id."""
    if not texts:
        return
    for text in texts:
        setattr(text.record, text.column, ERASED)
        text.record.erased_by_id = event_id
    session.flush()
    forget_answers_that_say(session, {text.text for text in texts})
    numbers = {text.record.id if isinstance(text.record, Meeting) else text.record.meeting_id for text in texts}
    for number in numbers - {None}:
        forget_forms_under(session, f"/forum/{number}/")


def _of_meeting(session: Session, meeting: Meeting) -> Iterator[MeetingText]:
    called = (MeetingCalled.type, MeetingMoved.type)
    found = select(Event.seq).where(Event.stream == meeting.case_id, Event.type.in_(called))
    seqs = frozenset((FIRST, *session.scalars(found)))
    for column in OF_MEETING:
        if (text := getattr(meeting, column)) and text != ERASED:
            yield MeetingText(meeting, column, text, seqs)


def _of_topics(session: Session, meeting: Meeting) -> Iterator[MeetingText]:
    settled: dict[int, set[int]] = {}
    found = select(Event.facts, Event.seq).where(Event.stream == meeting.case_id)
    for facts, seq in session.execute(found.where(Event.type == CaseSettledOnAgenda.type)):
        settled.setdefault(facts["item"], set()).add(seq)
    items = select(AgendaItem).where(AgendaItem.meeting_id == meeting.id, AgendaItem.topic.is_not(None))
    for item in session.scalars(items.order_by(AgendaItem.id)):
        if item.topic and item.topic != ERASED:
            yield MeetingText(item, "topic", item.topic, frozenset(settled.get(item.number or 0, ())))


def _carried(session: Session, meeting: Meeting, topics: Collection[str]) -> Iterator[MeetingText]:
    """Yield these topics where they stand on other agendas of the body, or are proposed for its next one."""
    others = AgendaItem.meeting_id.is_distinct_from(meeting.id)
    found = select(AgendaItem).where(AgendaItem.body_id == meeting.body_id, AgendaItem.topic.in_(topics), others)
    for item in session.scalars(found.order_by(AgendaItem.id)):
        yield MeetingText(item, "topic", item.topic or "", frozenset())
