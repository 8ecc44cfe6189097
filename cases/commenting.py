"""Commenting on a case. When the case waits for the one who comments, the comment is the answer."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT, Case
from cases.database.texts import visible
from cases.history.events import CaseCommented
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.incoming.unread_replies import mark_read, reads_for_house
from cases.progress import Change, change_state
from cases.reading.visibility import takes_part
from cases.refusals import NotAllowed, TooLong, WordsNeeded
from cases.states import State, Who
from cases.steps.taking_on import restart_life_clock


def comment(session: Session, case: Case, text: str, visibility: Visibility, *, by: Actor, at: datetime) -> list[int]:
    """Add a comment; return the ids of the events written. The case must be locked.

    A comment by the responsible unit or the desk is a sign of life and restarts the sign-of-life clock. A comment by
    somebody for whose answer the case waits is that answer, unless it is internal: it takes the step "answer". A public
    comment by an author who is not staff is stored with visibility for participants only. Raises `WordsNeeded`,
    `TooLong` or `NotAllowed`.
    """
    words = visible(text)
    who = by.roles_in(case)
    if not words:
        raise WordsNeeded(field="text", step="answer" if Who.ASKED in who else "")
    if len(words) > LONGEST_TEXT:
        raise TooLong(field="text", most=LONGEST_TEXT)
    if not takes_part(by, case) or (visibility is Visibility.INTERNAL and not by.is_staff):
        raise NotAllowed(step="comment")
    if visibility is Visibility.PUBLIC and not by.is_staff:
        visibility = Visibility.PARTICIPANTS
    if Who.ASKED in who and case.state is State.WAITING and case.waiting_from and visibility != Visibility.INTERNAL:
        answer = Change(to=case.waiting_from, step="answer", note=words, visibility=visibility)
        return change_state(session, case, answer, by=by, at=at)
    sign_of_life = bool(who & {Who.UNIT, Who.CONTACT}) and case.is_open
    entry = Entry(case, by=by, at=at)
    if sign_of_life and case.life_at is not None:
        restart_life_clock(session, case, at)
    if by.person_id is not None:
        case.touch(at)
    entry.add(CaseCommented(visibility=visibility, sign_of_life=sign_of_life), SpokenWords("note", words, visibility))
    if reads_for_house(by, case):
        mark_read(session, case, entry)
    return entry.write(session)
