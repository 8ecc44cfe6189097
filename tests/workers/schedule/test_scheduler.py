"""The clock: each job once, on time or late, whichever clocks and workers live."""

import http.server
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update
from support.houses.migrated import CALENDAR
from support.keys import SECRET_KEY
from support.servers.services import LOOPBACK

from cases.calendar import Calendar
from cases.database.clock import now, present
from cases.database.leases.leased import LeasePolicy
from cases.database.tables.scheduled_jobs import Scheduled
from cases.demo.passing_days import let_days_pass
from cases.organisation.municipality import Municipality
from cases.settings import read_settings
from cases.settings.mail_in import MailInSettings
from workers.health.heartbeat import beat
from workers.runtime import open_runtime
from workers.schedule import jobs, scheduler
from workers.schedule.jobs import JOBS, after_a_sweep, next_morning, next_night
from workers.schedule.scheduler import Scheduler, due_jobs, make_schedule, run_job

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def settings(tmp_path):
    given = {"VENTIL_SWEEP_SECONDS": "60", "VENTIL_SECRET_KEY": SECRET_KEY, "VENTIL_LMTP": "127.0.0.1:8024"}
    return read_settings(given, folder=tmp_path)


@pytest.fixture
def runtime(town, settings):
    return open_runtime(town.database, settings, None)


@pytest.fixture
def ran(monkeypatch):
    """Let each job only say that it ran."""
    said = []
    for name, job in JOBS.items():
        recording = jobs.Job(lambda _, name=name: said.append(name), job.next_after, job.at_once)
        monkeypatch.setitem(JOBS, name, recording)
    return said


def rows(runtime):
    with runtime.database.reading() as session:
        return {row.name: row for row in session.scalars(select(Scheduled))}


def let_be_due(runtime, since=timedelta(minutes=1), **more):
    with runtime.database.transaction() as session:
        moment = session.scalars(select(now())).one()
        session.execute(update(Scheduled).values(next_at=moment - since, **more))


def test_rows_that_are_missing_are_made_and_the_others_stay(runtime, settings):
    make_schedule(runtime.database, settings)
    assert rows(runtime).keys() == JOBS.keys()
    let_be_due(runtime)
    with runtime.database.transaction() as session:
        session.execute(delete(Scheduled).where(Scheduled.name == "clean_up"))
    before = rows(runtime)["sweep"].next_at
    make_schedule(runtime.database, settings)
    assert rows(runtime).keys() == JOBS.keys()
    assert rows(runtime)["sweep"].next_at == before


def test_a_new_house_begins_with_a_sweep(runtime, settings):
    make_schedule(runtime.database, settings)
    assert {name for name, *_ in due_jobs(runtime.database, settings)} == {"sweep", "stuck_check", "mail"}


def test_a_house_to_which_no_mail_comes_has_no_job_for_it(runtime, settings):
    make_schedule(runtime.database, settings)
    without = replace(settings, incoming=MailInSettings())
    assert "mail" not in {name for name, *_ in due_jobs(runtime.database, without)}
    with runtime.database.transaction() as session:
        session.execute(delete(Scheduled))
    make_schedule(runtime.database, without)
    assert rows(runtime).keys() == JOBS.keys() - {"mail"}


def test_many_clocks_do_a_job_once(runtime, settings, ran):
    make_schedule(runtime.database, settings)
    let_be_due(runtime)
    clocks = [threading.Thread(target=Scheduler(runtime).look) for _ in range(4)]
    [clock.start() for clock in clocks]
    [clock.join() for clock in clocks]
    assert sorted(ran) == sorted(JOBS)


def test_what_is_due_is_rung_for_once_and_done_by_the_clock_when_nobody_takes_it(runtime, settings, ran):
    make_schedule(runtime.database, settings)
    clock = Scheduler(runtime)
    let_be_due(runtime, timedelta(seconds=0.1))
    for _ in range(5):
        clock.look()
    assert ran == []
    assert runtime.broker.depth("sweeps") == 1
    let_be_due(runtime, timedelta(seconds=4))
    clock.look()
    assert sorted(ran) == sorted(JOBS)


