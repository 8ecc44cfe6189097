"""What comes in, goes out, is published and is looked for does so on PostgreSQL too."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from support.houses.migrated import CALENDAR
from support.keys import SECRET_KEY

from cases.access.actors import A_COMMAND
from cases.administration.loading import load_setup_file
from cases.case import Case, case_to_change
from cases.checks.forgotten import find_forgotten
from cases.checks.forgotten_history import Portion
from cases.correcting import Correction, correct
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.demo.moving_clock import MovingClock, database_at
from cases.history.journal import Event
from cases.imports.exporting import export_cases
from cases.imports.importing import Clocks, ImportOrder, examine, write
from cases.ladder.sweep import sweep
from cases.organisation.units import FORUM, unit_named
from cases.public.published import list_published
from cases.public.published_filters import PublicFilters
from cases.settings import read_settings

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
ROWS = """source,external_id,state,title,received_at,changed_at,responsible,place
g,1,received,Åskan slog ut lampan,2026-08-31T09:00,,,norrby
g,2,assigned,Gropar i vägen,2026-03-01T09:00,2026-03-03T10:00,gata,norrby
g,3,closed,Papperskorg,2026-05-01T09:00,2026-05-03T10:00,gata,norrby
g,4,in_progress,Fiber,2026-01-02T09:00,2026-02-02T09:00,gata,
"""
HOUSE = '[[units]]\nslug = "gata"\nkind = "department"\nname = "Gata"\n[[places]]\nslug = "norrby"\nname = "Norrby"'


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    made = Database(postgres_url.replace("postgresql://", "postgresql+psycopg://"), CALENDAR)
    migrate(made)
    with made.transaction() as session:
        load_setup_file(session, HOUSE, at=NOW)
    yield made
    made.close()


def _import(database: Database, folder: Path) -> None:
    (folder / "in.csv").write_text(ROWS, encoding="utf-8")
    order = ImportOrder(folder / "in.csv", NOW, clocks=Clocks.HISTORY)
    assert write(database, order, examine(database, order, lambda *_: None), lambda _: None).written == 4


def test_history_comes_in_is_swept_and_nothing_is_forgotten(database: Database, tmp_path: Path) -> None:
    _import(database, tmp_path)
    with database.transaction() as session:
        unit_named(session, FORUM).meets = None  # it owes no meeting
    for day in range(40):
        sweep(database, now=NOW + timedelta(days=day))
    with database.reading() as session:
        assert find_forgotten(session, NOW + timedelta(days=39)) == []
        assert find_forgotten(session, NOW + timedelta(days=39), Portion(NOW.date(), after=0)) == []
        assert find_forgotten(session, NOW + timedelta(days=80)) != []
        assert export_cases(session, tmp_path / "out.csv", by=A_COMMAND) == 4


def test_a_history_that_was_rewritten_is_seen(database: Database, tmp_path: Path) -> None:
    _import(database, tmp_path)
    sweep(database, now=NOW)
    with database.transaction() as session:
        session.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
        session.execute(text("UPDATE event SET at = at + interval '1 day' WHERE stream = 1"))
        session.execute(text("UPDATE \"case\" SET cycle = 7 WHERE external_id = '2'"))
    with database.reading() as session:
        found = {breach.what for breach in find_forgotten(session, NOW)}
    assert {"the chain is broken", "the events do not add up to the case"} <= found


def test_the_public_reads_the_view(database: Database, tmp_path: Path) -> None:
    _import(database, tmp_path)
    with database.transaction() as session:
        for ref in session.scalars(select(Case.ref)).all():
            correct(session, case_to_change(session, ref), Correction(published=True), by=A_COMMAND, at=NOW)
    with database.reading() as session:
        first, cursor = list_published(session, PublicFilters(), limit=3)
        rest, _ = list_published(session, PublicFilters(), after=cursor, limit=3)
        assert len({case.ref for case in first + rest}) == 4
        for words in ("grop", "gropen vägar", "vägen!", "gropen %"):
            found = list_published(session, PublicFilters(words=words))[0]
            assert [case.title for case in found] == ["Gropar i vägen"], words
        assert list_published(session, PublicFilters(words="gropen bro"))[0] == []


def test_a_moving_clock_is_the_databases_present(database: Database, postgres_url: str, tmp_path: Path) -> None:
    environ = {"VENTIL_DATABASE_URL": postgres_url, "VENTIL_SECRET_KEY": SECRET_KEY}
    clock = MovingClock(NOW - timedelta(days=200))
    moved = database_at(read_settings(environ, folder=tmp_path), clock)
    with moved.transaction() as session:
        load_setup_file(session, HOUSE.replace('"Gata"', '"Gata och park"'), at=clock.now)
    moved.close()
    with database.reading() as session:
        assert session.scalars(select(Event.recorded_at).order_by(Event.id.desc())).first() == clock.now
