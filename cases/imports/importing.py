"""Importing cases of another system: all rows are checked, then written; a second run adds only missing cases."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import A_COMMAND, THE_IMPORT
from cases.administration.reorganising import UnitDetails, add_unit_before_import
from cases.case import Case
from cases.database.transactions import Database, use_fresh_plans
from cases.history.bulk_entries import written_in_bulk
from cases.history.events import HouseSettingChanged
from cases.history.municipality_events import record_for_municipality
from cases.history.writers import EntryWriter
from cases.imports.examining import Examined
from cases.imports.exporting import own_source
from cases.imports.formats.writing import CsvForm, new_table
from cases.imports.mapping import OWN_NEEDED, REPORTED, BadMapping, Mapping, own_columns, read_mapping
from cases.imports.names import NamesInFile, names_of_meetings
from cases.imports.replaying import Clocks, Replay, bring_to_state, hand_in_row
from cases.imports.round_trip.completing import complete
from cases.imports.round_trip.duty_rows import DutyRows, open_series
from cases.imports.round_trip.free_names import Names
from cases.imports.round_trip.owed_rows import OwedRows, end_own, owed_here
from cases.imports.rows.checker import Checker
from cases.imports.rows.import_row import ImportRow, Key
from cases.imports.tables import FOUND_OUT, Record, read_table
from cases.organisation.categories import Category
from cases.organisation.people import Person
from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.references import raise_counters
from cases.states import State
from cases.village.obligations.ensuring import ensure_lacking, ought_to_be_owed
from cases.village.registers.authority import Authority

BATCH = 500
ZONE_OF_NO_MOMENT = ZoneInfo("UTC")  # a report holds texts only
Listener = Callable[[int, str, list[str]], None]  # called with the row's number, "bad" or "odd", and the reasons


@dataclass(frozen=True)
class ImportOrder:
    """The file to import, and how. `at` is the moment of the import, with a time zone.

    `mapping` is the TOML text of a mapping, None for a file in our own columns. `clocks` says what happens to the
    clocks of open cases.
    """

    path: Path
    at: datetime
    mapping: str | None = None
    clocks: Clocks = Clocks.NOW


@dataclass
class Imported:
    """The result of an import.

    `written` is how many cases were written, `there_already` how many existed before, `left_out` how many rows were
    bad. `renumbered` maps references in the file that other cases have here to those that the cases got instead.
    """

    written: int = 0
    there_already: int = 0
    left_out: int = 0
    renumbered: dict[str, str] = field(default_factory=dict)


def examine(database: Database, order: ImportOrder, listen: Listener) -> Examined:
    """Check every row of the file and write nothing; return the result, with the reason for each bad row.

    `listen` is called for each bad or odd row: with its row number, "bad" or "odd", and the reasons. Raises `BadTable`
    when the file cannot be read at all, `BadMapping` when its columns or the mapping are wrong.
    """
    mapping, _, records = _open(order)
    with database.reading() as session:
        duties, owed = DutyRows(open_series(session)), OwedRows(owed_here(session))
        examined = Examined(_names(session, mapping), duties=duties, owed=owed)
    checker = Checker(mapping, examined.names, database.calendar.zone, order.at)
    for record in records:
        checked = checker.check(record)
        examined.add(checked)
        if checked.bad:
            listen(record.number, "bad", checked.bad)
        elif checked.odd:
            listen(record.number, "odd", checked.odd)
    examined.end(lambda number, how, why: listen(number, how, [why]))
    with database.reading() as session:
        examined.refuse_ended(_present(session, examined), lambda number, why: listen(number, "bad", [why]))
    return examined


def write(database: Database, order: ImportOrder, examined: Examined, progress: Callable[[int], None]) -> Imported:
    """Import every row that `examine` did not find bad, 500 in each transaction; return the result.

    `examined` is what `examine` returned for the same order. `progress` is called after each transaction with the
    number of rows handled so far.
    """
    with database.transaction() as session:
        _create(session, _open(order)[0], examined.names.new, order.at)
        raise_counters(session, examined.numbers)
        names = Names(own_source(session))
    importing = Importing(database, Replay(order.at, order.clocks, frozenset(examined.next_duties)), examined, names)
    rows = _good_rows(database, order, examined)
    read = 0
    while batch := list(islice(rows, BATCH)):
        importing.write_batch(batch)
        read += len(batch)
        progress(read)
    importing.finish()
    return importing.done


def report_bad(order: ImportOrder, examined: Examined, report: Path) -> None:
    """Write the bad rows to the CSV file `report`: the row's number, the reason, and the row as it was.

    `examined` is what `examine` returned for the same order. The values are separated as in the file itself.
    """
    _, columns, records = _open(order)
    with new_table(report, ZONE_OF_NO_MOMENT, _form_of(order.path)) as write_row:
        write_row([*REPORTED, *columns])
        for record in records:
            if reason := examined.bad.get(record.number):
                write_row([record.number, reason, *record.cells])


class Importing:
    """Writes the cases of an import, one batch of rows after the other.

    Merged cases, and the cases that they were merged into, are written only after all other cases.
    """

    def __init__(self, database: Database, replay: Replay, examined: Examined, names: Names) -> None:
        self.database, self.replay, self.examined, self.names = database, replay, examined, names
        self.done = Imported(left_out=len(examined.bad))
        self._targets = examined.targets
        self._later: list[ImportRow] = []
        self._memory: dict[Hashable, Any] = {}  # look-ups: units, places and so on do not change during an import

    def write_batch(self, rows: list[ImportRow]) -> None:
        """Write, in one transaction, the cases of these rows that do not exist yet.

        Merged cases, and the cases that they were merged into, are not written here: `finish` writes them.
        """
        with self.database.transaction() as session:
            use_fresh_plans(session)
            missing = self._missing(session, rows)
            end_own(session, missing, self.replay.at)
            with written_in_bulk(session, self._memory) as writer:
                written = [(self._write(writer, row), row) for row in self._now(missing)]
            complete(session, written, self.replay.at)

    def finish(self) -> None:
        """Write the merged cases, and the cases that they were merged into.

        A case gets the state in its row only after all cases merged into it, since a case must be open when another is
        merged into it. What ought to be owed and came with no row is handed in last.
        """
        with self.database.transaction() as session:
            writer = EntryWriter(session)
            present = {key: case.ref for key, case in _present(session, self.examined).items()}
            end_own(session, self._later, self.replay.at)
            cases = {row.key: self._hand_in(writer, row) for row in self._later}
            for row in sorted(self._later, key=self.examined.depth, reverse=True):
                target = cases.get(row.merged_into) if row.merged_into else None
                into = target.ref if target else present.get(row.merged_into or row.key)
                bring_to_state(writer, cases[row.key], row, into, self.replay)
            session.flush()
            complete(session, [(cases[row.key], row) for row in self._later], self.replay.at)
            self.done.written += len(cases)
        with self.database.transaction() as session:
            ensure_lacking(session, by=THE_IMPORT, at=self.replay.at)

    def _now(self, rows: list[ImportRow]) -> Iterator[ImportRow]:
        """Yield the rows whose cases need not wait for `finish`, and keep the others for it."""
        for row in rows:
            if row.state is State.MERGED or row.key in self._targets:
                self._later.append(row)
            else:
                yield row

    def _write(self, writer: EntryWriter, row: ImportRow) -> Case:
        case = self._hand_in(writer, row)
        bring_to_state(writer, case, row, None, self.replay)
        self.done.written += 1
        return case

    def _hand_in(self, writer: EntryWriter, row: ImportRow) -> Case:
        case = hand_in_row(writer, row)
        if ref := self.names.renamed.pop(row.key, None):
            self.done.renumbered[ref] = case.ref
        return case

    def _missing(self, session: Session, rows: list[ImportRow]) -> list[ImportRow]:
        missing = self.names.missing(session, rows)
        self.done.there_already += len(rows) - len(missing)
        return missing


def _open(order: ImportOrder) -> tuple[Mapping, list[str], Iterator[Record]]:
    mapping = read_mapping(order.mapping) if order.mapping is not None else None
    columns, records = read_table(
        order.path, mapping.dialect if mapping else FOUND_OUT, (mapping or OWN_NEEDED).looks_like_row
    )
    if mapping is None:
        mapping = own_columns(columns)
    elif missing := mapping.missing_in(columns):
        raise BadMapping([f"[columns]: {order.path.name} has no column {name!r}" for name in missing])
    return mapping, columns, records


def _form_of(path: Path) -> CsvForm:
    """Return the form in which the bad rows of this file are reported: with commas when it has commas itself."""
    with path.open("rb") as file:
        heading = file.readline()
    is_for_machines = path.suffix.lower() != ".xlsx" and heading.count(b",") > heading.count(b";")
    return CsvForm.MACHINE if is_for_machines else CsvForm.SPREADSHEET


def _present(session: Session, examined: Examined) -> dict[Key, Case]:
    """Return, of the cases that were merged and those they were merged into, the ones that exist, by key."""
    keys = list(examined.targets | set(examined.merged))
    numbers = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
    cases = [
        session.scalars(select(Case).where(Case.external_id.in_([external_id for _, external_id in part])))
        for part in numbers
    ]
    return {(case.source or "", case.external_id or ""): case for part in cases for case in part}


def _good_rows(database: Database, order: ImportOrder, examined: Examined) -> Iterator[ImportRow]:
    mapping, _, records = _open(order)
    checker = Checker(mapping, examined.names, database.calendar.zone, order.at)
    for record in records:
        if record.number not in examined.bad and (row := checker.check(record).row) is not None:
            yield row


def _names(session: Session, mapping: Mapping) -> NamesInFile:
    people = session.scalars(select(func.lower(Person.email)).where(Person.active))
    units = session.scalars(select(Unit).order_by(Unit.id)).all()
    columns: dict[str, list[tuple[Category | Place | Unit, bool]]] = {
        "category": [
            (category, category.active) for category in session.scalars(select(Category).order_by(Category.id))
        ],
        "place": [(place, place.active) for place in session.scalars(select(Place).order_by(Place.id))],
        "group": [(unit, unit.active and unit.kind is UnitKind.GROUP) for unit in units],
        "responsible": [(unit, unit.holds_cases) for unit in units],
        "waiting_unit": [(unit, unit.active) for unit in units],
    }
    existing, others = (
        {column: {row.slug: row.name for row, usable in rows if usable is wanted} for column, rows in columns.items()}
        for wanted in (True, False)
    )
    existing["officer"] = {email: email for email in people}
    existing["authority"] = {slug: slug for slug in session.scalars(select(Authority.slug))}
    existing["meeting"] = {name: number for number, name in names_of_meetings(session).items()}
    return NamesInFile(existing, others, mapping.creates, owed=ought_to_be_owed(session))


def _create(session: Session, mapping: Mapping, wanted: dict[str, dict[str, str]], at: datetime) -> None:
    """Create the units, categories and places that the file names and the database lacks."""
    existing = _names(session, mapping).existing
    new = {name: {s: n for s, n in slugs.items() if s not in existing[name]} for name, slugs in wanted.items()}
    for slug, name in new.get("responsible", {}).items():
        kind = UnitKind(mapping.creates["responsible"])
        add_unit_before_import(session, slug, kind, UnitDetails(name), by=A_COMMAND, at=at)
    session.add_all(Category(slug=slug, name=name) for slug, name in new.get("category", {}).items())
    session.add_all(Place(slug=slug, name=name) for slug, name in new.get("place", {}).items())
    created = [f"{column}:{slug}" for column in ("category", "place") for slug in new.get(column, {})]
    if created:
        record_for_municipality(session, HouseSettingChanged(what=created), by=A_COMMAND, at=at)
