"""The reporter's key: the public id of a case, which can be replaced when the wrong person has got hold of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case, fresh_public_id
from cases.database.tables.idempotency_keys import forget_answers
from cases.history.events import CaseKeyReplaced
from cases.history.journal import Entry
from cases.refusals import NotAllowed


def replace_key(session: Session, case: Case, *, by: Actor, at: datetime) -> list[int]:
    """Give the case a new public id; the old one opens nothing any more. Return the ids of the events written.

    The new key is shown to nobody but the reporter, who gets it by mail. Answers of the API that are kept for repeated
    requests and hold the old key are blanked. The case must be locked. Raises `NotAllowed` for anybody but the desk.
    """
    if not by.is_contact:
        raise NotAllowed(step="replace_key")
    entry = Entry(case, by=by, at=at)
    change_key(session, case, entry)
    return entry.write(session)


def change_key(session: Session, case: Case, entry: Entry) -> None:
    """Give the case a new public id as a part of an act, whose entry the caller writes."""
    forget_answers(session, case.ref, case.public_id)
    case.public_id = fresh_public_id()
    entry.add(CaseKeyReplaced())
