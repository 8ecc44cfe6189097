"""Telling of what is put on an agenda: nothing while that is a draft, and once it is sent, of each case, once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.event_batches import batch
from cases.history.events import CasePutOnAgenda
from cases.history.journal import Entry, Event, insert_entries
from cases.meetings.agenda_items import AgendaItem
from cases.organisation.units import FORUM
from cases.public.protection import PROTECTED
from cases.village.forum.finding import MeetingToChange


def tell_untold(
    session: Session, held: MeetingToChange, items: Iterable[AgendaItem], *, by: Actor, at: datetime
) -> None:
    """Write in each case of these items that it was put on the agenda, which is sent, unless that was told before.

    The ladder, the contact person or the waiting has told it when they put it there, and the meeting before when it
    postponed it. The cases are locked. Nothing is told of a case under protected identity.
    """
    untold = _untold(session, held, [item for item in items if item.settled_at is None])
    if not untold:
        return
    with batch(session, by, at) as actor:
        insert_entries(session, [_entry(held, item, case, by=actor, at=at) for item, case in untold])


def _entry(held: MeetingToChange, item: AgendaItem, case: Case, *, by: Actor, at: datetime) -> Entry:
    entry, body = Entry(case, by=by, at=at), held.body.slug
    meeting = held.meeting
    entry.add(
        CasePutOnAgenda(
            why=item.why, meeting_on=meeting.held_on.isoformat(), body=None if body == FORUM else body,
            meeting=meeting.id,
        )
    )  # fmt: skip
    return entry


def _untold(session: Session, held: MeetingToChange, items: Sequence[AgendaItem]) -> list[tuple[AgendaItem, Case]]:
    """Return the items of which no event has told since they are there, each with its case."""
    new = {item.case_id: item for item in items if item.case_id is not None and item.carried_from_id is None}
    told = select(Event.stream, Event.at, Event.facts).where(Event.type == CasePutOnAgenda.type, Event.stream.in_(new))
    for stream, told_at, facts in session.execute(told).all():
        of_body = facts.get("body", FORUM) == held.body.slug
        if of_body and stream in new and told_at >= new[stream].added_at:
            del new[stream]
    protected = set(session.scalars(select(Case.id).where(Case.id.in_(new), PROTECTED)))
    return [(item, held.cases[case_id]) for case_id, item in new.items() if case_id not in protected]
