"""What a case's page says on top of mail that came in, and what its reader can do about it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.journal import Event
from cases.history.words import Words
from cases.incoming.mail_comments import BY_MAIL
from cases.incoming.unread_replies import reads_for_house
from cases.parties import Party
from cases.reading.details import rows_of
from cases.reading.visibility import seen_by
from notifications.deliveries import Address
from notifications.inbound_mail import InboundMail, InboundOutcome

REFERENCE = re.compile(r"(?<![\w-])(?:19|20)\d\d-\d{4,9}(?![\w-])")
MAILS_OF_CASE: ScalarSelect[Any] = (  # to be added as a column to a query of cases: by which event, and its number
    select(rows_of(InboundMail.seq, InboundMail.id))
    .where(
        InboundMail.case_id == Case.id, InboundMail.seq.is_not(None), InboundMail.outcome != InboundOutcome.DOUBLE,
    )
    .correlate(Case)
    .scalar_subquery()
)  # fmt: skip
DEAD_SINCE: ScalarSelect[Any] = (  # likewise: since when nothing reaches the mail address of who asked
    select(Address.dead_since)
    .join(Party, func.lower(Party.email) == Address.email_normalised)
    .where(Party.id == Case.reporter_id, Address.dead_since.is_not(None))
    .correlate(Case)
    .scalar_subquery()
)


@dataclass(frozen=True)
class UnreadReply:
    """A reply to "done" that waits to be read: what it says, and when it came. "" when its words were erased."""

    text: str
    at: datetime


@dataclass(frozen=True)
class MailNotices:
    """What the page of a case says of mail; each is None when there is nothing to say to this reader.

    `unread` is a reply to "done" that waits to be read, `belongs_to` the reference of the open case that the title
    names, `dead_since` the moment (UTC) since when nothing reaches who asked.
    """

    unread: UnreadReply | None = None
    belongs_to: str | None = None
    dead_since: datetime | None = None


def mail_notices(session: Session, case: Case, actor: Actor, dead_since: datetime | None) -> MailNotices:
    """Return what the page of this case says of mail to this reader; `dead_since` is the value of that column."""
    is_known = case.reporter is not None and (not case.reporter.protected or actor.is_contact)
    return MailNotices(
        unread=_unread(session, case) if case.unread_reply is not None and reads_for_house(actor, case) else None,
        belongs_to=_named_case(session, case, actor) if actor.is_contact else None,
        dead_since=dead_since if is_known and actor.is_staff else None,
    )


def may_read_mails(actor: Actor, case: Case) -> bool:
    """Return whether this reader may read the mails as they came: they name who asked, whoever is protected."""
    return actor.is_contact or (actor.is_staff and not (case.reporter is not None and case.reporter.protected))


def _unread(session: Session, case: Case) -> UnreadReply | None:
    reply = select(Event.at, Words.text).outerjoin(Words, Words.event_id == Event.id)
    row = session.execute(reply.where(Event.stream == case.id, Event.seq == case.unread_reply).limit(1)).one_or_none()
    return UnreadReply(row.text or "", row.at) if row is not None else None


def _named_case(session: Session, case: Case, actor: Actor) -> str | None:
    """Return the first open case that the title of a case which came by mail names, and that is not this one."""
    if case.channel != BY_MAIL or not case.is_open or case.last_act_at is not None:
        return None
    found = REFERENCE.search(case.title)
    if found is None:
        return None
    named = session.scalar(select(Case).where(Case.ref == found[0], seen_by(actor)))
    return named.ref if named is not None and named.is_open and named.id != case.id else None
