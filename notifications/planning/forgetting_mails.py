"""Forgetting mails that came in: once words of a case are erased, no mail about it is left that holds them too."""

from sqlalchemy import case as case_when
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.clock import present
from cases.history.journal import Event
from notifications.deliveries import DeliveryLine
from notifications.inbound_mail import BY_DOOR, InboundMail

NOTHING_LEFT = {"raw": None, "sender": None, "subject": None, "envelope_sender": None, "envelope_recipient": None}


def forget_mails(session: Session, case: Case) -> bool:
    """Erase the bytes, the sender and the subject of all mails about the case; return whether there were any.

    A mail quotes those before it, and a report on a letter of ours returns that letter: so none is left. That they came
    and what became of them is still known. Those that came by a mailbox are listed to be deleted there too.
    """
    letters = select(DeliveryLine.delivery_id).join(Event, Event.id == DeliveryLine.event_id)
    is_about = or_(InboundMail.case_id == case.id, InboundMail.delivery_id.in_(letters.where(Event.stream == case.id)))
    held = or_(*(getattr(InboundMail, name).is_not(None) for name in NOTHING_LEFT))
    in_mailbox = case_when((InboundMail.source != BY_DOOR, present(session)), else_=None)
    gone = {**NOTHING_LEFT, "delete_since": in_mailbox}
    erased = update(InboundMail).where(is_about, held).values(**gone).returning(InboundMail.id)
    return bool(session.execute(erased).all())