def test_after_weeks_of_downtime_each_job_runs_once(runtime, settings, ran):
    make_schedule(runtime.database, settings)
    let_be_due(runtime, timedelta(weeks=3))
    for _ in range(5):
        Scheduler(runtime).look()
    assert sorted(ran) == sorted(JOBS)
    sweep = rows(runtime)["sweep"]
    assert sweep.next_at - sweep.last_done_at == timedelta(seconds=60)
    assert abs(sweep.last_done_at - datetime.now(UTC)) < timedelta(seconds=20)


def test_a_demonstration_does_each_job_once_on_the_day_that_is_reached(runtime, settings, ran):
    make_schedule(runtime.database, settings)
    let_be_due(runtime)
    Scheduler(runtime).look()
    ran.clear()
    with runtime.database.transaction() as session:
        session.execute(update(Municipality).values(demonstration=True))
    let_days_pass(runtime.database, 7)
    for _ in range(3):
        Scheduler(runtime).look()
    assert sorted(ran) == sorted(JOBS)
    for row in rows(runtime).values():  # next in domain time, done by the database's clock
        assert row.next_at - datetime.now(UTC) > timedelta(days=6)
        assert abs(row.last_done_at - datetime.now(UTC)) < timedelta(seconds=20)
        assert row.lease_until is None


def test_a_clock_that_ran_ahead_and_was_set_back_stops_no_job(runtime, settings, ran):
    make_schedule(runtime.database, settings)
    with runtime.database.transaction() as session:
        ahead = present(session) + timedelta(days=300)
        session.execute(update(Scheduled).values(next_at=ahead + timedelta(minutes=1), last_done_at=ahead))
    Scheduler(runtime).look()
    assert sorted(ran) == sorted(JOBS)
    Scheduler(runtime).look()
    assert len(ran) == len(JOBS)


def test_a_job_whose_doer_died_is_done_when_its_lease_is_over(runtime, settings, ran):
    make_schedule(runtime.database, settings)
    with runtime.database.reading() as session:
        moment = session.scalars(select(now())).one()
    let_be_due(runtime, lease_token="dead", lease_until=moment + timedelta(minutes=1))
    assert not run_job(runtime, "sweep")
    let_be_due(runtime, lease_token="dead", lease_until=moment - timedelta(minutes=1))
    assert run_job(runtime, "sweep")
    assert ran == ["sweep"]


def test_a_doer_that_dies_in_the_middle_holds_up_no_sweep_longer_than_its_interval(runtime, settings, monkeypatch):
    make_schedule(runtime.database, settings)
    let_be_due(runtime)

    def die(_):
        raise KeyboardInterrupt

    monkeypatch.setitem(JOBS, "sweep", jobs.Job(die, after_a_sweep))
    with pytest.raises(KeyboardInterrupt):
        run_job(runtime, "sweep")
    with runtime.database.reading() as session:
        held_for = rows(runtime)["sweep"].lease_until - session.scalars(select(now())).one()
    assert timedelta() < held_for < timedelta(seconds=settings.sweep_seconds)


def test_a_job_that_takes_longer_than_its_lease_is_kept_by_its_doer(runtime, settings, monkeypatch):
    make_schedule(runtime.database, settings)
    let_be_due(runtime)
    monkeypatch.setattr(scheduler, "LEASE_POLICY", LeasePolicy(lease=timedelta(seconds=1)))
    begun, taken_by_another = [], []

    def last_longer(_):
        begun.append(rows(runtime)["sweep"].lease_until)
        for _ in range(200 if len(begun) == 1 else 0):
            if rows(runtime)["sweep"].lease_until > begun[0] + timedelta(seconds=1):
                break
            taken_by_another.append(run_job(runtime, "sweep"))
            time.sleep(0.05)

    monkeypatch.setitem(JOBS, "sweep", jobs.Job(last_longer, after_a_sweep))
    assert run_job(runtime, "sweep")
    assert len(begun) == 1 and not any(taken_by_another)


