"""The links of a case that are alive, for the desk, which can put each of them out."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.events import LetterLinkPutOut
from cases.history.journal import Entry
from cases.refusals import NotFound
from notifications.deliveries import Address, Delivery
from notifications.letter_links.link import PUT_OUT, LetterLink, Moments, changed_since, end_link


class LivingLink(NamedTuple):
    """A link that nobody has used or put out yet: its number, to which address its letter went, and when."""

    number: int
    to: str
    made_at: datetime


def put_out(session: Session, link: LetterLink, case: Case, *, by: Actor, when: Moments) -> bool:
    """Put the link out, with an event of its case, which is locked; return False when it has ended before."""
    if not end_link(session, link, PUT_OUT, when.machine):
        return False
    entry = Entry(case, by=by, at=when.at)
    entry.add(LetterLinkPutOut(delivery=link.delivery_id))
    entry.write(session)
    return True


def put_out_by_desk(session: Session, case: Case, number: int, *, by: Actor, when: Moments) -> None:
    """Put the link with this number out. Raises `NotFound` when it is none of this case, which must be locked."""
    link = session.get(LetterLink, number)
    if link is None or link.case_id != case.id:
        raise NotFound(ref=str(number))
    put_out(session, link, case, by=by, when=when)


def living_links(session: Session, case: Case, *, at: datetime) -> list[LivingLink]:
    """Return the links that are alive at the moment `at`, while the case is in the state of their letters."""
    found = (
        select(LetterLink, Address.email)
        .join(Delivery, Delivery.id == LetterLink.delivery_id)
        .join(Address, Address.id == Delivery.address_id)
        .where(LetterLink.case_id == case.id, LetterLink.ended_at.is_(None), LetterLink.expires_at > at)
    )
    rows = session.execute(found.order_by(LetterLink.id)).all()
    alive = [(link, to) for link, to in rows if "state" not in changed_since(session, link)]
    return [LivingLink(link.id, to, link.made_at) for link, to in alive]
