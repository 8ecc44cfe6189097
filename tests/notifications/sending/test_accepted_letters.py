"""Accepted letters are recorded together, but few at a time, and before anything is waited for."""

import itertools
import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from support.houses.statements import counted
from support.servers.services import LOOPBACK

from cases.handing_in import Reporter
from cases.states import State
from notifications.deliveries import Delivery, Outcome
from notifications.sending import accepted_letters
from notifications.sending.accepted_letters import MOST_UNRECORDED
from notifications.sending.sending import deliver_some
from notifications.sending.smtp import SmtpServer

MANY = 20
RECORDS = "UPDATE delivery SET outcome"


@pytest.fixture
def town(either_town):
    return either_town


def letters_to_many(town, count):
    """Plan a letter to each of so many addresses."""
    for number in range(count):
        town.hand_in(reporter=Reporter(email=f"nummer{number}@hemma.example"))
    town.plan()


def recorded(town):
    with town.database.reading() as session:
        return session.scalars(select(func.count()).where(Delivery.outcome == Outcome.SENT)).one()


@pytest.fixture
def unrecorded(town, smtp_sink):
    """How many letters were accepted and not recorded when each further one came."""
    seen = []

    def look(mail):
        seen.append(len(smtp_sink.letters) - recorded(town))
        smtp_sink.letters.append(mail)

    smtp_sink.keep = look
    yield seen
    smtp_sink.keep = None


def test_letters_are_recorded_together_and_never_more_than_eight_wait_for_it(town, transport, unrecorded, monkeypatch):
    monkeypatch.setattr(accepted_letters, "LONGEST_UNRECORDED", 3600.0)
    monkeypatch.setattr(accepted_letters, "LONGEST_SILENCE", 3600.0)
    letters_to_many(town, MANY)
    with counted(town.database) as statements:
        assert deliver_some(town.database, transport) == MANY
    assert recorded(town) == MANY
    assert max(unrecorded) == MOST_UNRECORDED - 1  # the eighth is recorded before another is handed over
    assert len([statement for statement in statements if statement.startswith(RECORDS)]) == 3


def test_what_was_accepted_a_tenth_of_a_second_ago_is_recorded_before_more_is_sent(
    town, transport, unrecorded, monkeypatch
):
    moments = itertools.count(1000.0, 0.04)  # each look at the clock is 40 ms later
    monkeypatch.setattr(accepted_letters.time, "monotonic", lambda: next(moments))
    letters_to_many(town, MANY)
    deliver_some(town.database, transport)
    assert recorded(town) == MANY
    assert max(unrecorded) <= 3


def test_no_two_letters_to_one_address_are_unrecorded(town, transport, unrecorded):
    ref = town.hand_in()
    for number in range(2):
        town.change(ref, State.IN_PROGRESS, note=f"Nyhet {number}")
    town.plan()
    deliver_some(town.database, transport)
    assert unrecorded == [0, 0, 0]


def test_while_the_mail_server_is_silent_nothing_is_unrecorded(town, transport, smtp_sink):
    letters_to_many(town, 2)
    waiting = []

    def fall_silent(mail):
        smtp_sink.letters.append(mail)
        if len(smtp_sink.letters) == 2:
            end = time.monotonic() + 5
            while not recorded(town) and time.monotonic() < end:
                time.sleep(0.01)
            waiting.append(recorded(town))

    smtp_sink.keep = fall_silent
    deliver_some(town.database, replace(transport, server=SmtpServer("smtp", LOOPBACK, smtp_sink.port)))
    smtp_sink.keep = None
    assert waiting == [1]
    assert recorded(town) == 2


def test_when_the_line_is_lost_what_was_accepted_before_is_recorded(town, transport, smtp_sink):
    letters_to_many(town, 3)

    def drop_the_third(mail):
        smtp_sink.letters.append(mail)
        if len(smtp_sink.letters) == 2:
            smtp_sink.mood = "drop"

    smtp_sink.keep = drop_the_third
    deliver_some(town.database, transport)
    smtp_sink.keep = None
    assert recorded(town) == 2
    assert len(smtp_sink.letters) == 3  # the third was kept, and nobody was told: it may come again


def test_a_database_that_fails_for_a_moment_is_told_later(town, transport, smtp_sink, monkeypatch):
    letters_to_many(town, MOST_UNRECORDED)
    monkeypatch.setattr(accepted_letters, "PAUSES", (0.0, 0.0))
    record, failures = accepted_letters.record_sent, iter([True, True])

    def fail_at_first(connection, ids):
        if next(failures, False):
            raise OperationalError("UPDATE", None, Exception("away"))
        record(connection, ids)

    monkeypatch.setattr(accepted_letters, "record_sent", fail_at_first)
    assert deliver_some(town.database, transport) == MOST_UNRECORDED
    assert recorded(town) == MOST_UNRECORDED
