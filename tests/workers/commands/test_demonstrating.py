"""The demonstration is looked at by the independent check before anybody opens it."""

from pathlib import Path

import pytest

from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.demo import demonstrating
from cases.public.figures.checked import last_check
from cases.settings import read_settings
from workers.commands.demonstrating import fill_demonstration


def test_the_check_has_looked_at_a_new_demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstrating, "MONTHS", 2)
    settings = read_settings({}, folder=tmp_path)
    database = Database(settings.database_url, settings.calendar)
    migrate(database)
    assert fill_demonstration(database, settings)
    with database.reading() as session:
        check = last_check(session)
    database.close()
    assert check is not None and check.forgotten == 0
