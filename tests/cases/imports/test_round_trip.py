"""What is exported and imported again is the same house: the whole demonstration, twice through, column by column."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, func, inspect, select
from sqlalchemy.orm import Session
from support.houses.demonstration import NOW, Copy, fill_demonstration, furnish_empty, sqlite_copies
from support.houses.migrated import CALENDAR
from support.houses.moving import export_to, exported, import_from

from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.database.transactions import Database
from cases.deadlines.policies import JUNK_POLICY, Policy
from cases.history.journal import Event
from cases.history.words import Words
from cases.imports.columns import NAMES
from cases.imports.formats.writing import CsvForm
from cases.imports.importing import Clocks, Imported
from cases.imports.names import OWED_BY_MEETINGS, names_of_meetings
from cases.ladder.climbing import FiredRung
from cases.ladder.sweep import sweep
from cases.meetings.agenda_items import AgendaItem
from cases.organisation.categories import Category
from cases.organisation.people import Person
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.parties import Follower, Party
from cases.promises import Promise
from cases.public.publication import Published
from cases.states import State

NEW_BY_NATURE = {
    Case: {
        "id": "a number of the database",
        "policy_id": "deadlines are those that the house has now for a case of this kind, category and place",
        "source": "where a case came from: its own house names none",
        "external_id": "its number there",
        "contact_id": "contacts with groups do not go into a table",
        "cycle": "counts how often this history has set the clock",
        "life_cycle": "counts how often this history has set the clock",
        "statutory_cycle": "counts how often this history has set the clock",
        "version": "the number of its last event; events do not go into a table",
        "changed_version": "the number of its last changing event",
        "head_hash": "the hash of its last event",
    },
    Party: {"id": "a number of the database"},
}
COMPARED = {
    Case: (
        "ref", "public_id", "kind", "origin", "state", "title", "channel", "received_at", "responsible_id",
        "responsible_holds", "officer_id", "group_id", "category_id", "place_id", "reporter_id", "latitude",
        "longitude", "due_at", "next_at", "rung", "rung_at", "life_due_at", "life_rung", "life_at", "raised_on",
        "statutory_due_at", "statutory_rung", "statutory_at", "promised_on", "promise_breaks_at", "waiting_for",
        "waiting_unit_id", "waiting_name", "waiting_their_ref", "waiting_from", "waiting_from_due_at",
        "merged_into_id", "duty_on", "duty_first_on", "every_months", "obligation", "subject", "perspective",
        "quick_win", "wants_public", "published_at", "highest_rung", "sent_back_count", "last_act_at", "touched_at",
        "ended_at", "unread_reply", "junk_since",
    ),
    Party: ("name", "email", "phone", "locale", "protected"),
}  # fmt: skip
ONLY_WHILE = {"rung": "rung_at", "life_rung": "life_at", "statutory_rung": "statutory_at"}  # what is left means nothing
BY_NAME = {
    "category_id": (Category, "slug"), "place_id": (Place, "slug"),
    "responsible_id": (Unit, "slug"), "group_id": (Unit, "slug"), "waiting_unit_id": (Unit, "slug"),
    "officer_id": (Person, "email"), "merged_into_id": (Case, "ref"),
}  # fmt: skip


@dataclass
class Houses:
    """Where the houses of a test come from: the demonstration, always on SQLite, and empty ones that have its setup."""

    copy: Copy
    copy_on_sqlite: Copy
    open: list[Database]

    def demonstration(self) -> Database:
        return self._opened(self.copy_on_sqlite("demonstration_house", fill_demonstration))

    def empty(self) -> Database:
        return self._opened(self.copy("demonstration_setup", furnish_empty))

    def _opened(self, url: str) -> Database:
        self.open.append(Database(url, CALENDAR))
        return self.open[-1]


@pytest.fixture
def houses(copy_house: Copy, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    made = Houses(copy_house, sqlite_copies(run_folder, tmp_path_factory.mktemp("demonstration")), [])
    yield made
    for database in made.open:
        database.close()


def _kept(database: Database, model: type[Any]) -> dict[str, dict[str, Any]]:
    """Return what is compared of each case, or of the person who asked it, by the case's reference."""
    with database.reading() as session:
        names = _names(session)
        found = session.scalars(select(Case)).all()
        subjects = [(case.ref, case if model is Case else case.reporter) for case in found]
        return {
            ref: {name: _value(names, one, name) for name in COMPARED[model]}
            for ref, one in subjects
            if one is not None
        }


def _names(session: Session) -> dict[str, dict[Any, str]]:
    return {"subject": names_of_meetings(session)} | {
        column: dict(session.execute(select(model.id, getattr(model, name))).all())
        for column, (model, name) in BY_NAME.items()
    }


def _value(names: dict[str, dict[Any, str]], one: Any, name: str) -> Any:
    if name in ONLY_WHILE and getattr(one, ONLY_WHILE[name]) is None:
        return None
    value = getattr(one, name)
    if name == "unread_reply":
        return value is not None  # which event it is changes with the history
    if name == "subject":
        by_name = one.obligation in OWED_BY_MEETINGS  # each house numbers its meetings in its own way
        return names[name].get(value, value) if by_name else value
    if name == "reporter_id":
        return value is not None  # who it is stands in the table of parties
    return names[name][value] if name in names and value is not None else value