def test_a_sweep_that_fails_comes_no_later_than_the_next_one_would(runtime, settings, monkeypatch):
    make_schedule(runtime.database, settings)
    let_be_due(runtime)

    def fail(_):
        raise ZeroDivisionError

    monkeypatch.setitem(JOBS, "sweep", jobs.Job(fail, lambda moment, _: moment + timedelta(seconds=2)))
    assert not run_job(runtime, "sweep")
    assert rows(runtime)["sweep"].next_at - datetime.now(UTC) < timedelta(seconds=3)


def test_a_job_that_fails_is_tried_again_soon_and_says_why(runtime, settings, monkeypatch):
    make_schedule(runtime.database, settings)
    let_be_due(runtime)

    def fail(_):
        raise ZeroDivisionError

    monkeypatch.setitem(JOBS, "morning_letter", jobs.Job(fail, next_morning))
    assert not run_job(runtime, "morning_letter")
    row = rows(runtime)["morning_letter"]
    assert (row.last_error, row.last_done_at, row.lease_token) == ("ZeroDivisionError", None, None)
    assert timedelta(seconds=30) < row.next_at - datetime.now(UTC) < timedelta(seconds=90)


def test_a_sweep_is_what_the_sweep_job_does(runtime, town, settings):
    ref = town.hand_in(at=datetime(2020, 1, 7, 9, tzinfo=UTC))
    make_schedule(runtime.database, settings)
    assert run_job(runtime, "sweep")
    town.plan()
    assert town.told("case.escalated")
    assert ref


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "morning"),
    [
        ("2026-11-23T06:59", "2026-11-23T07:00"),
        ("2026-11-23T07:00", "2026-11-24T07:00"),
        ("2026-11-20T12:00", "2026-11-23T07:00"),  # Friday
        ("2026-06-18T12:00", "2026-06-22T07:00"),  # before Midsummer's Eve
        ("2026-10-23T12:00", "2026-10-26T07:00"),  # the clock goes back in between
        ("2026-12-23T08:00", "2026-12-28T07:00"),
    ],
)
def test_the_morning_letter_comes_at_seven_on_working_days(settings, moment, morning):
    assert next_morning(at(moment), settings) == at(morning)


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        ("2026-11-23T03:14", "2026-11-23T03:15"),
        ("2026-11-23T03:15", "2026-11-24T03:15"),
        ("2026-03-28T12:00", "2026-03-29T03:15"),
        ("2026-10-24T12:00", "2026-10-25T03:15"),
    ],
)
def test_cleaning_is_done_once_a_night(settings, moment, night):
    assert next_night(at(moment), settings) == at(night)


def test_every_job_comes_again_later_than_it_began(settings):
    moment = at("2026-11-23T12:00")
    assert all(job.next_after(moment, settings) > moment for job in JOBS.values())
    assert isinstance(CALENDAR, Calendar)


# --- the heartbeat ------------------------------------------------------------------------------


class Listener(http.server.BaseHTTPRequestHandler):
    heard: list[str]

    def do_GET(self):
        self.heard.append(self.path)
        self.send_response(500 if "sick" in self.path else 200)
        self.end_headers()

    def log_message(self, *words):
        pass


def test_the_heartbeat_is_heard_and_its_silence_disturbs_nothing():
    Listener.heard = []
    with http.server.ThreadingHTTPServer((LOOPBACK, 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        beat(f"http://{LOOPBACK}:{server.server_port}/ventil")
        beat(f"http://{LOOPBACK}:{server.server_port}/sick")
        server.shutdown()
    begun = time.monotonic()
    beat(f"http://{LOOPBACK}:{server.server_port}/nobody")
    beat("file:///etc/passwd")
    beat(None)
    assert Listener.heard == ["/ventil", "/sick"]
    assert time.monotonic() - begun < 2
