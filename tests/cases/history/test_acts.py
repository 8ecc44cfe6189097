"""An act has an id: each event names the first event of the entry that it was written in, in an old house too."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from support.houses.acts_written import kept, live, recorded
from support.houses.brought_along import build, take_back
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse

from cases.access.actors import A_COMMAND
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.history.events import CaseRelated
from cases.history.journal import MOST_IN_AN_ACT, Entry
from cases.states import State

AT_ONE_MOMENT = (
    ("case.received",),
    ("case.planned", "case.promised"),
    ("case.planned", "case.promised"),
    ("case.put_on_agenda",),
    ("case.commented",),
    ("case.commented",),
    ("case.took_over",),
)
SEVERAL = {  # acts of several events that such a life brings
    ("case.received", "case.planned"),
    ("case.planned", "case.promised"),
    ("case.put_on_agenda", "case.waiting", "case.promised"),
    ("case.promise_broken", "case.escalated"),
    ("case.escalated", "case.put_on_agenda"),
}
BEFORE = "0002"
STOPPED = {
    True: "CREATE TRIGGER stopped BEFORE UPDATE ON alembic_version BEGIN SELECT RAISE(ABORT, 'stopped'); END",
    False: "CREATE TRIGGER stopped BEFORE UPDATE ON alembic_version FOR EACH ROW EXECUTE FUNCTION ventil_refuse()",
}
TRIGGERS = {
    True: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('event', 'case') ORDER BY name",
    False: (
        "SELECT tgname, pg_get_triggerdef(oid), tgenabled FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgrelid::regclass::text IN ('event', '\"case\"', 'policy', 'words', 'work')"
        " ORDER BY tgrelid::regclass::text, tgname"
    ),
}


def test_the_events_of_an_act_are_those_of_one_entry(
    small_house: SmallHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = recorded(monkeypatch)
    ref = live(small_house, tmp_path)
    assert kept(small_house) == written
    assert _types(small_house, ref)[: len(AT_ONE_MOMENT)] == AT_ONE_MOMENT


def test_in_a_house_that_is_brought_along_every_event_has_the_same_act(small_house: SmallHouse, tmp_path: Path) -> None:
    ref = live(small_house, tmp_path)
    written = kept(small_house)
    refs = {name for name, _ in written} - {"house"}
    assert {act for one in refs for act in _types(small_house, one) if len(act) > 1} >= SEVERAL
    take_back(small_house.database, BEFORE)
    assert "act_seq" not in _columns(small_house.database)
    migrate(small_house.database)
    assert kept(small_house) == written
    assert _types(small_house, ref)[: len(AT_ONE_MOMENT)] == AT_ONE_MOMENT


def test_a_house_that_is_brought_along_has_the_triggers_that_it_had(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    for url in (f"sqlite:///{tmp_path / 'old.sqlite3'}", request.getfixturevalue("postgres_url")):
        database = Database(url, CALENDAR)
        build(database, BEFORE)
        made = _triggers(database)
        migrate(database)
        assert made and [trigger for trigger in _triggers(database) if trigger in made] == made  # others are newer
        database.close()


def test_a_migration_that_is_stopped_leaves_the_house_as_it_was(small_house: SmallHouse) -> None:
    database = small_house.database
    small_house.reach(State.PLANNED)
    take_back(database, BEFORE)
    with database.engine.begin() as connection:
        connection.execute(text(STOPPED[database.is_sqlite]))
    guarded = _triggers(database)
    with pytest.raises(DBAPIError):
        migrate(database)
    assert (_triggers(database), "act_seq" in _columns(database)) == (guarded, False)


def test_no_act_has_more_events_than_are_looked_for(small_house: SmallHouse) -> None:
    entry = Entry(small_house.case(small_house.hand_in()), by=A_COMMAND, at=MONDAY)
    for _ in range(MOST_IN_AN_ACT):
        entry.add(CaseRelated(to="2026-0002"))
    with pytest.raises(ValueError, match="at most"):
        entry.add(CaseRelated(to="2026-0002"))


def _types(house: SmallHouse, ref: str) -> tuple[tuple[str, ...], ...]:
    acts: dict[int | None, tuple[str, ...]] = {}
    for event in house.events(ref):
        acts[event.act_seq] = (*acts.get(event.act_seq, ()), event.type)
    return tuple(acts.values())


def _columns(database: Database) -> set[str]:
    return {column["name"] for column in inspect(database.engine).get_columns("event")}


def _triggers(database: Database) -> list[tuple[str, ...]]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(TRIGGERS[database.is_sqlite]))]
