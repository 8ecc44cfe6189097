"""Forgetting: what was erased of a case and its people leaves the letters about them too."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.clock import now
from cases.history.journal import Event
from cases.meetings.agenda_items import AgendaItem
from cases.meetings.meeting import Meeting
from notifications.deliveries import Delivery, DeliveryLine, Outcome
from notifications.planning.forgetting_addresses import forget_addresses
from notifications.planning.rendering_anew import NOT_SENT_YET, render_anew

ERASED_BY_DECISION = "erased by decision"
AWAITED_IN_LINES = "waiting_name"


def forget_in_letters(session: Session, case: Case) -> None:
    """Drop what letters about the case hold of it: bytes that are not sent yet, and for whom it waited.

    A letter that waits is rendered again without the words that were erased.
    """
    render_anew(session, case)
    for delivery in session.scalars(select(Delivery).where(_is_about(case))):
        if any(AWAITED_IN_LINES in line for line in delivery.context["lines"]):
            delivery.context = {**delivery.context, "lines": [_blanked(line) for line in delivery.context["lines"]]}
    session.flush()


def forget_parties(session: Session, case: Case, emails: dict[int, str | None]) -> None:
    """Suppress what waits for these parties, whose details were erased, and forget addresses that nobody else has.

    `emails` is the mail address that each had last, by id of the party.
    """
    waits = (Delivery.party_id.in_(emails), Delivery.outcome.in_(NOT_SENT_YET))
    suppressed = {"outcome": Outcome.SUPPRESSED, "reason": ERASED_BY_DECISION, "message": None, "finished_at": now()}
    session.execute(update(Delivery).where(*waits).values(**suppressed, lease_token=None, lease_until=None))
    session.execute(update(Delivery).where(Delivery.party_id.in_(emails)).values(last_error=None))
    forget_addresses(session, case, emails.keys(), filter(None, emails.values()))


def message_ids(session: Session, case: Case, parties: Iterable[int]) -> list[str]:
    """Return the Message-IDs of all letters about the case, or to these parties, that were ever rendered."""
    concerned = or_(_is_about(case), Delivery.party_id.in_(list(parties)))
    return list(session.scalars(select(Delivery.message_id).where(Delivery.message_id.is_not(None), concerned)))


def _is_about(case: Case) -> Any:
    """Return the condition that a letter is about the case, or lists an agenda on which it stands."""
    lines = select(DeliveryLine.delivery_id).join(Event, Event.id == DeliveryLine.event_id)
    homes = select(Meeting.case_id).join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
    on_agenda = Event.stream.in_(homes.where(AgendaItem.case_id == case.id))
    lists = and_(DeliveryLine.letter == "agenda", on_agenda)
    return Delivery.id.in_(lines.where(or_(Event.stream == case.id, lists)))


def _blanked(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != AWAITED_IN_LINES}
