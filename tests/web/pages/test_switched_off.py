"""Somebody who is switched off: what they held opens nothing at the next request, and no letter goes there."""

from datetime import UTC, datetime

from sqlalchemy import select
from support.houses.small_pages import visitor

from cases.access.actors import A_COMMAND
from cases.access.tokens import ApiToken, WebSession
from cases.administration.staffing import person_by_email, switch_off_person
from cases.history.outbox import OutboxEntry
from cases.states import State
from notifications.deliveries import Address, Delivery
from notifications.letters.snapshot import read_snapshot
from notifications.letters.still_entitled import NO_LONGER_WORKS, reason_to_suppress
from notifications.planning.planning import plan_events


def test_all_that_they_held_is_dead_at_the_next_request(web):
    web.house.reach(State.ASSIGNED)
    with web.database.transaction() as session:
        plan_events(session, session.scalars(select(OutboxEntry.event_id).order_by(OutboxEntry.id)).all())
    officer = visitor(web, "officer")
    assert officer.get("/skrivbord").status_code == 200
    assert web.get("/cases", by="officer").status_code == 200
    at = datetime.now(UTC)
    with web.database.transaction() as session:
        off, to = (person_by_email(session, f"{who}@example.se") for who in ("officer", "colleague"))
        assert switch_off_person(session, off, to, by=A_COMMAND, at=at) == 1
    assert officer.get("/skrivbord").status_code == 303
    assert web.get("/cases", by="officer").status_code == 401
    with web.database.transaction() as session:
        own = select(Delivery).join(Address, Address.id == Delivery.address_id)
        waiting = session.scalars(own.where(Address.email_normalised == "officer@example.se")).all()
        assert waiting
        for delivery in waiting:
            assert reason_to_suppress(read_snapshot(session, [delivery]), delivery) == NO_LONGER_WORKS
        off.active = True  # even then: they have to log in anew
        session.add(session.merge(off))
        assert session.scalars(select(ApiToken.revoked_at).where(ApiToken.person_id == off.id)).one() == at
        assert session.scalars(select(WebSession.ended_at).where(WebSession.person_id == off.id)).one() == at
    assert officer.get("/skrivbord").status_code == 303
    assert web.get("/cases", by="officer").status_code == 401
