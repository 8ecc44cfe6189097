"""Everything in one process on SQLite, from what happens to the letter in the mailbox."""

import multiprocessing
import smtplib
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from support.inbound_rows import kept_rows, mail_about
from support.keys import SECRET_KEY
from support.servers.services import LOOPBACK, free_port, is_listening

from cases.database.clock import now
from cases.database.tables.scheduled_jobs import Scheduled
from cases.history.outbox import OutboxEntry
from cases.settings import read_settings
from cases.settings.mail_in import MailInSettings
from cases.states import State
from notifications.deliveries import Delivery, MailServer, Outcome
from notifications.sending.local_mailbox import Mailbox
from workers.processes.embedded import Embedded, void_leases
from workers.processes.single_instance import AlreadyUp, InstanceLock


def wait_until(holds, patience=20.0):
    end = time.monotonic() + patience
    while not (found := holds()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


@pytest.fixture
def town(sqlite_town):
    return sqlite_town


@pytest.fixture
def settings(tmp_path):
    return read_settings({"VENTIL_SECRET_KEY": SECRET_KEY}, folder=tmp_path)


@pytest.fixture
def embedded(town, settings):
    embedded = Embedded(town.database, settings)
    embedded.start()
    yield embedded
    embedded.stop()


def letters(settings):
    return Mailbox(settings.var / "mailbox").letters()


def test_what_happens_is_told_at_once(embedded, town, settings):
    wait_until(lambda: swept(town))
    begun = time.monotonic()
    town.hand_in()
    wait_until(lambda: letters(settings), patience=2)
    assert time.monotonic() - begun < 1  # it was woken: nobody looks by themselves so soon


def swept(town):
    with town.database.reading() as session:
        return session.scalar(select(Scheduled.last_done_at).where(Scheduled.name == "sweep"))


def test_what_another_process_wrote_is_told_soon(embedded, town, settings):
    a_command = type(town.database)(town.database.url, town.database.calendar)
    wait_until(lambda: swept(town))
    town.database, own = a_command, town.database
    town.hand_in()
    wait_until(lambda: letters(settings), patience=5)
    town.database = own
    a_command.close()


def test_the_clock_sweeps_and_the_sweep_is_told(embedded, town, settings):
    town.hand_in(at=datetime(2020, 1, 7, 9, tzinfo=UTC))
    wait_until(lambda: swept(town))
    with town.database.transaction() as session:
        session.execute(update(Scheduled).where(Scheduled.name == "sweep").values(next_at=now()))
    wait_until(lambda: len(letters(settings)) >= 2)


def test_the_start_voids_all_leases(town, settings):
    ref = town.hand_in()
    town.plan()
    with town.database.transaction() as session:
        far = session.scalars(select(now())).one() + timedelta(days=1)
        for kind in (OutboxEntry, Delivery):
            session.execute(update(kind).values(lease_token="dead", lease_until=far))
        session.add(Scheduled(name="sweep", next_at=far, lease_token="dead", lease_until=far))
        session.add(MailServer(name="mailbox", down_since=far, probing_until=far))
    void_leases(town.database)
    with town.database.reading() as session:
        for kind in (OutboxEntry, Delivery, Scheduled):
            assert session.scalars(select(kind.lease_until)).all()[0] is None
        assert session.scalars(select(MailServer)).one().probing_until is None
    assert ref


def test_what_a_killed_up_left_is_told_by_the_next(town, settings):
    town.hand_in()
    town.plan()
    with town.database.transaction() as session:
        far = session.scalars(select(now())).one() + timedelta(days=1)
        session.execute(update(Delivery).values(lease_token="dead", lease_until=far, claims=1))
    embedded = Embedded(town.database, settings)
    embedded.start()
    wait_until(lambda: letters(settings))
    embedded.stop()
    with town.database.reading() as session:
        receipt = select(Delivery).where(Delivery.letter == "receipt")
        assert session.scalars(receipt).one().outcome is Outcome.SENT


def test_there_is_one_up_in_a_folder(embedded, town, settings):
    with pytest.raises(AlreadyUp):
        Embedded(town.database, settings).start()


def test_the_right_to_the_folder_dies_with_its_process(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    taken = spawn.Event()
    holder = spawn.Process(target=hold, args=(tmp_path, taken), daemon=True)
    holder.start()
    assert taken.wait(30)
    with pytest.raises(AlreadyUp):
        InstanceLock(tmp_path).acquire()
    holder.kill()
    holder.join()
    lock = InstanceLock(tmp_path)
    lock.acquire()
    lock.release()


def hold(folder, taken):
    lock = InstanceLock(folder)
    lock.acquire()
    taken.set()
    time.sleep(60)


def test_stopping_is_quick_and_can_be_done_twice(town, settings):
    embedded = Embedded(town.database, settings)
    embedded.start()
    town.change(town.hand_in(), State.IN_PROGRESS)
    begun = time.monotonic()
    embedded.stop()
    embedded.stop()
    assert time.monotonic() - begun < 6


def test_the_door_for_mail_is_in_the_process_when_it_is_set(town, settings):
    port = free_port()
    with_door = replace(settings, incoming=MailInSettings(lmtp=(LOOPBACK, port)))
    embedded = Embedded(town.database, with_door)
    embedded.start()
    try:
        wait_until(lambda: is_listening(port))
        with smtplib.LMTP(LOOPBACK, port) as mail_server:
            mail_server.sendmail("frida@hemma.example", ["arende@kommun.example"], mail_about("ett"))
    finally:
        embedded.stop()
    assert [row.raw for row in kept_rows(town.database)] == [mail_about("ett")]
    assert not is_listening(port)
