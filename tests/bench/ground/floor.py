"""The floor that Ventil is compared with: a bare Flask app that writes the same rows by plain SQL, without any rule.

In one transaction a change writes case, event, words and outbox entry; handing in writes reference counter, party,
case, event, title, description and outbox entry. The values are invented; the columns are those that Ventil sets.
Run as `floor.py DATABASE_URL PORT [SMTP_PORT LETTERS]`, under the same server as Ventil. With a mail server it also
writes a delivery and its line for each letter of a change, builds each letter and sends it over one connection before
it answers, and then commits that all were sent.
"""

import itertools
import json
import os
import smtplib
import sqlite3
import sys
import threading
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from flask import Flask, Response, jsonify, request

EVENT = """INSERT INTO event
(stream, seq, act_seq, type, at, recorded_at, actor, person_id, facts, changes, commitments, previous_hash, hash)
VALUES (?, ?, ?, ?, ?, ?, 'person', 1, ?, ?, ?, ?, ?) RETURNING id"""
WORDS = "INSERT INTO words (event_id, case_id, field, visibility, text, salt) VALUES (?, ?, ?, 'public', ?, ?)"
WORK = "INSERT INTO work (event_id, consumer, stream, recorded_at, claims) VALUES (?, 'letters', ?, ?, 0)"
CASE = """INSERT INTO "case"
(reporter_id, ref, public_id, kind, state, title, channel, received_at, touched_at, responsible_id, responsible_holds,
policy_id, due_at, next_at, cycle, rung, rung_at, life_cycle, life_rung, statutory_cycle, statutory_rung, quick_win,
wants_public, highest_rung, sent_back_count, version, changed_version, head_hash)
VALUES (?, ?, ?, 'issue', 'received', ?, 'web', ?, ?, 1, true, 1,
?, ?, 1, 1, ?, 0, 0, 0, 0, false, false, 0, 0, 1, 1, ?)
RETURNING id"""
COUNTER = """INSERT INTO reference_counter (year, last) VALUES (?, 1)
ON CONFLICT (year) DO UPDATE SET last = reference_counter.last + 1 RETURNING last"""
PARTY = "INSERT INTO party (name, email, locale, protected) VALUES (?, ?, 'sv', false) RETURNING id"
CHANGE = """UPDATE "case" SET state = ?, due_at = ?, next_at = ?, rung = 0, rung_at = ?, cycle = cycle + 1,
version = version + 1, changed_version = changed_version + 1, head_hash = ?, last_act_at = ?, touched_at = ?
WHERE ref = ? RETURNING id, version"""
HASH, SALT = "0" * 64, "0" * 32
FACTS = json.dumps({"responsible": "gata", "due_on": "2026-12-01", "previous": "in_progress"})
CHANGES = json.dumps({"due_at": "2026-12-01T22:59:59+00:00", "next_at": "2026-11-27T06:00:00+00:00", "cycle": 4})


DELIVERY = """INSERT INTO delivery
(occasion, recipient, channel, letter, locale, address_id, party_id, context, outcome, created_at, claims, attempts)
VALUES (?, ?, 'mail', 'news', 'sv', ?, ?, '{}', 'waiting', ?, 0, 0) RETURNING id"""
ADDRESS = """INSERT INTO address (email_normalised, email) VALUES (?, ?)
ON CONFLICT (email_normalised) DO UPDATE SET email = excluded.email RETURNING id"""
LINE = "INSERT INTO delivery_line (delivery_id, event_id, audience, letter) VALUES (?, ?, 'reporter', 'news')"
SENT = """UPDATE delivery SET outcome = 'sent', finished_at = ?, attempts = 1, claims = 1, message_id = ?,
message_sha256 = ? WHERE id = ?"""
PLANNED = "UPDATE work SET done_at = ?, claims = 1 WHERE event_id = ?"
REPORTER = 'SELECT party.id, party.email FROM party JOIN "case" ON "case".reporter_id = party.id WHERE "case".id = ?'
TEXT = "Vi arbetar med det nu och hör av oss.\n" * 40


def make_app(url: str, smtp_port: int | None = None, letters: int = 0) -> Flask:
    """Return the app on this database, which sends so many letters with each change when there is a mail server."""
    app, numbers = Flask(__name__), itertools.count(os.getpid() * 1_000_000)
    send = _sender(smtp_port) if smtp_port else None
    run = _on_sqlite(url) if url.startswith("sqlite") else _on_postgresql(url)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/api/v1/cases")
    def hand_in() -> Response:
        given = request.get_json()
        return jsonify(run(lambda sql: _hand_in(sql, given, next(numbers))))

    @app.post("/api/v1/cases/<ref>/changes")
    def change(ref: str) -> Response:
        given = request.get_json()
        changed = run(lambda sql: _change(sql, ref, given, letters if send is not None else 0))
        mails = changed.pop("mails")
        if send is not None:
            for delivery, to in mails:
                send(ref, delivery, to)
            run(lambda sql: _record_sent(sql, mails))
        return jsonify(changed)

    return app


