"""The timeline of a case: its events, who caused them, and the texts that the reader may see."""

from dataclasses import dataclass, replace

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from cases.access.actors import Actor
from cases.case import Case
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.public.masking import mask
from cases.reading.event_readers import may_read_event
from cases.reading.visibility import readable_by, takes_part


@dataclass(frozen=True)
class TimelineEntry:
    """One event in a timeline. `words` holds those of its texts that the reader may see, by field such as "note".

    `by` is the name of the person who caused the event, `unit` that of the unit by whose shared mailbox it was caused,
    `officer` that of the officer whom the event names; None if nobody. `only_staff` says that nobody but staff may read
    the event, or what was said with it.
    """

    event: Event
    by: str | None
    officer: str | None
    words: dict[str, str]
    only_staff: bool
    unit: str | None = None


MOST_LINES = 500
AFTER_ALL = 2**31 - 1  # above every number in a case
AUTHOR, OFFICER, MAILBOX = aliased(Person), aliased(Person), aliased(Unit)


def timeline(
    session: Session, case: Case, actor: Actor, *, since: int = 0, before: int = AFTER_ALL
) -> list[TimelineEntry]:
    """Return the latest events of a case, the oldest of them first, as the actor may see them. One query.

    Only events whose number in the case (`Event.seq`) is above `since` and below `before` are returned, at most 500.
    Events that the actor may not read are left out (`event_readers`); others are there, but without texts that they may
    not see. Somebody who only reads the case on the forum's agenda gets masked texts and no names.
    """
    last = min(before - 1, case.version)
    return _between(session, case, actor, (max(since, last - MOST_LINES), last))


def first_of_timeline(session: Session, case: Case, actor: Actor, *, since: int, limit: int) -> list[TimelineEntry]:
    """Return the events of a case after the number `since`, oldest first, of at most `limit` numbers. One query.

    What the actor may not see is left out as in `timeline`.
    """
    return _between(session, case, actor, (since, since + limit))


def _between(session: Session, case: Case, actor: Actor, numbers: tuple[int, int]) -> list[TimelineEntry]:
    """Return the events above the first number, up to the second: numbers in a case have no gaps."""
    readable, (above, last) = readable_by(actor, case), numbers
    readable_words = and_(Words.event_id == Event.id, Words.visibility.in_(readable), Words.text.is_not(None))
    rows = session.execute(
        select(Event, AUTHOR.name, MAILBOX.name, OFFICER.name, Words.field, Words.text, Words.visibility)
        .where(Event.stream == case.id, Event.seq > above, Event.seq <= last)
        .outerjoin(AUTHOR, AUTHOR.id == Event.person_id)
        .outerjoin(MAILBOX, MAILBOX.id == Event.unit_id)
        .outerjoin(OFFICER, OFFICER.id == Event.facts["officer"].as_integer())
        .outerjoin(Words, readable_words)
        .order_by(Event.seq, Words.id)
    )
    found: dict[int, TimelineEntry] = {}
    for event, by, unit, officer, field, text, visibility in rows:
        internal = Visibility.INTERNAL in (event.facts.get("visibility"), visibility)
        entry = found.get(event.seq) or TimelineEntry(event, by, officer, {}, internal, unit)
        entry.words.update({field: text} if field and text is not None else {})
        found[event.seq] = replace(entry, only_staff=entry.only_staff or internal)
    shown = [entry for entry in found.values() if may_read_event(actor, case, entry.event.type, entry.event.facts)]
    return shown if takes_part(actor, case) else _for_the_forum(shown)


def _for_the_forum(entries: list[TimelineEntry]) -> list[TimelineEntry]:
    return [
        replace(
            entry, by=None, officer=None, unit=None, words={name: mask(words) for name, words in entry.words.items()}
        )
        for entry in entries
    ]
