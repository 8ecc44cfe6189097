"""The servers that tests start do what their fixtures promise."""

import http.server
import os
import smtplib
import socket
import threading
from contextlib import closing

import psycopg
import pytest
import redis
from imap_tools import MailBoxUnencrypted
from sqlalchemy.exc import OperationalError
from support.servers import database_pool, services
from support.servers.database_pool import DatabasePool
from support.servers.mail_server import FakeMailServer
from support.servers.warm_connections import WarmConnections

from cases.database.engines import postgresql_engine

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


VILLAGES = """CREATE TABLE village (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE);
    CREATE TABLE house (id bigint GENERATED ALWAYS AS IDENTITY, village bigint REFERENCES village,
        words text, length int GENERATED ALWAYS AS (length(words)) STORED);
    CREATE TABLE quiet (day date);
    INSERT INTO village (name) VALUES ('Lövnäs'), ('Norrby');
    INSERT INTO house (village, words) VALUES (1, 'en\trad\\och \n'), (2, NULL)"""
CHANGES = {
    "a new row": "INSERT INTO village (name) VALUES ('Söderby')",
    "another word": "UPDATE house SET words = 'x' WHERE village = 1",
    "one row fewer": "DELETE FROM house WHERE village = 2",
    "as many rows as before": "DELETE FROM house; INSERT INTO house (village) VALUES (1), (1)",
    "a key that is referenced": "DELETE FROM house; DELETE FROM village",
    "a number taken": "SELECT nextval('village_id_seq')",
    "a row where there was none": "INSERT INTO quiet VALUES ('2026-03-02')",
    "nothing at last": "BEGIN; DELETE FROM house; ROLLBACK",
}
SPOILING = {
    "a table": "CREATE TABLE more ()",
    "a column": "ALTER TABLE quiet ADD COLUMN more int",
    "a trigger": "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TRIGGER t BEFORE INSERT ON quiet FOR EACH ROW EXECUTE FUNCTION f()",
    "a constraint taken away": "ALTER TABLE village DROP CONSTRAINT village_name_key",
    "statistics": "ANALYZE village",
    "an emptied table": "TRUNCATE house",
    "a setting": "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 64', current_database()); END $$",
}


@pytest.fixture
def pool(postgres_server, run_folder, monkeypatch):
    template = f"{services.database_prefix(run_folder)}villages"
    made = services.once(run_folder, template, lambda: services.fresh_database(postgres_server, template))
    with connect(made) as connection:
        if connection.execute("SELECT to_regclass('village')").fetchone() == (None,):
            connection.execute(VILLAGES)
    warm = WarmConnections()
    warm.install(monkeypatch.setattr)
    with closing(DatabasePool(postgres_server, services.database_prefix(run_folder), warm)) as pool:
        pool.template = template
        yield pool


def everything_in(url):
    with connect(url) as connection:
        rows = [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("village", "house")]
        added = connection.execute("INSERT INTO village (name) VALUES ('ny') RETURNING id").fetchone()
        return rows, added, connection.execute("SELECT count(*) FROM quiet").fetchone()


@pytest.mark.postgres
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_copy_that_a_test_changed_is_as_it_was_for_the_next(pool, change):
    untouched = pool.lend(pool.template)
    before = everything_in(untouched.url)
    copy = pool.lend(pool.template)
    with connect(copy.url) as connection:
        connection.execute(change)
    pool.take_back(copy)
    assert pool.lend(pool.template) is copy
    assert everything_in(copy.url) == before
    pool.take_back(copy)
    pool.take_back(untouched)


@pytest.mark.postgres
@pytest.mark.parametrize("change", SPOILING.values(), ids=SPOILING)
def test_a_copy_whose_form_a_test_changed_is_dropped(pool, change):
    copy = pool.lend(pool.template)
    with connect(copy.url) as connection:
        connection.execute(change)
    pool.take_back(copy)
    another = pool.lend(pool.template)
    assert another is not copy
    pool.take_back(another)


def used(url, *statements):
    """Open an engine as a test does, let it execute these, close it; return which process of the server served it."""
    engine = postgresql_engine(url, 2)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        served_by = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    engine.dispose()
    return served_by


LEFT_BEHIND = {
    "a setting": ("SET timezone = 'Asia/Tokyo'", "SHOW timezone", "UTC"),
    "a moment": (
        "SELECT set_config('ventil.now', '2020-01-01', false)",
        "SELECT current_setting('ventil.now', true)",
        "",
    ),
    "a lock": ("SELECT pg_advisory_lock(7)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", 0),
    "statements": ("SELECT 7;" * 2, "SELECT count(*) FROM pg_prepared_statements", 0),
}


@pytest.mark.postgres
@pytest.mark.parametrize(("done", "asked", "answer"), LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_a_connection_serves_the_next_test_as_if_it_were_new(pool, done, asked, answer):
    copy = pool.lend(pool.template)
    for _ in range(8):  # often enough for the driver to prepare what it executes each time
        served_by = used(copy.url, *[f"SELECT {n}" for n in range(3) for _ in range(7)], done, "COMMIT")
    pool.take_back(copy)
    assert pool.lend(pool.template) is copy
    engine = postgresql_engine(copy.url, 2)
    with engine.connect() as connection:
        assert connection.exec_driver_sql(asked).scalar_one() == answer
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() == served_by
    engine.dispose()
    pool.take_back(copy)


@pytest.mark.postgres
def test_only_connections_to_a_lent_copy_are_kept_and_none_that_broke(pool, postgres_server, postgres_url):
    assert used(postgres_url) != used(postgres_url)
    copy = pool.lend(pool.template)
    served_by = used(copy.url)
    with connect(postgres_server) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 1000)", [served_by])
    engine = postgresql_engine(copy.url, 2)
    with pytest.raises(OperationalError), engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    engine.dispose()
    assert used(copy.url) not in (served_by, 0)
    pool.take_back(copy)


@pytest.mark.postgres
def test_a_copy_to_which_somebody_is_connected_is_dropped(pool, monkeypatch):
    monkeypatch.setattr(database_pool, "PATIENCE", 0.1)
    copy = pool.lend(pool.template)
    with connect(copy.url) as connection:
        pool.take_back(copy)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


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
