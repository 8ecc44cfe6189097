"""What is set aside: every count of it equals its list."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor

from cases.access.actors import A_COMMAND
from cases.history.event_batches import EventBatch
from cases.history.outbox import OutboxEntry
from cases.refusals import NotFound
from cases.settings import read_settings
from notifications.deliveries import Channel, Delivery, Outcome
from notifications.set_aside import count_set_aside, list_set_aside, send_again
from web.operations.metrics import figures
from workers.health.doctor import look_over
from workers.jobs.morning_letter import count_for_morning

AT = datetime(2026, 3, 3, 8, tzinfo=UTC)
KINDS = ("work", "delivery", "tick")


@pytest.fixture
def aside(web):
    """The app with three letters, two outbox entries and a batch set aside, and others that ended after all."""
    for _ in range(4):
        web.house.hand_in()
    with web.database.transaction() as session:
        for number, work in enumerate(session.scalars(select(OutboxEntry).order_by(OutboxEntry.id).limit(3))):
            work.set_aside_at, work.done_at = AT, AT if number == 2 else None
        session.add(_a_batch(planned_at=None))
        session.add(_a_batch(planned_at=AT))
        for number, outcome in enumerate([Outcome.SET_ASIDE] * 3 + [Outcome.WAITING, Outcome.CALLED]):
            channel = Channel.ROLE if number == 2 else Channel.CALL
            letter = Delivery(occasion=f"tick:{number}", recipient="role:desk.head", letter="rung", channel=channel,
                              outcome=outcome, created_at=AT)  # fmt: skip
            session.add(letter)
    return web


def _a_batch(planned_at):
    batch = EventBatch(at=AT, started_at=AT)
    batch.sealed_at, batch.set_aside_at, batch.planned_at = AT, AT, planned_at
    return batch


def test_each_count_equals_its_list(aside):
    with aside.database.reading() as session:
        rows = list_set_aside(session)
        assert count_set_aside(session) == {kind: sum(row.kind == kind for row in rows) for kind in (*KINDS, "inbound")}
        assert count_set_aside(session) == {"work": 2, "delivery": 3, "inbound": 0, "tick": 1}
        assert count_set_aside(session, most=2) == {"work": 2, "delivery": 2, "inbound": 0, "tick": 1}


def test_whoever_counts_what_is_set_aside_counts_the_same(aside, tmp_path):
    with aside.database.reading() as session:
        number = len(list_set_aside(session))
        assert count_for_morning(session, AT, MONDAY)["set_aside"] == number
        figure = r'^ventil_(?:(?:work|deliveries)\{.*"set_aside"\}|ticks_set_aside) (\d+)'
        assert sum(map(int, re.findall(figure, figures(session, aside.settings.incoming).decode(), re.M))) == number
    found = look_over(aside.database, read_settings({}, folder=tmp_path), {})
    assert f"{number} set aside" in [finding.what for finding in found]
    contact = visitor(aside, "contact")
    beside = r'href="/undanlagt"><span>(?:(?!</li>).)*class="count count-danger">(\d+)<'
    assert re.search(beside, contact.get("/skrivbord").text, re.S).group(1) == str(number)
    assert contact.get("/undanlagt").text.count('action="/undanlagt/') == number


def test_only_what_is_listed_is_sent_again(aside):
    with aside.database.transaction() as session:
        rows = {(row.kind, row.row_id) for row in list_set_aside(session)}
        everything = {(kind, row) for kind, model in zip(KINDS, (OutboxEntry, Delivery, EventBatch), strict=True)
                      for row in session.scalars(select(model.id))}  # fmt: skip
        for kind, row in sorted(everything - rows):
            with pytest.raises(NotFound):
                send_again(session, kind, row, by=A_COMMAND, at=AT)
        for kind, row in sorted(rows):
            send_again(session, kind, row, by=A_COMMAND, at=AT)
        session.flush()
        assert not list_set_aside(session)
        assert not any(count_set_aside(session).values())


@pytest.mark.parametrize(("count", "said"), [(0, "0"), (999, "999"), (1000, "999+"), (2500, "999+")])
def test_a_count_beside_a_list_ends_at_a_thousand_in_words(sqlite_web, count, said):
    macros = sqlite_web.app.jinja_env.get_template("macros/lists.html").module
    assert macros.count_words(count).strip() == said
