"""The door for mail over LMTP: 250 only for what is committed, an answer for each recipient, no mail twice."""

import contextlib
import smtplib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text
from support.inbound_rows import kept_rows, mail_about
from support.keys import SECRET_KEY
from support.servers.services import LOOPBACK, free_port, wait_until

from cases.settings import read_settings
from notifications.inbound.keeping import LARGEST_MAIL
from notifications.inbound.lmtp.serving import DoorTaken, serve_door

PATTERN = "arende+{token}@kommun.example"
ONE, OTHER = "arende+12.abc@kommun.example", "Arende+13.abc@KOMMUN.example"
SENDER = "frida@hemma.example"


@contextlib.contextmanager
def door_of(database, pattern=PATTERN, port=None):
    port = port or free_port()
    given = {"VENTIL_SECRET_KEY": SECRET_KEY, "VENTIL_LMTP": f"{LOOPBACK}:{port}", "VENTIL_MAIL_REPLY": pattern}
    rung, stop = [], threading.Event()
    words = {"kept": lambda: rung.append(1), "stop": stop}
    thread = threading.Thread(target=serve_door, args=(database, read_settings(given)), kwargs=words)
    thread.start()
    try:
        wait_until(lambda: _answers(port), "the door does not open")
        yield port, rung
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def _answers(port):
    with contextlib.suppress(OSError), client(port) as mail_server:
        return mail_server.noop()[0] == 250
    return False


def client(port):
    mail_server = smtplib.LMTP(LOOPBACK, port)
    mail_server.sock.settimeout(30)
    mail_server.ehlo()
    return mail_server


def answers_after_data(mail_server, recipients, raw, sender=SENDER):
    """Send a mail as a mail server does: LMTP has an answer for each recipient, which smtplib does not read."""
    mail_server.mail(sender)
    for recipient in recipients:
        assert mail_server.rcpt(recipient)[0] == 250
    answers = [mail_server.data(raw)]
    answers += [mail_server.getreply() for _ in recipients[1:]]
    return answers


def test_what_is_answered_250_is_kept_with_its_envelope(database):
    with door_of(database) as (port, rung), client(port) as mail_server:
        assert [code for code, _ in answers_after_data(mail_server, [ONE], mail_about("ett"))] == [250]
        (row,) = kept_rows(database)
    assert (row.raw, row.source) == (mail_about("ett"), "lmtp")
    assert (row.envelope_sender, row.envelope_recipient) == (SENDER, ONE)
    assert rung == [1]


def test_the_sender_of_a_report_is_empty(database):
    with door_of(database) as (port, _), client(port) as mail_server:
        answers_after_data(mail_server, [ONE], mail_about("ett"), sender="")
    assert [row.envelope_sender for row in kept_rows(database)] == [""]


def test_s49_one_mail_to_two_of_our_addresses_counts_for_both_and_once_for_each(database):
    with door_of(database) as (port, _), client(port) as mail_server:
        for _ in range(2):
            answers = answers_after_data(mail_server, [ONE, OTHER], mail_about("ett"))
            assert [code for code, _ in answers] == [250, 250]
        assert mail_server.noop()[0] == 250  # no answer is left over
    rows = kept_rows(database)
    assert [row.envelope_recipient for row in rows] == [ONE, OTHER]
    assert {row.raw for row in rows} == {mail_about("ett")}


def test_who_is_not_ours_is_refused_and_the_others_are_not(database):
    with door_of(database) as (port, _), client(port) as mail_server:
        mail_server.mail(SENDER)
        assert mail_server.rcpt("nagon@kommun.example")[0] == 550
        assert mail_server.rcpt("arende@kommun.example")[0] == 250  # new mail
        assert mail_server.data(mail_about("ett"))[0] == 250
    assert len(kept_rows(database)) == 1


def test_without_a_pattern_everybody_is_ours(database):
    with door_of(database, pattern="") as (port, _), client(port) as mail_server:
        answers_after_data(mail_server, ["nagon@annan.example"], mail_about("ett"))
    assert len(kept_rows(database)) == 1


def test_more_than_25_mb_are_refused_in_words_once_for_each_recipient(database):
    too_big = mail_about("stort", LARGEST_MAIL + 100_000)
    with door_of(database) as (port, rung), client(port) as mail_server:
        answers = answers_after_data(mail_server, [ONE, OTHER], too_big)
        assert [code for code, _ in answers] == [552, 552]
        assert b"at most 25 MB" in answers[0][1] and answers[0][1].startswith(b"5.3.4")
        assert mail_server.mail(SENDER, [f"size={LARGEST_MAIL + 1}"])[0] == 552
        assert mail_server.noop()[0] == 250
    assert kept_rows(database) == [] and rung == []


def test_a_line_longer_than_mail_allows_is_taken(database):
    raw = mail_about("ett") + b"x" * 50_000 + b"\r\n"
    with door_of(database) as (port, _), client(port) as mail_server:
        answers_after_data(mail_server, [ONE], raw)
    assert [row.raw for row in kept_rows(database)] == [raw]


def test_s49_a_database_that_fails_is_451_and_the_next_try_is_kept(database):
    with door_of(database) as (port, rung), client(port) as mail_server:
        with database.transaction() as session:
            session.execute(text("ALTER TABLE inbound RENAME TO away"))
        answers = answers_after_data(mail_server, [ONE, OTHER], mail_about("ett"))
        assert [code for code, _ in answers] == [451, 451] and rung == []
        with database.transaction() as session:
            session.execute(text("ALTER TABLE away RENAME TO inbound"))
        assert [code for code, _ in answers_after_data(mail_server, [ONE], mail_about("ett"))] == [250]
    assert len(kept_rows(database)) == 1


def test_two_doors_on_one_port_take_turns(database):
    with door_of(database) as (port, _):
        with door_of(database, port=port), client(port) as mail_server:
            answers_after_data(mail_server, [ONE], mail_about("ett"))
        with client(port) as mail_server:
            answers_after_data(mail_server, [ONE], mail_about("tva"))
    assert len(kept_rows(database)) == 2


def test_it_stops_while_a_mail_server_is_connected(database):
    began = time.monotonic()
    with door_of(database) as (port, _):
        mail_server = client(port)
    mail_server.close()
    assert time.monotonic() - began < 20


def test_a_port_that_another_program_has_is_said_in_a_line(database):
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        given = {"VENTIL_SECRET_KEY": SECRET_KEY, "VENTIL_LMTP": f"{LOOPBACK}:{other.getsockname()[1]}"}
        serve = partial(serve_door, database, read_settings(given), kept=lambda: None, stop=threading.Event())
        with ThreadPoolExecutor(1) as apart, pytest.raises(DoorTaken, match="VENTIL_LMTP: nobody can listen"):
            apart.submit(serve).result()  # not where a browser of another test has left its event loop
