"""What machines wrote about a case: filed beside what people wrote, and nobody's act."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import THE_CLOCK
from cases.case import LONGEST_TEXT, Case
from cases.database.texts import visible
from cases.history.events import AddressBounced, MailFiled
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility


def file_automatic(session: Session, case: Case, text: str, *, at: datetime) -> list[int]:
    """File what a machine wrote, such as an absence, on the locked case; return the ids of the events written.

    Only staff read it. It is no sign of life, and state, due day and next moment stay.
    """
    entry = Entry(case, by=THE_CLOCK, at=at)
    entry.add(MailFiled(), SpokenWords("note", visible(text)[:LONGEST_TEXT], Visibility.INTERNAL))
    return entry.write(session)


def note_bounce(
    session: Session, case: Case, delivery_id: int, *, permanent: bool, status: str | None, at: datetime
) -> list[int]:
    """Note on the locked case that this letter about it could not be delivered; return the ids of the events."""
    entry = Entry(case, by=THE_CLOCK, at=at)
    entry.add(AddressBounced(delivery=delivery_id, permanent=permanent, status=status))
    return entry.write(session)
