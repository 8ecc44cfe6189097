"""Worker, relay and clock as processes on PostgreSQL and Valkey: killed, starved, and nothing is lost."""

import random
import signal
import time
from collections import Counter

import pytest
import redis
from sqlalchemy import func, select, text, update
from support.keys import SECRET_KEY
from support.servers.house_processes import house_processes

from cases.database.clock import now
from cases.database.tables.scheduled_jobs import Scheduled
from cases.handing_in import Reporter
from cases.history.outbox import OutboxEntry
from cases.settings import read_settings
from notifications.deliveries import Delivery, Outcome
from notifications.sending.accepted_letters import MOST_UNRECORDED
from workers.processes import running
from workers.runtime import THREADS

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


def wait_until(holds, patience=60.0):
    end = time.monotonic() + patience
    while not (found := holds()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


def environment(town, redis_url, sink):
    return {
        "VENTIL_DATABASE_URL": town.database.url,
        "VENTIL_REDIS_URL": redis_url,
        "VENTIL_SMTP_URL": sink.url,
        "VENTIL_SECRET_KEY": SECRET_KEY,
        "VENTIL_SWEEP_SECONDS": "1",
    }


@pytest.fixture
def processes(postgres_town, redis_url, smtp_sink, tmp_path):
    with house_processes(environment(postgres_town, redis_url, smtp_sink), tmp_path) as processes:
        yield processes


def hand_in(town, count):
    for number in range(count):
        town.hand_in(reporter=Reporter(email=f"person{number}@hemma.example"))


def is_all_told(town):
    with town.database.reading() as session:
        open_work = session.scalar(select(func.count(OutboxEntry.id)).where(OutboxEntry.done_at.is_(None)))
        waits = (Delivery.outcome == Outcome.WAITING, Delivery.channel == "mail")
        return not open_work and not session.scalar(select(func.count(Delivery.id)).where(*waits))


def receipts(town, sink):
    """Return how often each person's receipt came in; only Message-IDs that the rows know are counted."""
    ids = {f"<{row.message_id}>" for row in town.deliveries("receipt")}
    return Counter(found for letter in sink.letters if (found := letter.message["Message-ID"]) in ids)


def is_listening(town):
    asked = text("SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN ventil_work'")
    with town.database.reading() as session:
        return session.scalar(asked)


def test_what_happens_is_told_at_once(processes, postgres_town, smtp_sink):
    processes.start("worker", "relay", "clock")
    wait_until(lambda: is_listening(postgres_town))
    wait_until(lambda: swept(postgres_town))
    hand_in(postgres_town, 1)
    wait_until(lambda: len(smtp_sink.letters) >= 1, patience=5)


def swept(town):
    with town.database.reading() as session:
        return session.scalar(select(Scheduled.last_done_at).where(Scheduled.name == "sweep"))


def test_each_process_ends_in_good_order(processes, postgres_town):
    processes.start("worker", "relay", "clock", "lmtp")
    for name in ("worker", "relay", "clock", "lmtp"):
        wait_until(lambda name=name: "process.started" in processes.said(name))
        assert processes.end(name) == 0
        assert "process.stopped" in processes.said(name)


def test_whatever_is_killed_nothing_is_lost(processes, postgres_town, smtp_sink):
    chance = random.Random(7)
    names = ["worker", "worker 2", "relay", "relay 2", "clock"]
    processes.start(*names)
    kills = 0
    for _ in range(6):
        hand_in(postgres_town, 10)
        time.sleep(chance.uniform(0.3, 1.5))
        name = chance.choice(names)
        processes.kill(name)
        processes.start(name)
        kills += 1
    wait_until(lambda: is_all_told(postgres_town), patience=90)
    found = receipts(postgres_town, smtp_sink)
    sent = [row for row in postgres_town.deliveries("receipt") if row.outcome is Outcome.SENT]
    assert len(sent) == len(found)
    assert sum(found.values()) - len(found) <= kills * MOST_UNRECORDED
    assert all(row.outcome in (Outcome.SENT, Outcome.SUPPRESSED) for row in postgres_town.deliveries("receipt"))


def test_redis_may_be_wiped_and_away(postgres_town, own_redis, smtp_sink, tmp_path):
    server = own_redis()
    with house_processes(environment(postgres_town, server.url, smtp_sink), tmp_path) as processes:
        processes.start("worker", "relay", "clock")
        wait_until(lambda: swept(postgres_town))
        with redis.Redis.from_url(server.url) as connection:
            hand_in(postgres_town, 3)
            connection.flushall()
        wait_until(lambda: is_all_told(postgres_town))
        server.stop()
        before = swept(postgres_town)
        hand_in_more(postgres_town)
        wait_until(lambda: is_all_told(postgres_town) and len(smtp_sink.letters) >= 6)
        wait_until(lambda: swept(postgres_town) > before)  # the clock does it itself
        server.start()
        processes.start("worker 2")
        wait_until(lambda: "process.started" in processes.said("worker 2"))
        assert set(receipts(postgres_town, smtp_sink).values()) == {1}


def hand_in_more(town):
    for number in range(3):
        town.hand_in(reporter=Reporter(email=f"another{number}@hemma.example"))


def test_a_process_refuses_a_database_that_is_behind(processes, postgres_town):
    with postgres_town.database.transaction() as session:
        session.execute(text("DELETE FROM alembic_version"))
    processes.start("relay")
    assert processes.running["relay"].wait(30) != 0
    assert "ventil migrate" in processes.said("relay")


def test_a_process_without_its_database_says_so_in_a_line(tmp_path):
    settings = read_settings(
        {
            "VENTIL_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "VENTIL_SECRET_KEY": SECRET_KEY,
        },
        folder=tmp_path,
    )
    with pytest.raises(running.CannotStart, match="does not answer"):
        running.run_relay(settings)


def test_a_stopped_worker_that_comes_back_sends_nothing_twice_on_purpose(processes, postgres_town, smtp_sink):
    processes.start("relay", "worker")
    wait_until(lambda: "process.started" in processes.said("worker"))
    hand_in(postgres_town, 30)
    processes.running["worker"].send_signal(signal.SIGSTOP)
    processes.start("worker 2")
    wait_until(lambda: is_all_told(postgres_town), patience=120)  # the database ends its transaction after a while
    processes.running["worker"].send_signal(signal.SIGCONT)
    time.sleep(1)
    found = receipts(postgres_town, smtp_sink)
    assert len(found) == 30
    assert sum(found.values()) <= 30 + THREADS * MOST_UNRECORDED


def test_the_database_may_drop_every_connection(processes, postgres_town, smtp_sink):
    processes.start("worker", "relay", "clock")
    wait_until(lambda: is_listening(postgres_town))
    for name in ("worker", "relay", "clock"):  # whoever is refused at its start ends, and waits for a supervisor
        wait_until(lambda name=name: "process.started" in processes.said(name))
    hand_in(postgres_town, 3)
    with postgres_town.database.transaction() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    hand_in_more(postgres_town)
    wait_until(lambda: is_all_told(postgres_town))
    assert len(receipts(postgres_town, smtp_sink)) == 6
    with postgres_town.database.transaction() as session:
        session.execute(update(Scheduled).values(next_at=now()))
