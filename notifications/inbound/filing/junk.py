"""Junk: what our own mail server takes for it, and floods. It is marked and followed, and never dropped."""

from datetime import timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from cases.access.actors import THE_CLOCK
from cases.database.clock import present
from cases.history.events import MailTrouble
from cases.history.journal import Event
from cases.history.municipality_events import record_for_municipality
from notifications.inbound_mail import InboundMail, InboundOutcome

WINDOW = timedelta(hours=1)
MOST_OF_ONE, MOST_OF_ALL = 20, 200  # new cases within the window, from one sender and from all


def is_flood(session: Session, sender: str) -> bool:
    """Return whether so many mails became new cases within an hour that one more of this sender is taken for junk.

    The desk and the administrators are told of it once within the hour.
    """
    since = present(session) - WINDOW
    new_cases = select(func.count()).where(InboundMail.received_at > since, InboundMail.outcome == InboundOutcome.CASE)
    of_all = session.scalars(new_cases).one()
    of_one = session.scalars(new_cases.where(InboundMail.sender == sender)).one()
    if of_one < MOST_OF_ONE and of_all < MOST_OF_ALL:
        return False
    told = exists().where(
        Event.stream == 0, Event.type == MailTrouble.type, Event.recorded_at > since,
        Event.facts["what"].as_string() == "flood",
    )  # fmt: skip
    if not session.scalars(select(told)).one():
        alarm = MailTrouble(what="flood", count=of_all)
        record_for_municipality(session, alarm, by=THE_CLOCK, at=present(session))
    return True
