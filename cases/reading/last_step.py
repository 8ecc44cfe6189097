"""The last step of a case, which set its present state: its event, and what was said to the person who asked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind
from cases.case import Case
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.public.masking import mask
from cases.reading.visibility import readable_by, takes_part
from cases.states import SETS_STATE, State

OWN_WORDS = frozenset({State.WAITING, State.PARKED, State.DONE, State.CLOSED, State.DECLINED, State.MERGED})
BY_HOLDERS = or_(Event.type != "case.commented", Event.facts["sign_of_life"].as_boolean())  # no group's comments
CONTESTED = "case.contested"
OUTSIDE = (ActorKind.REPORTER, ActorKind.VISITOR)


@dataclass(frozen=True)
class SaidWords:
    """What somebody wrote to those who take part in a case, and when (UTC)."""

    text: str
    at: datetime


@dataclass(frozen=True)
class LastStep:
    """The type of the event that set the present state, who caused it, the unit that sent the case back then, if any.

    `said` are the words that answer the person who asked: in a state that owes them words (such as done or declined)
    those of the step, else the latest of the municipality; None when there are none that the reader may read. After an
    objection the answer that it was about is none: until a new one comes, they are the reader's own words (`is_own`).
    """

    type: str
    by: str
    by_unit: str | None
    said: SaidWords | None
    is_own: bool = False


def last_step_of(session: Session, case: Case, reader: Actor) -> LastStep:
    """Return the last step of the case as the reader may know of it; nothing that is for staff only, whoever reads."""
    of_case = select(Event).where(Event.stream == case.id, Event.type.in_(SETS_STATE)).order_by(Event.seq.desc())
    event = session.scalars(of_case.limit(1)).one()
    said, is_own = _said(session, case, reader, event), False
    if said is None and event.type == CONTESTED and _is_by(reader, event):
        said, is_own = _own_words(session, event), True
    return LastStep(event.type, event.actor, event.facts.get("by_unit"), said, is_own)


def _is_by(reader: Actor, event: Event) -> bool:
    if reader.kind is ActorKind.REPORTER:
        return event.actor == ActorKind.REPORTER
    return reader.person_id is not None and event.person_id == reader.person_id


def _own_words(session: Session, event: Event) -> SaidWords | None:
    note = select(Words.text).where(Words.event_id == event.id, Words.field == "note", Words.text.is_not(None))
    text = session.scalar(note)
    return SaidWords(text, event.at) if text else None


def _said(session: Session, case: Case, reader: Actor, event: Event) -> SaidWords | None:
    words = _notes(case, reader)
    if event.type == CONTESTED:
        words = words.where(Event.seq > event.seq)
    elif case.state is State.CLOSED:
        words = words.where(Event.type.in_(("case.done", "case.closed")))
    elif case.state in OWN_WORDS:
        words = words.where(Event.seq >= event.seq).order_by(None).order_by(Event.seq)
        words = words.where(or_(Event.seq == event.seq, Event.type == "case.commented"))
    row = session.execute(words.limit(1)).first()
    if row is None:
        return None
    return SaidWords(row.text if takes_part(reader, case) else mask(row.text), row.at)


def _notes(case: Case, reader: Actor) -> Select[str | None, datetime]:
    """Return the query of what the municipality wrote in the case, the latest first."""
    readable = [level for level in readable_by(reader, case) if level is not Visibility.INTERNAL]
    written = and_(Words.event_id == Event.id, Words.field == "note", Words.visibility.in_(readable))
    # a group's answer or objection is for those who have the case, and no answer to the person who asked
    own = and_(Event.actor.not_in(OUTSIDE), Event.type.not_in((CONTESTED, "case.answered")))
    return (
        select(Words.text, Event.at)
        .join(Event, written)
        .where(Event.stream == case.id, own, BY_HOLDERS, Words.text.is_not(None), Words.text != "")
        .order_by(Event.seq.desc())
    )
