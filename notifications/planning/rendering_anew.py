"""Rendering anew: letters that were rendered before something changed that they must not get wrong."""

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from cases.case import Case
from cases.history.journal import Event
from notifications.deliveries import Delivery, DeliveryLine, Outcome

LISTS_AN_AGENDA = Delivery.letter == "agenda"
NOT_SENT_YET = (Outcome.WAITING, Outcome.SET_ASIDE)


def render_anew(session: Session, case: Case) -> None:
    """Drop the stored bytes of letters about the case that are not sent yet, so that they are rendered again.

    For what no letter may hold any longer: a private link that opens nothing, or words about somebody who is protected.
    The letters about a case into which this one was merged are among them: they hold its private link too. So are those
    that list an agenda, which may name the case. A letter that was tried before goes out with the same Message-ID, but
    not with the same bytes.
    """
    session.flush()
    session.execute(
        update(Delivery)
        .where(Delivery.outcome.in_(NOT_SENT_YET), Delivery.message.is_not(None), or_(tells_of(case), LISTS_AN_AGENDA))
        .values(message=None, message_sha256=None)
    )


def tells_of(case: Case) -> ColumnElement[bool]:
    """Build the SQL condition that a delivery tells of the case, or of the one into which it was merged."""
    of_case = or_(Event.stream == case.id, Event.stream == case.merged_into_id)
    lines = select(DeliveryLine.delivery_id).join(Event, Event.id == DeliveryLine.event_id).where(of_case)
    return Delivery.id.in_(lines)
