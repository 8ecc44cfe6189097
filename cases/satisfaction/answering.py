"""Answering how it went: a grade, and words if one likes. The words of a low grade are a comment on the case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT, Case
from cases.database.texts import visible
from cases.history.events import CaseCommented, CaseSatisfactionAnswered
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.refusals import NotAllowed, TooLong, WordsNeeded
from cases.satisfaction.question import HIGHEST, LOW, LOWEST, Satisfaction
from cases.states import State

ANSWER = "rate"  # the step, as refusals name it
TO_PARTICIPANTS = Visibility.PARTICIPANTS


@dataclass(frozen=True)
class SatisfactionGiven:
    """What is answered: `grade` from 1 to 5, None when it is missing; `signed` is what whoever answers says they are.

    `delivery` is the number of the letter by whose link it is answered, if by one.
    """

    grade: int | None
    words: str | None = None
    delivery: int | None = None
    signed: str | None = None


def answer_how_it_went(session: Session, case: Case, given: SatisfactionGiven, *, by: Actor, at: datetime) -> list[int]:
    """Record the answer, and return the ids of the events written. The case must be locked.

    Everybody who takes part in the case may read the words, as they may a comment. Raises `WordsNeeded` without a
    grade, `TooLong`, and `NotAllowed` when nobody was asked, when somebody has answered, or when the case was taken up.
    """
    if given.grade is None or not LOWEST <= given.grade <= HIGHEST:
        raise WordsNeeded(field="grade", step=ANSWER)
    words = visible(given.words or "")
    if len(words) > LONGEST_TEXT:
        raise TooLong(field="note", most=LONGEST_TEXT)
    whose = _answered(session, case, given.grade, at) if case.state is State.CLOSED else None
    if whose is None:
        raise NotAllowed(step=ANSWER)
    note, is_low = SpokenWords("note", words, TO_PARTICIPANTS), given.grade <= LOW and bool(words)
    entry = Entry(case, by=by, at=at)
    entry.add(
        CaseSatisfactionAnswered(whose=whose, grade=given.grade, delivery=given.delivery),
        SpokenWords("who", visible(given.signed or ""), TO_PARTICIPANTS),
        *(() if is_low else (note,)),
    )
    if is_low:
        entry.add(CaseCommented(visibility=TO_PARTICIPANTS, sign_of_life=False), note)
    return entry.write(session)


def _answered(session: Session, case: Case, grade: int, at: datetime) -> str | None:
    """Write the answer down; return who was asked, None when nobody was, or somebody has answered."""
    unanswered = (Satisfaction.case_id == case.id, Satisfaction.grade.is_(None))
    answer = update(Satisfaction).where(*unanswered).values(grade=grade, answered_at=at)
    return session.scalar(answer.returning(Satisfaction.whose))
