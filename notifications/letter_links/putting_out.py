"""The links of a case that are alive, for the desk, which can put each of them out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, exists, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.clock import now
from cases.history.events import LetterLinkPutOut
from cases.history.journal import Entry, Event
from cases.reading.details import in_order, rows_of
from cases.refusals import NotFound
from notifications.deliveries import Address, Delivery
from notifications.letter_links.link import PUT_OUT, LetterLink, Moments, end_link


class LivingLink(NamedTuple):
    """A link that still acts: its number, to which address its letter went, and when.

    Nobody has used it or put it out, and the case is in the state of the letter.
    """

    number: int
    to: str
    made_at: datetime


HAS_GONE_ON = exists().where(
    Event.stream == LetterLink.case_id,
    Event.seq > LetterLink.seq,
    Event.changes["state"].as_string().is_not(None),
)
LIVING_LINKS: ScalarSelect[Any] = (  # to be added as a column to a query of cases
    select(rows_of(LetterLink.id, Address.email, LetterLink.made_at))
    .join(Delivery, Delivery.id == LetterLink.delivery_id)
    .join(Address, Address.id == Delivery.address_id)
    .where(LetterLink.case_id == Case.id, LetterLink.ended_at.is_(None), LetterLink.expires_at > now(), ~HAS_GONE_ON)
    .correlate(Case)
    .scalar_subquery()
)


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


def living_from(column: Sequence[Sequence[Any]] | None) -> list[LivingLink]:
    """Return the living links of a case, oldest first, from the value of the column `LIVING_LINKS` in its query."""
    return [LivingLink(number, to, _moment(made_at)) for number, to, made_at in in_order(column)]


def _moment(text: str) -> datetime:
    """Return the moment in a JSON value: SQLite writes none of its time zone, which is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
