"""The servers that tests start do what their fixtures promise."""

import http.server
import os
import smtplib
import socket
import threading

import psycopg
import pytest
import redis
from imap_tools import MailBoxUnencrypted
from support.servers import services
from support.servers.mail_server import FakeMailServer

# --- PostgreSQL ----------------------------------------------------------------------------


def connect(url):
    return psycopg.connect(services.plain_url(url), autocommit=True)


@pytest.mark.postgres
def test_a_database_is_new_and_speaks_swedish(postgres_url):
    assert postgres_url.startswith("postgresql+psycopg://")
    with connect(postgres_url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchone() == (0,)
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute(
            "SELECT lower('ÅÄÖ'), to_tsvector('swedish', 'vägarna') @@ to_tsquery('swedish', 'väg')"
        ).fetchone()
    assert row == ("åäö", True)


@pytest.mark.postgres
def test_a_connection_left_open_does_not_keep_a_database(postgres_server, run_folder):
    name = services.new_database_name(run_folder)
    left = connect(services.fresh_database(postgres_server, name))
    services.drop_database(postgres_server, name)
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    left.close()


@pytest.mark.postgres
def test_a_copy_has_what_was_filled_once(postgres_copy):
    filled = []

    def fill(url):
        filled.append(url)
        with connect(url) as connection:
            connection.execute("CREATE TABLE village AS SELECT 'Lövnäs' AS name")

    first, second = postgres_copy("village", fill), postgres_copy("village", fill)
    assert first != second
    assert len(filled) == 1
    with connect(first) as connection:
        connection.execute("DELETE FROM village")
    with connect(second) as connection:
        assert connection.execute("SELECT name FROM village").fetchone() == ("Lövnäs",)


@pytest.mark.postgres
def test_a_server_of_ones_own_keeps_what_was_committed_through_a_crash(own_postgres):
    server = own_postgres(durable=True)
    with connect(server.url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        connection.execute("CREATE TABLE promise AS SELECT 1 AS day")
    server.crash()
    with pytest.raises(psycopg.OperationalError):
        connect(server.url)
    server.start()
    with connect(server.url) as connection:
        assert connection.execute("SELECT day FROM promise").fetchone() == (1,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
@pytest.mark.postgres
def test_the_wheel_is_taken_where_the_system_has_no_postgres(run_folder, monkeypatch):
    monkeypatch.setattr(services, "_system_postgres", lambda: iter(()))
    server = services.start_postgres(run_folder / "wheel")
    try:
        with connect(server.url) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            assert connection.execute("SELECT lower('ÅÄÖ')").fetchone() == ("åäö",)
    finally:
        server.stop()


# --- Redis ---------------------------------------------------------------------------------


@pytest.mark.redis
@pytest.mark.parametrize("turn", [1, 2])
def test_a_redis_database_is_empty(redis_url, turn):
    with redis.Redis.from_url(redis_url) as connection:
        assert connection.dbsize() == 0
        connection.set("bell", turn)


@pytest.mark.redis
def test_a_redis_of_ones_own_can_be_killed_and_started(own_redis):
    server = own_redis()
    with redis.Redis.from_url(server.url) as connection:
        connection.set("bell", 1)
    server.crash()
    with redis.Redis.from_url(server.url) as connection, pytest.raises(redis.ConnectionError):
        connection.ping()
    server.start()
    with redis.Redis.from_url(server.url) as connection:
        assert connection.get("bell") == b"1"
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


# --- mail ----------------------------------------------------------------------------------


def post(sink, to="berit@example.org", timeout=5):
    with smtplib.SMTP(services.LOOPBACK, sink.port, timeout=timeout) as line:
        line.sendmail("ventil@example.org", [to], b"Subject: Hej\r\n\r\nEtt brev.\r\n")


def test_a_letter_is_kept_as_it_came(smtp_sink):
    post(smtp_sink)
    (letter,) = smtp_sink.to("berit@example.org")
    assert letter.sender == "ventil@example.org"
    assert letter.message["Subject"] == "Hej"
    assert letter.content == b"Subject: Hej\r\n\r\nEtt brev.\r\n"
    assert (smtp_sink.attempts, smtp_sink.connections) == (1, 1)


@pytest.mark.parametrize("mood", ["451", "550"])
def test_a_mail_server_can_say_no(smtp_sink, mood):
    smtp_sink.mood = mood
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        post(smtp_sink)
    assert refusal.value.smtp_code == int(mood)
    assert smtp_sink.letters == []
    smtp_sink.mood = "accept"
    post(smtp_sink)
    assert len(smtp_sink.letters) == 1


def test_a_mail_server_can_refuse_one_address(smtp_sink):
    smtp_sink.moods_by_address["gone@example.org"] = "550"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post(smtp_sink, to="gone@example.org")
    post(smtp_sink)
    assert len(smtp_sink.letters) == 1


def test_a_mail_server_can_be_away(smtp_sink):
    smtp_sink.mood = "refuse"
    with pytest.raises(ConnectionRefusedError):
        post(smtp_sink)
    smtp_sink.mood = "accept"
    post(smtp_sink)
    assert len(smtp_sink.letters) == 1


def test_a_mail_server_can_hang(smtp_sink):
    smtp_sink.mood = "hang"
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        post(smtp_sink, timeout=0.3)
    assert (smtp_sink.attempts, smtp_sink.letters) == (1, [])


def test_a_mail_server_can_drop_the_line_after_the_dot(smtp_sink):
    smtp_sink.mood = "drop"
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        post(smtp_sink)
    assert len(smtp_sink.letters) == 1


def test_a_mail_server_has_no_other_moods():
    with pytest.raises(ValueError, match="merry"):
        FakeMailServer().mood = "merry"


# --- browser -------------------------------------------------------------------------------

PAGE = b"<!doctype html><html lang=sv><title>Prov</title><main><h1>Hej</h1><img src=x></main>"


class OnePage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *words):
        pass


@pytest.fixture
def address():
    with http.server.ThreadingHTTPServer((services.LOOPBACK, 0), OnePage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{services.LOOPBACK}:{server.server_port}/"
        server.shutdown()


@pytest.mark.browser
def test_a_page_is_read_and_checked_for_accessibility(page, address, axe_script):
    page.goto(address)
    assert page.title() == "Prov"
    assert page.evaluate("navigator.language") == "sv-SE"
    page.add_script_tag(path=axe_script)
    found = page.evaluate("axe.run().then(result => result.violations.map(each => each.id))")
    assert "image-alt" in found


# --- no network ----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org"])
def test_a_test_reaches_nothing_outside(host):
    with pytest.raises(RuntimeError, match="only this machine"):
        socket.create_connection((host, 80), timeout=1)


# --- Dovecot -------------------------------------------------------------------------------


def _asks(mailbox):
    """Return a connection of a mail program that waits a second at most."""
    return MailBoxUnencrypted(services.LOOPBACK, mailbox.dovecot.server.port, timeout=1)


def test_a_dovecot_that_was_killed_has_its_mails_when_it_is_back(own_dovecot):
    mailbox = (dovecot := own_dovecot()).mailbox("arende@kommun.example")
    mailbox.put(b"Subject: ett\r\n\r\nHej\r\n")
    program = mailbox.opened()
    dovecot.crash()
    with pytest.raises((OSError, program.client.abort)):
        program.client.noop()
    program.client.shutdown()
    with pytest.raises(OSError):
        _asks(mailbox)
    dovecot.start()
    dovecot.start()
    assert mailbox.mails() == [b"Subject: ett\r\n\r\nHej\r\n"]
    assert list((mailbox.maildir / "cur").iterdir())


def test_a_dovecot_that_is_stopped_does_not_answer(own_dovecot):
    mailbox = (dovecot := own_dovecot()).mailbox("arende@kommun.example")
    dovecot.pause()
    try:
        with pytest.raises(TimeoutError):
            _asks(mailbox)
    finally:
        dovecot.resume()
    assert mailbox.mails() == []


def test_connections_to_a_dovecot_can_be_cut(own_dovecot):
    mailbox = (dovecot := own_dovecot()).mailbox("arende@kommun.example")
    program = mailbox.opened()
    assert dovecot.cut() >= 1
    with pytest.raises((OSError, program.client.abort)):
        program.client.noop()
    program.client.shutdown()
    assert mailbox.mails() == []
