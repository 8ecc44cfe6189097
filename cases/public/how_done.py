"""When and by whom a published case was done, as whoever said so told it: with personal data masked."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.public.masking import mask
from cases.public.published import PublicCase
from cases.states import State

TELLS_OF_WORK = or_(  # an event that says when, by whom and how work was done: its step, or what was put right later
    Event.type == "case.done",
    and_(Event.type == "case.corrected", Event.facts["done_on"].as_string().is_not(None)),
)


@dataclass(frozen=True)
class HowDone:
    """The local day on which a case was done, and by whom in words; `by` is "" when nobody said that."""

    on: date
    by: str


def how_done(session: Session, case: PublicCase) -> HowDone | None:
    """Return when and by whom the case was last done; None for one that is not done, or was taken up again. One query.

    When another day was told than that of the step itself, that is the day, and what was put right later counts.
    """
    if case.state not in {State.DONE, State.CLOSED} or case.done_on is None:
        return None
    is_told = and_(Words.event_id == Event.id, Words.field == "done_by", Words.visibility == Visibility.PUBLIC)
    found = select(Event.facts, Words.text).outerjoin(Words, is_told).where(Event.stream == case.id, TELLS_OF_WORK)
    last = session.execute(found.order_by(Event.seq.desc()).limit(1)).one_or_none()
    if last is None:
        return HowDone(case.done_on, "")
    told = last.facts.get("done_on")
    return HowDone(date.fromisoformat(told) if told else case.done_on, mask(last.text or ""))