def _around(database: Database) -> dict[str, set[tuple[Any, ...]]]:
    """Return what other tables hold about the cases that a table of cases can carry."""
    asks = {
        "promise": select(Case.ref, Case.promised_on, Promise.outcome)
        .join(Promise, Promise.case_id == Case.id)
        .where(Promise.promised_on == Case.promised_on, Promise.outcome != "moved"),
        "agenda": select(Case.ref, AgendaItem.why)
        .join(AgendaItem, AgendaItem.case_id == Case.id)
        .where(AgendaItem.settled_at.is_(None)),
        "published": select(Published.ref, Published.title, Published.description, Published.published_at),
        "last rung": select(Case.ref, FiredRung.rung, FiredRung.fired_at)
        .join(FiredRung, FiredRung.case_id == Case.id)
        .where(
            FiredRung.clock == "state", FiredRung.cycle == Case.cycle, FiredRung.rung == Case.rung - 1,
            FiredRung.rung > 0, Case.state.in_(("received", "assigned", "planned", "in_progress", "waiting")),
        ),
        "followers": select(Case.ref, Party.name, Party.email, Party.phone)
        .join(Follower, Follower.case_id == Case.id)
        .join(Party, Party.id == Follower.party_id),
    }  # fmt: skip
    last = select(func.max(Event.id)).where(Event.type == "case.done").group_by(Event.stream)
    asks["answers"] = _words("note").where(Words.event_id.in_(last), Case.state.in_(("done", "closed")))
    asks["descriptions"] = _words("description")
    with database.reading() as session:
        return {what: {tuple(row) for row in session.execute(ask)} for what, ask in asks.items()}


def _words(field: str) -> Select[Any]:
    return select(Case.ref, Words.text).join(Words, Words.case_id == Case.id).where(Words.field == field)


def _forgotten(database: Database) -> list[str]:
    with database.reading() as session:
        return [str(breach) for breach in find_forgotten(session, NOW)]


def _differences(first: dict[str, dict[str, Any]], second: dict[str, dict[str, Any]]) -> list[str]:
    assert first.keys() == second.keys()
    return [
        f"{ref} {first[ref].get('state')} {name}: {value!r} became {second[ref][name]!r}"
        for ref, row in first.items()
        for name, value in row.items()
        if second[ref][name] != value
    ]


@pytest.mark.slow
def test_the_demonstration_is_the_same_house_after_two_moves(houses: Houses, tmp_path: Path) -> None:
    first = houses.demonstration()
    wanted, case_rows, party_rows, around = exported(first), _kept(first, Case), _kept(first, Party), _around(first)
    assert [breach for breach in _forgotten(first) if not breach.startswith("G4")] == []  # its letters are not planned
    path = export_to(tmp_path / "0.csv", first)
    for number, clocks in enumerate(Clocks, start=1):
        house = houses.empty()
        done, told = import_from(path, house, NOW, clocks)
        assert (told, done) == ([], Imported(written=len(wanted)))
        assert _differences(case_rows, _kept(house, Case)) == []
        assert _differences(party_rows, _kept(house, Party)) == []
        assert _around(house) == around
        assert exported(house) == wanted
        assert _forgotten(house) == []
        moved, path = path, export_to(tmp_path / f"{number}.csv", house)
        assert sorted(path.read_bytes().splitlines()) == sorted(moved.read_bytes().splitlines())
    sweep(house, now=NOW + timedelta(days=1))
    with house.reading() as session:
        assert find_forgotten(session, NOW + timedelta(days=1)) == []


def test_that_a_reply_waits_and_that_it_is_junk_moves_too(houses: Houses, tmp_path: Path) -> None:
    first, other = houses.demonstration(), houses.empty()
    with first.transaction() as session:
        done = session.scalars(select(Case).where(Case.state == State.DONE).limit(1)).one()
        unpublished = select(Case).where(Case.state == State.RECEIVED, Case.published_at.is_(None))
        came = session.scalars(unpublished.limit(1)).one()
        done.unread_reply, came.junk_since = 1, came.received_at
        refs = {"reply": done.ref, "junk": came.ref}
    assert import_from(export_to(tmp_path / "cases.csv", first), other, NOW)[1] == []
    kept = _kept(other, Case)
    assert [ref for ref, case in kept.items() if case["unread_reply"]] == [refs["reply"]]
    assert [ref for ref, case in kept.items() if case["junk_since"]] == [refs["junk"]]
    with other.reading() as session:
        policies = select(Case.ref).join(Policy, Policy.id == Case.policy_id).where(Policy.kind == JUNK_POLICY)
        assert session.scalars(policies).all() == [refs["junk"]]


@pytest.mark.parametrize("model", COMPARED)
def test_each_column_is_compared_or_new_by_nature(model: type[Any]) -> None:
    columns = sorted(column.key for column in inspect(model).column_attrs)
    assert columns == sorted([*COMPARED[model], *NEW_BY_NATURE[model]])


def test_a_file_for_machines_is_read_the_same(houses: Houses, tmp_path: Path) -> None:
    first, other = houses.demonstration(), houses.empty()
    path = export_to(tmp_path / "machine.csv", first, CsvForm.MACHINE)
    with path.open(encoding="utf-8", newline="") as file:
        assert tuple(next(csv.reader(file))) == NAMES
    assert import_from(path, other, NOW)[1] == []
    assert exported(other) == exported(first)


def test_a_spreadsheet_is_read_the_same(houses: Houses, tmp_path: Path) -> None:
    first, other = houses.demonstration(), houses.empty()
    assert import_from(export_to(tmp_path / "cases.xlsx", first), other, NOW)[1] == []
    assert exported(other) == exported(first)
