"""What Ventil keeps is for its own account only, whatever the umask, and also what lay open before."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.houses.migrated import CALENDAR

from cases.database.migrating import migrate
from cases.database.private_files import make_private_folder, tighten
from cases.database.transactions import Database
from cases.files.storage import attachments_under
from cases.organisation.places import Place
from cases.settings import read_settings
from notifications.sending.local_mailbox import Mailbox
from workers.commands.opening import open_database
from workers.processes.single_instance import InstanceLock


@pytest.fixture(params=[0o000, 0o022, 0o002, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    """Return what in the folder, and the folder itself, others may read, write or enter, with its rights."""
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    return {str(path): oct(mode) for path, mode in found.items() if mode & 0o077}


def test_what_is_made_is_for_its_owner_only(umask: int, tmp_path: Path) -> None:
    var = tmp_path / "deep" / "var"
    settings = read_settings({"VENTIL_VAR": str(var)})
    database = Database(settings.database_url, settings.calendar)
    migrate(database)
    attachments_under(var).keep(b"x")
    Mailbox(var / "mailbox").keep(b"Message-ID: <1@example.se>\r\n\r\nHej")
    lock = InstanceLock(var)
    lock.acquire()
    names = {path.name for path in var.iterdir()}
    assert {"ventil.sqlite3", "ventil.sqlite3-wal", "ventil.sqlite3-shm", "secret-key", "up.lock"} <= names
    assert open_to_others(var) == {}
    lock.release()
    database.close()


def test_a_database_elsewhere_is_closed_to_others_too(umask: int, tmp_path: Path) -> None:
    file = tmp_path / "rows" / "house.sqlite3"
    database = Database(f"sqlite:///{file}", None)
    migrate(database)
    assert open_to_others(file.parent) == {}
    database.close()
    file.chmod(0o644)
    Database(f"sqlite:///{file}", None).close()
    assert open_to_others(file.parent) == {}


def test_what_lay_open_is_closed_when_a_command_begins(tmp_path: Path) -> None:
    settings = read_settings({"VENTIL_VAR": str(tmp_path / "var")})
    attachments_under(settings.var).keep(b"x")
    Mailbox(settings.var / "mailbox").keep(b"Message-ID: <1@example.se>\r\n\r\nHej")
    for path in (settings.var, *settings.var.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    with open_database(settings):
        assert open_to_others(settings.var) == {}


def test_what_is_not_ours_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "notes" / "mine.txt"
    other.parent.mkdir()
    other.write_text("x")
    other.chmod(0o644)
    tighten(tmp_path)
    assert stat.S_IMODE(other.stat().st_mode) == 0o644
    tighten(tmp_path / "missing")


def test_a_folder_that_exists_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path / "a" / "b")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path, tmp_path / "a")] == [0o755, 0o700]


WRITE_AND_LEAVE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("CREATE TABLE left_behind (n INTEGER)")
connection.close()
"""


def test_a_second_opening_in_a_process_leaves_the_first_its_locks(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ventil.sqlite3'}"
    first = Database(url, CALENDAR)
    migrate(first)  # its connection stays open in the pool
    Database(url, CALENDAR).close()
    subprocess.run([sys.executable, "-c", WRITE_AND_LEAVE, str(tmp_path / "ventil.sqlite3")], check=True)
    assert (tmp_path / "ventil.sqlite3-wal").exists(), "who left was not the last, so the log is still in use"
    with first.transaction() as session:
        session.add(Place(slug="vik", name="Vik"))
    first.close()
    with sqlite3.connect(tmp_path / "ventil.sqlite3") as later:
        assert later.execute("SELECT name FROM place").fetchall() == [("Vik",)]
    later.close()
