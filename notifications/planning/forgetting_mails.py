"""Forgetting mails that came in: once words of a case are erased, no mail about it is left that holds them too."""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from cases.case import Case
from cases.history.journal import Event
from notifications.deliveries import DeliveryLine
from notifications.inbound_mail import InboundMail

NOTHING_LEFT = {"raw": None, "sender": None, "subject": None, "envelope_sender": None, "envelope_recipient": None}


def forget_mails(session: Session, case: Case) -> bool:
    """Erase the bytes, the sender and the subject of all mails about the case; return whether there were any.

    A mail quotes those before it, and a report on a letter of ours returns that letter: so none is left. That they came
    and what became of them is still known.
    """
    letters = select(DeliveryLine.delivery_id).join(Event, Event.id == DeliveryLine.event_id)
    is_about = or_(InboundMail.case_id == case.id, InboundMail.delivery_id.in_(letters.where(Event.stream == case.id)))
    held = or_(*(getattr(InboundMail, name).is_not(None) for name in NOTHING_LEFT))
    erased = update(InboundMail).where(is_about, held).values(**NOTHING_LEFT).returning(InboundMail.id)
    return bool(session.execute(erased).all())
