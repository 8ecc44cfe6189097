"""The floor: a bare Flask page that writes the same rows by plain SQL, in one transaction. No rule, no check.

Run as `floor.py DATABASE_URL PORT`, under the same server as Ventil.
"""

import itertools
import json
import os
import sqlite3
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request

EVENT = """INSERT INTO event
(stream, seq, type, at, recorded_at, actor, facts, changes, commitments, previous_hash, hash)
VALUES (?, ?, ?, ?, ?, 'person', ?, ?, ?, ?, ?) RETURNING id"""
WORDS = "INSERT INTO words (event_id, case_id, field, visibility, text, salt) VALUES (?, ?, ?, 'public', ?, ?)"
WORK = "INSERT INTO work (event_id, consumer, stream, recorded_at, claims) VALUES (?, 'letters', ?, ?, 0)"
CASE = """INSERT INTO "case"
(ref, public_id, kind, state, title, channel, received_at, responsible_id, responsible_holds, policy_id,
due_at, next_at, cycle, rung, rung_at, life_cycle, life_rung, statutory_cycle, statutory_rung, quick_win, wants_public,
highest_rung, sent_back_count, version, changed_version, head_hash)
VALUES (?, ?, 'issue', 'received', ?, 'web', ?, 1, true, 1,
?, ?, 1, 1, ?, 0, 0, 0, 0, false, false, 0, 0, 1, 1, ?)
RETURNING id"""
PARTY = "INSERT INTO party (name, email, locale, protected) VALUES (?, ?, 'sv', false) RETURNING id"
CHANGE = """UPDATE "case" SET state = ?, due_at = ?, next_at = ?, rung = 0, rung_at = ?, cycle = cycle + 1,
version = version + 1, changed_version = changed_version + 1, head_hash = ?, last_act_at = ?
WHERE ref = ? RETURNING id, version"""
HASH, SALT = "0" * 64, "0" * 32
FACTS = json.dumps({"responsible": "gata", "due_on": "2026-12-01", "previous": "in_progress"})
CHANGES = json.dumps({"due_at": "2026-12-01T22:59:59+00:00", "next_at": "2026-11-27T06:00:00+00:00", "cycle": 4})


def make_app(url: str) -> Flask:
    app, numbers = Flask(__name__), itertools.count(os.getpid() * 1_000_000)
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
        return jsonify(run(lambda sql: _change(sql, ref, given)))

    return app


def _hand_in(sql: Any, given: dict[str, Any], number: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    due = now + timedelta(days=2)
    sql(PARTY, (given["reporter"]["name"], given["reporter"]["email"]))
    ref = f"floor-{number}"
    (case_id,) = sql(CASE, (ref, f"p{number}", given["title"], now, due, due, due, HASH))
    _record(sql, case_id, 1, "case.received", now, given["title"])
    return {"ref": ref, "state": "received"}


def _change(sql: Any, ref: str, given: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    due = now + timedelta(days=40)
    case_id, version = sql(CHANGE, (given["to"], due, due, due, HASH, now, ref))
    _record(sql, case_id, version, "case.started", now, given["note"])
    return {"ref": ref, "state": given["to"], "version": version}


def _record(sql: Any, case_id: int, seq: int, kind: str, now: datetime, note: str) -> None:
    (event_id,) = sql(EVENT, (case_id, seq, kind, now, now, FACTS, CHANGES, "[]", HASH, HASH))
    sql(WORDS, (event_id, case_id, "note", note, SALT))
    sql(WORK, (event_id, case_id, now))


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
    url, port = sys.argv[1], int(sys.argv[2])
    workers = 1 if url.startswith("sqlite") else 2  # one writer at a time
    from gunicorn.app.base import BaseApplication

    class Served(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {"bind": f"127.0.0.1:{port}", "workers": workers, "threads": 8, "worker_class": "gthread"}
            for name, value in settings.items():
                self.cfg.set(name, value)
            self.cfg.set("keepalive", 30)
            self.cfg.set("loglevel", "error")

        def load(self) -> Flask:
            return make_app(url)

    Served().run()


if __name__ == "__main__":
    main()
