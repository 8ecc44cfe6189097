"""The letters about meetings of a small house, planned and written as their readers get them."""

from sqlalchemy import select, text
from support.letters.letters_read import rendered_in
from support.meetings.meeting_acts import MeetingActs

from cases.history.event_batches import EventBatch
from notifications.deliveries import Delivery
from notifications.letters.rendering import RenderedLetter
from notifications.planning.planning import plan_batch


def told(meetings: MeetingActs, locale: str = "") -> dict[str, tuple[str, RenderedLetter]]:
    """Plan the letters of all batches; return letter and what it says by address, of those that were planned now."""
    return {letter.to_email: (name, letter) for name, letter in written(meetings, planned(meetings), locale)}


def planned(meetings: MeetingActs) -> list[int]:
    """Plan the letters of all batches; return the ids of those that were planned now."""
    with meetings.house.database.transaction() as session:
        before = session.scalar(text("SELECT coalesce(max(id), 0) FROM delivery"))
        for batch in session.scalars(select(EventBatch).where(EventBatch.planned_at.is_(None))).all():
            plan_batch(session, batch)
            session.execute(text("UPDATE tick SET planned_at = sealed_at WHERE id = :id"), {"id": batch.id})
        return list(session.scalars(select(Delivery.id).where(Delivery.id > before).order_by(Delivery.id)))


def written(meetings: MeetingActs, ids: list[int], locale: str = "") -> list[tuple[str, RenderedLetter]]:
    """Return name and text of these letters, as they are written now, in their own language or this one."""
    with meetings.house.database.transaction() as session:
        new = session.scalars(select(Delivery).where(Delivery.id.in_(ids)).order_by(Delivery.id)).all()
        for one in new:
            one.locale = locale or one.locale
        return [(one.letter, rendered_in(session, one)) for one in new if one.address_id]