def _hand_in(sql: Any, given: dict[str, Any], number: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    due = now + timedelta(days=2)
    (last,) = sql(COUNTER, (now.year,))
    ref = f"{now.year}-{last:04d}"
    (party_id,) = sql(PARTY, (given["reporter"]["name"], given["reporter"]["email"]))
    (case_id,) = sql(CASE, (party_id, ref, f"p{number}", given["title"], now, now, due, due, due, HASH))
    _record(sql, case_id, 1, "case.received", now, title=given["title"], description=given["description"])
    return {"ref": ref, "state": "received"}


def _change(sql: Any, ref: str, given: dict[str, Any], letters: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    due = now + timedelta(days=40)
    case_id, version = sql(CHANGE, (given["to"], due, due, due, HASH, now, now, ref))
    event_id = _record(sql, case_id, version, "case.started", now, note=given["note"])
    mails = _plan(sql, (case_id, event_id), letters, now) if letters else []
    return {"ref": ref, "state": given["to"], "version": version, "mails": mails}


def _plan(sql: Any, of: tuple[int, int], letters: int, now: datetime) -> list[tuple[int, str]]:
    """Write the rows that the relay would; return each delivery's id and mail address."""
    (case_id, event_id), mails = of, []
    party, email = sql(REPORTER, (case_id,))
    for number in range(letters):
        to = email if number == 0 else f"{number}.{email}"
        (address,) = sql(ADDRESS, (to, to))
        (delivery,) = sql(DELIVERY, (f"event:{event_id}", f"address:{address}", address, party, now))
        sql(LINE, (delivery, event_id))
        mails.append((delivery, to))
    sql(PLANNED, (now, event_id))
    return mails


def _record_sent(sql: Any, mails: list[tuple[int, str]]) -> None:
    for delivery, _ in mails:
        sql(SENT, (datetime.now(UTC), f"<{delivery}@golv>", HASH, delivery))


def _sender(port: int) -> Any:
    local = threading.local()

    def send(ref: str, delivery: int, to: str) -> None:
        if not hasattr(local, "connection"):
            local.connection = smtplib.SMTP("127.0.0.1", port)
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Message-ID"] = "ventil@kommunen.example", to, f"<{delivery}@golv>"
        letter["Subject"] = f"Nytt om ditt ärende {ref}"
        letter.set_content(TEXT)
        letter.add_alternative(f"<html><body><p>{TEXT}</p></body></html>", subtype="html")
        local.connection.send_message(letter)

    return send


def _record(sql: Any, case_id: int, seq: int, kind: str, now: datetime, **words: str) -> int:
    event_id: int
    (event_id,) = sql(EVENT, (case_id, seq, seq, kind, now, now, FACTS, CHANGES, "[]", HASH, HASH))
    for field, text in words.items():
        sql(WORDS, (event_id, case_id, field, text, SALT))
    sql(WORK, (event_id, case_id, now))
    return event_id


def _on_postgresql(url: str) -> Any:
    import psycopg

    local = threading.local()

    def run(write: Any) -> Any:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect("postgresql://" + url.split("://", 1)[1], autocommit=True)
        connection = local.connection

        def sql(statement: str, values: tuple[Any, ...]) -> Any:
            cursor = connection.execute(statement.replace("?", "%s"), values)
            return cursor.fetchone() if cursor.description else None

        with connection.transaction():
            return write(sql)

    return run


def _on_sqlite(url: str) -> Any:
    lock = threading.Lock()
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    sqlite3.register_adapter(datetime, lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S.%f"))

    def sql(statement: str, values: tuple[Any, ...]) -> Any:
        cursor = connection.execute(statement, values)
        return cursor.fetchone() if cursor.description else None

    def run(write: Any) -> Any:
        with lock:
            connection.execute("BEGIN IMMEDIATE")
            found = write(sql)
            connection.execute("COMMIT")
            return found

    return run


def main() -> None:
    """Serve the app with gunicorn, with as many workers as Ventil has."""
    url, port = sys.argv[1], int(sys.argv[2])
    smtp_port, letters = (int(sys.argv[3]), int(sys.argv[4])) if sys.argv[3:] else (None, 0)
    workers = 1 if url.startswith("sqlite") else 2  # one writer at a time
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    class Served(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {"bind": f"127.0.0.1:{port}", "workers": workers, "threads": 8, "worker_class": "gthread"}
            for name, value in settings.items():
                self.cfg.set(name, value)
            self.cfg.set("keepalive", 30)
            self.cfg.set("loglevel", "error")

        def load(self) -> Flask:
            return make_app(url, smtp_port, letters)

    Served().run()


if __name__ == "__main__":
    main()
