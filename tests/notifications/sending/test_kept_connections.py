"""A connection to the mail server is kept for the next round, not for long, and never when something went wrong."""

import socket
from contextlib import closing
from dataclasses import replace

import pytest
from support.houses.letter_town import A_TUESDAY
from support.houses.statements import counted

from cases.handing_in import Reporter
from notifications.deliveries import MailServer
from notifications.sending import kept_connections
from notifications.sending.kept_connections import KeptConnections
from notifications.sending.sending import deliver_some

LOOKS = "SELECT delivery.id, delivery.claims"


@pytest.fixture
def town(either_town):
    return either_town


@pytest.fixture
def keeping(transport):
    """The transport, with connections that are kept."""
    with closing(KeptConnections(transport.server)) as kept:
        yield replace(transport, kept=kept)


def letters_to(town, *names):
    for name in names:
        town.hand_in(reporter=Reporter(email=f"{name}@hemma.example"))
    town.plan()


def is_down(town):
    with town.database.reading() as session:
        return any(server.down_since for server in session.query(MailServer))


def test_rounds_that_follow_soon_share_a_connection(town, keeping, smtp_sink):
    for name in ("rut", "nils"):
        letters_to(town, name)
        assert deliver_some(town.database, keeping)
    assert smtp_sink.connections == 1
    assert smtp_sink.to("nils@hemma.example")


@pytest.mark.parametrize("limit", ["LONGEST_IDLE", "OLDEST"])
def test_what_is_idle_for_long_or_old_is_closed(town, keeping, smtp_sink, monkeypatch, limit):
    letters_to(town, "rut")
    deliver_some(town.database, keeping)
    monkeypatch.setattr(kept_connections, limit, 0.0)
    keeping.kept.close_idle()
    assert not keeping.kept.has_one()
    letters_to(town, "nils")
    deliver_some(town.database, keeping)
    assert smtp_sink.connections == 2


def test_a_connection_that_the_server_closed_meanwhile_costs_nothing(town, keeping, smtp_sink):
    letters_to(town, "rut")
    deliver_some(town.database, keeping)
    with keeping.kept.connection(None) as connection:
        connection.host.sock.shutdown(socket.SHUT_RDWR)
    assert not keeping.kept.has_one()
    letters_to(town, "nils")
    assert deliver_some(town.database, keeping, told=True)
    assert smtp_sink.to("nils@hemma.example")
    assert smtp_sink.connections == 2
    assert not is_down(town)


def test_a_connection_is_not_kept_when_whoever_had_it_failed(keeping):
    with pytest.raises(LookupError), keeping.kept.connection(None):
        raise LookupError
    assert not keeping.kept.has_one()


def test_a_connection_on_which_something_went_wrong_is_not_kept(town, keeping, smtp_sink):
    letters_to(town, "rut")
    smtp_sink.mood = "drop"
    deliver_some(town.database, keeping)
    assert is_down(town)
    assert not keeping.kept.has_one()


def test_whoever_is_told_claims_without_looking_when_there_is_a_connection(town, keeping):
    letters_to(town, "rut")
    with counted(town.database) as first:
        deliver_some(town.database, keeping, told=True)
    letters_to(town, "nils")
    with counted(town.database) as second:
        deliver_some(town.database, keeping, told=True)
    looks = [sum(LOOKS in statement for statement in statements) for statements in (first, second)]
    assert looks == [3, 2]  # a claim that finds letters, one that finds none, and at first a look


def test_whoever_is_told_while_the_server_is_down_sends_nothing(town, keeping, smtp_sink):
    letters_to(town, "rut")
    deliver_some(town.database, keeping)
    with town.database.transaction() as session:
        session.query(MailServer).update({"down_since": A_TUESDAY})
    letters_to(town, "nils")
    assert not deliver_some(town.database, keeping, told=True)
    assert not smtp_sink.to("nils@hemma.example")


def test_a_connection_in_use_is_closed_when_it_is_given_back_after_the_end(keeping, smtp_sink):
    with keeping.kept.connection(None) as connection:
        keeping.kept.close()
        assert connection.is_open()
    assert connection.host is None
