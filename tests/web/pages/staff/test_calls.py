"""The list of calls: what was noted of a call is said in words that hold for one and for many, and can be undone."""

import re
from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import select
from support.houses.small_pages import visitor
from support.houses.small_web import Web

from cases.handing_in import Reporter
from cases.history.outbox import OutboxEntry
from cases.states import State
from notifications.planning.planning import plan_events


def to_call(web: Web) -> None:
    """Have one person to call about a case that is done."""
    reporter = Reporter(name="Karin", phone="070-123 45 67")
    web.house.reach(State.DONE, reporter=reporter, at=datetime.now(UTC))
    with web.database.transaction() as session:
        plan_events(session, session.scalars(select(OutboxEntry.event_id)).all())


def test_no_answer_is_noted_said_and_undone(web: Web) -> None:
    to_call(web)
    contact = visitor(web, "contact")
    note = re.search(r'action="(/ring/\d+)"', contact.get("/ring").text).group(1)
    assert contact.send(note, outcome="no-answer").status_code == 303
    assert "svarade inte när vi ringde" in contact.read("/ring")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        contact.send(note, outcome="no-answer")
    assert "har inte svarat på 2 samtal" in contact.read("/ring")
    page = contact.get("/ring").text
    assert 'aria-label="Ångra att Karin inte svarade"' in page
    for is_left in (True, False):
        contact.send(f"{note}/angra")
        said = contact.read("/ring")
        assert "Karin: anteckningen om att ingen svarade är borttagen." in said
        assert ("svarade inte när vi ringde" in said) is is_left
    assert contact.send(f"{note}/angra").status_code == 404
