"""Acting by the last letter about a case, beneath the pages: as whoever opens its link and presses a button."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.progress import Change
from notifications.letter_links.link import LetterLink, LinkReader, Moments, WantedLink, letter_tokens
from notifications.letter_links.using import act_by_link, open_link


def answer_letter(session: Session, ref: str, change: Change, *, key: str, at: datetime) -> None:
    """Take the step by the last link about the case that nobody has used yet."""
    mine = select(LetterLink).join(Case, Case.id == LetterLink.case_id).where(Case.ref == ref)
    link = session.scalars(mine.where(LetterLink.ended_at.is_(None)).order_by(LetterLink.id.desc())).first()
    assert link is not None, f"no letter about {ref} can be answered"
    place, when = (link.delivery_id, link.case_id), Moments(at, at, calendar_of(session).day_of(at))
    reader = LinkReader(link.party_id, link.person_id, link.unit_id)
    token = letter_tokens(session, {place: WantedLink(reader, link.seq)}, key=key, at=at)[place]
    act_by_link(open_link(session, link.id, token, when, locked=True), session, change, when)
