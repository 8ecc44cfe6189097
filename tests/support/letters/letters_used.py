"""Acting by the last letter about a case, beneath the pages: as whoever opens its link and presses a button."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.progress import Change
from cases.satisfaction.answering import SatisfactionGiven
from notifications.letter_links.link import LetterLink, LinkReader, Moments, WantedLink, letter_tokens
from notifications.letter_links.using import OpenedLink, act_by_link, open_link, rate_by_link


def answer_letter(session: Session, ref: str, change: Change, *, key: str, at: datetime) -> None:
    """Take the step by the last link about the case that nobody has used yet."""
    act_by_link(*_last_opened(session, ref, key, at), change, _moments(session, at))


def rate_by_letter(session: Session, ref: str, grade: int, words: str, *, key: str, at: datetime) -> None:
    """Answer how it went by the last link about the case that nobody has used yet."""
    opened, _ = _last_opened(session, ref, key, at)
    rate_by_link(opened, session, SatisfactionGiven(grade, words, opened.link.delivery_id), _moments(session, at))


def _moments(session: Session, at: datetime) -> Moments:
    return Moments(at, at, calendar_of(session).day_of(at))


def _last_opened(session: Session, ref: str, key: str, at: datetime) -> tuple[OpenedLink, Session]:
    mine = select(LetterLink).join(Case, Case.id == LetterLink.case_id).where(Case.ref == ref)
    link = session.scalars(mine.where(LetterLink.ended_at.is_(None)).order_by(LetterLink.id.desc())).first()
    assert link is not None, f"no letter about {ref} can be answered"
    place = (link.delivery_id, link.case_id)
    reader = LinkReader(link.party_id, link.person_id, link.unit_id)
    token = letter_tokens(session, {place: WantedLink(reader, link.seq)}, key=key, at=at)[place]
    return open_link(session, link.id, token, _moments(session, at), locked=True), session
