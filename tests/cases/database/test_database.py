"""The database: two kinds of transaction, a fair lock, and one consistent state for who reads."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from support.houses.small_house import SmallHouse
from support.servers import services

from cases.calendar import Calendar
from cases.case import Case
from cases.database.clock import now, present
from cases.database.locks import FairLock
from cases.database.transactions import Database
from cases.organisation.places import Place

ROOT = Path(__file__).parents[3]


def places(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Place.slug).order_by(Place.id)))


def test_what_a_block_wrote_is_there_and_what_it_broke_off_is_not(database: Database) -> None:
    with database.transaction() as session:
        session.add(Place(slug="vik", name="Vik"))
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(Place(slug="nas", name="Näs"))
        session.flush()
        raise ZeroDivisionError
    assert places(database)[-1] == "vik"


def test_what_is_only_read_is_never_written(database: Database) -> None:
    with database.reading() as session:
        session.add(Place(slug="vik", name="Vik"))
    refused = nullcontext() if database.is_sqlite else pytest.raises(DBAPIError, match="read-only")
    with refused, database.reading() as session:
        session.add(Place(slug="nas", name="Näs"))
        session.flush()
    assert not {"vik", "nas"} & set(places(database))


def test_who_reads_sees_one_state_whatever_is_written_meanwhile(small_house: SmallHouse) -> None:
    small_house.hand_in()
    counted = select(func.count()).select_from(Case)
    with small_house.database.reading() as session:
        before = session.scalars(counted).one()
        small_house.hand_in()
        assert session.scalars(counted).one() == before
    with small_house.database.reading() as session:
        assert session.scalars(counted).one() == before + 1


def test_a_savepoint_is_given_up_alone(database: Database) -> None:
    with database.transaction() as session:
        session.add(Place(slug="vik", name="Vik"))
        session.flush()
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            session.add(Place(slug="nas", name="Näs"))
            session.flush()
            raise ZeroDivisionError
        session.add(Place(slug="bro", name="Bro"))
    assert places(database)[-2:] == ["vik", "bro"]


def test_a_savepoint_that_was_kept_goes_with_its_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        with session.begin_nested():
            session.add(Place(slug="vik", name="Vik"))
        raise ZeroDivisionError
    assert "vik" not in places(database)


def test_a_moment_without_a_zone_cannot_be_stored(database: Database) -> None:
    with pytest.raises(StatementError, match="aware"), database.reading() as session:
        session.scalars(select(Case.id).where(Case.next_at < datetime(2026, 1, 1))).all()  # noqa: DTZ001


def test_the_databases_clock_is_aware_and_right(database: Database) -> None:
    with database.reading() as session:
        shown = session.scalars(select(now())).one()
    assert abs(datetime.now(UTC) - shown) < timedelta(minutes=1)


def test_a_commit_wakes_the_relay_of_this_process(database: Database) -> None:
    database.committed.clear()
    with database.reading():
        pass
    assert not database.committed.is_set()
    with database.transaction():
        pass
    assert database.committed.is_set()


def test_sqlite_is_set_up_to_lose_nothing(database: Database) -> None:
    if database.is_sqlite:
        with database.reading() as session:
            told = [session.scalars(text(f"PRAGMA {name}")).one() for name in ("journal_mode", "synchronous")]
            assert (*told, session.scalars(text("PRAGMA foreign_keys")).one()) == ("wal", 2, 1)


def test_many_writers_lose_nothing_and_nobody_is_told_of_a_lock(small_house: SmallHouse) -> None:
    failures = []

    def write(n: int) -> None:
        try:
            for m in range(10):
                small_house.hand_in(f"Fråga {n}.{m}")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with small_house.database.reading() as session:
        refs = list(session.scalars(select(Case.ref)))
    assert sorted(refs) == [f"2026-{n:04d}" for n in range(1, 61)]


def test_a_server_that_came_back_is_reached_at_once_however_short_the_connection_rested(
    own_postgres: Callable[..., services.Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.database.engines.PING_AFTER_IDLE", 1000.0)
    server = own_postgres()
    database = Database(server.url, Calendar(ZoneInfo("Europe/Stockholm")))
    with database.transaction() as session, database.reading() as other:
        assert present(session) <= present(other)
    server.crash()
    server.start()
    with database.transaction() as session, database.reading() as other:
        assert present(session) <= present(other)
    database.close()


# --- the tables ------------------------------------------------------------------------------------

EVERY_TYPE = """
import {module}
from sqlalchemy.dialects import postgresql
from cases.database.base import Base
for table in Base.metadata.tables.values():
    for column in table.columns:
        column.type.compile(postgresql.dialect())
"""


@pytest.mark.parametrize("module", ["cases.imports.importing", "cases.ladder.sweep", "workers.processes.running"])
def test_a_process_that_imports_little_knows_the_type_of_every_column(module: str) -> None:
    program = EVERY_TYPE.format(module=module)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


# --- the lock -------------------------------------------------------------------------------------


def test_a_writer_that_waits_too_long_for_another_process_is_refused_as_the_database_does(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ventil.sqlite3'}", Calendar(ZoneInfo("Europe/Stockholm")))
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=10"))
    with database.reading() as session:
        present(session)
    other = sqlite3.connect(tmp_path / "ventil.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"), database.transaction() as session:
        session.connection()
    other.close()
    with database.transaction() as session:
        session.connection()
    database.close()


def test_a_fair_lock_lets_one_in_at_a_time_in_the_order_they_came() -> None:
    lock, order, inside = FairLock(), [], []

    def one(n: int) -> None:
        with lock:
            inside.append(n)
            assert inside == [n]
            order.append(n)
            inside.remove(n)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
    with lock:
        for thread in threads:
            thread.start()
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_a_fair_lock_is_given_on_when_its_holder_fails() -> None:
    lock = FairLock()
    with pytest.raises(ZeroDivisionError), lock:
        raise ZeroDivisionError
    with lock:
        pass


def test_an_emptied_log_holds_nothing_and_what_was_deleted_is_zeros(small_house: SmallHouse) -> None:
    database = small_house.database
    small_house.hand_in("kanariefågel")
    database.empty_log()
    if not database.is_sqlite:
        return
    path = Path(str(database.engine.url.database))
    assert path.with_name(f"{path.name}-wal").stat().st_size == 0
    assert b"kanarief" in path.read_bytes()
    with database.transaction() as session:
        assert session.scalars(text("PRAGMA secure_delete")).one() == 1
        assert session.scalars(text("PRAGMA busy_timeout")).one() == 15000
