"""The timeline of a case: what happened, who did it, in the words that the reader may see."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from cases.access.actors import Actor
from cases.case import Case
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.organisation.people import Person
from cases.reading.visibility import readable_by


@dataclass(frozen=True)
class TimelineEntry:
    """One line of a timeline: the event, who did it, the officer whom it names, and the words that one may read."""

    event: Event
    by: str | None
    officer: str | None
    words: dict[str, str]


MOST_LINES = 500  # of a timeline
WHO, OFFICER = aliased(Person), aliased(Person)


def timeline(
    session: Session, case: Case, actor: Actor, *, since: int = 0, limit: int = MOST_LINES
) -> list[TimelineEntry]:
    """Give the latest that has happened to a case, in order, with the words that the actor may read. One query.

    A comment of which the actor may not read the words is left out wholly.
    """
    readable = readable_by(actor, case)
    events = select(Event.id).where(Event.stream == case.id, Event.seq > since).order_by(Event.seq.desc()).limit(limit)
    shown = events.subquery()
    spoken = and_(Words.event_id == Event.id, Words.visibility.in_(readable), Words.text.is_not(None))
    rows = session.execute(
        select(Event, WHO.name, OFFICER.name, Words.field, Words.text)
        .join(shown, shown.c.id == Event.id)
        .outerjoin(WHO, WHO.id == Event.person_id)
        .outerjoin(OFFICER, OFFICER.id == Event.facts["officer"].as_integer())
        .outerjoin(Words, spoken)
        .order_by(Event.seq, Words.id)
    )
    found: dict[int, TimelineEntry] = {}
    for event, by, named, said, words in rows:
        told = found.setdefault(event.seq, TimelineEntry(event, by, named, {}))
        told.words.update({said: words} if said and words is not None else {})
    return [told for told in found.values() if not _is_hidden(told.event, readable)]


def _is_hidden(event: Event, readable: tuple[Visibility, ...]) -> bool:
    return event.facts.get("visibility", Visibility.PUBLIC) not in readable
