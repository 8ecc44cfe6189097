"""Alive, ready, in figures; and the two servers that serve it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from support.houses.small_house import furnish
from support.houses.small_web import open_web
from support.servers import services

from cases.database.base import table_of
from cases.database.tables.scheduled_jobs import Scheduled
from notifications.deliveries import Channel, Delivery, MailServer
from web.serving import serve_embedded

ROOT = Path(__file__).parents[3]


def figures(web, **headers):
    answer = web.browser().get("/metrics", headers=headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_alive_without_a_database(web):
    web.database.close()
    assert web.browser().get("/healthz").json == {"status": "alive"}


def test_ready_when_migrated(web):
    assert web.browser().get("/readyz").json == {"status": "ready"}


def test_not_ready_when_migrations_are_behind(web):
    with web.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = web.browser().get("/readyz")
    assert answer.status_code == 503
    assert "ventil migrate" in answer.json["reason"]


@pytest.mark.postgres
def test_not_ready_without_a_database(own_postgres, tmp_path):
    server = own_postgres()
    url = services.fresh_database(server.url, "down")
    furnish(url)
    web = open_web(url, tmp_path)
    server.stop()
    answer = web.browser().get("/readyz")
    assert (answer.status_code, answer.json["reason"]) == (503, "the database cannot be reached")
    web.database.close()


def test_figures_count_what_is_there(web):
    web.case()
    late = web.house.hand_in(at=datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert late
    counted = figures(web)
    assert counted["ventil_open_cases", "received"] == 2
    assert counted["ventil_open_cases", "done"] == 0
    assert counted["ventil_overdue_cases",] == 1
    assert counted["ventil_work", "waiting"] == 2
    assert counted["ventil_work", "set_aside"] == 0
    assert 0 <= counted["ventil_oldest_unhandled_work_seconds",] < 60
    assert counted["ventil_deliveries", "mail", "waiting"] == 0


def test_figures_tell_of_the_clock_and_the_mail_server(web):
    assert figures(web)["ventil_last_tick_age_seconds",] == float("inf")
    at = datetime.now(UTC)
    with web.database.transaction() as session:
        session.execute(table_of(Scheduled).delete())
        session.add(Scheduled(name="sweep", next_at=at, last_done_at=at - timedelta(minutes=5)))
        session.add(MailServer(name="mail.example.se", down_since=at))
        session.add(
            Delivery(occasion="tick:1", recipient="role:desk.head", letter="rung", channel=Channel.ROLE, created_at=at)
        )
    counted = figures(web)
    assert 299 < counted["ventil_last_tick_age_seconds",] < 310
    assert counted["ventil_mail_server_down", "mail.example.se"] == 1
    assert counted["ventil_deliveries", "role", "waiting"] == 1


def test_figures_tell_of_nobody(web):
    case = web.case(title="Hemlig titel", reporter={"name": "Rut Rask", "email": "rut@example.se"})
    assert figures(web)
    said = web.browser().get("/metrics").text
    for secret in ("Hemlig", "Rut", "rut@", case["ref"], case["public_id"], "@"):
        assert secret not in said


def test_figures_may_ask_for_a_token(sqlite_url, tmp_path):
    web = open_web(sqlite_url, tmp_path, metrics_token="sesam")
    assert web.browser().get("/metrics").status_code == 401
    assert web.browser().get("/metrics", headers={"Authorization": "Bearer fel"}).status_code == 401
    assert figures(web, Authorization="Bearer sesam")
    web.database.close()


def wait_for(url, status=200):
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
                return json.load(answer) if answer.status == status else None
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


def test_the_embedded_server_serves_until_closed(sqlite_web):
    port = services.free_port()
    server = serve_embedded(sqlite_web.app, "127.0.0.1", port)

    def serve():
        with contextlib.suppress(OSError):  # its socket may be closed while it listens to it
            server.run()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert wait_for(f"http://127.0.0.1:{port}/readyz") == {"status": "ready"}
    finally:
        server.close()
        thread.join(10)
    assert not thread.is_alive()


def test_gunicorn_serves_with_several_processes_and_stops_when_told(sqlite_url, tmp_path):
    port = services.free_port()
    program = (
        "from cases.settings import read_settings; from web.serving import run_web;"
        f"run_web(read_settings(), '127.0.0.1', {port}, workers=2, threads=2)"
    )
    environ = {**os.environ, "VENTIL_DATABASE_URL": sqlite_url, "VENTIL_VAR": str(tmp_path), "HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert wait_for(f"http://127.0.0.1:{port}/readyz") == {"status": "ready"}
            hole = json.dumps({"kind": "issue", "title": "Hål"}).encode()
            sent = urllib.request.Request(
                f"http://127.0.0.1:{port}/api/v1/cases", hole, {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(sent, timeout=10) as answer:  # noqa: S310 - loopback
                assert answer.status == 201
        finally:
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=30)[1]
    assert process.returncode == 0
    assert '"event": "request"' in said
    assert list(tmp_path.glob(".gunicorn/*")) == []
