"""Erasing what is known of people in a case besides its words: who asked, files, followers, whom it waits for.

`cases.correcting.erase_words` calls these functions, and records the event with the decision on which it rests.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.search.spelling import SQLITE_TABLES
from cases.files.attachments import Attachment
from cases.history.events import CaseAttached, CaseFollowed, CaseWaiting
from cases.history.journal import Event
from cases.history.words import Words
from cases.parties import Follower, Party

ERASED = "(raderat)"
NOTHING_KNOWN = {"name": None, "email": None, "phone": None}


@dataclass(frozen=True)
class WordsGoing:
    """The words of a case that are to be erased: those of the events with these numbers in it.

    `said` is what they say; `are_last` says that the case has no others.
    """

    event_seqs: frozenset[int]
    said: frozenset[str]
    are_last: bool


def words_going(session: Session, case: Case, event_seqs: Collection[int]) -> WordsGoing:
    """Return what these events of the case say, before it is erased."""
    found = select(Event.seq, Words.text).join(Event, Event.id == Words.event_id)
    rows = session.execute(found.where(Words.case_id == case.id, Words.text.is_not(None))).all()
    said = frozenset(row.text for row in rows if row.seq in event_seqs)
    return WordsGoing(frozenset(event_seqs), said, all(row.seq in event_seqs for row in rows))


def erase_reporter(session: Session, case: Case) -> list[str]:
    """Blank the details of the person who asked, and the position that they gave; return what was erased."""
    case.latitude = case.longitude = None
    if case.reporter_id is None:
        return []
    session.execute(update(Party).where(Party.id == case.reporter_id).values(**NOTHING_KNOWN))
    return ["reporter"]


def erase_everybody(session: Session, case: Case, at: datetime) -> list[str]:
    """Erase all that is known of people in the case, once no words of it are left; return what was erased."""
    files, followers = _ids(session, Attachment, case), _ids(session, Follower, case)
    return [
        *erase_reporter(session, case),
        *_erase_files(session, files),
        *_erase_followers(session, followers, at),
        *_erase_awaited(case),
    ]


def erase_with_events(session: Session, case: Case, events: Sequence[Event], at: datetime) -> list[str]:
    """Erase what these events of the case brought besides words: a file, a follower, whom the case waits for."""
    files = [event.facts["attachment"] for event in events if event.type == CaseAttached.type]
    followers = [event.facts["follower"] for event in events if event.type == CaseFollowed.type]
    awaited = _erase_awaited(case) if any(event.type == CaseWaiting.type for event in events) else []
    return [*_erase_files(session, files), *_erase_followers(session, followers, at), *awaited]


def has_words(session: Session, case: Case) -> bool:
    """Return whether any words of the case are left."""
    return (
        session.scalar(select(Words.id).where(Words.case_id == case.id, Words.text.is_not(None)).limit(1)) is not None
    )


def clear_search_index(session: Session) -> None:
    """Take erased words out of SQLite's search indexes, which else only mark them as deleted.

    They are written anew as a whole: some seconds for a million texts. PostgreSQL's need nothing: VACUUM does it.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.flush()
        for name in SQLITE_TABLES:
            session.execute(text(f"INSERT INTO {name}({name}) VALUES ('optimize')"))  # noqa: S608 - our own  # nosec


def file_keys(session: Session, case: Case) -> set[str]:
    """Return the keys in the storage of the case's files. What is missing after an erasing can be removed there."""
    return set(session.scalars(select(Attachment.key).where(Attachment.case_id == case.id)))


def _ids(session: Session, table: type[Attachment] | type[Follower], case: Case) -> list[int]:
    return list(session.scalars(select(table.id).where(table.case_id == case.id)))


def _erase_files(session: Session, ids: Iterable[int]) -> list[str]:
    """Delete the rows of these files, with their names; the bytes in the storage then belong to nobody."""
    gone = session.execute(delete(Attachment).where(Attachment.id.in_(ids)).returning(Attachment.id)).all()
    return ["files"] if gone else []


def _erase_followers(session: Session, ids: Iterable[int], at: datetime) -> list[str]:
    """Blank the addresses of these followers, who are told no more; not those of somebody who asked in another case."""
    own = select(Follower.party_id).where(Follower.id.in_(ids))
    found = session.execute(
        update(Party)
        .where(Party.id.in_(own), ~exists().where(Case.reporter_id == Party.id))
        .values(**NOTHING_KNOWN)
        .returning(Party.id)
    ).all()
    session.execute(update(Follower).where(Follower.id.in_(ids), Follower.ended_at.is_(None)).values(ended_at=at))
    return ["followers"] if found else []


def _erase_awaited(case: Case) -> list[str]:
    """Blank the name and reference of somebody outside for whom the case waits."""
    if case.waiting_name is None and case.waiting_their_ref is None:
        return []
    case.waiting_name, case.waiting_their_ref = ERASED, None
    return ["waiting_name"]
