"""Importing: cases of another system, checked first, then replayed; run again it takes only what is not there yet."""

import csv
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import A_COMMAND
from cases.administration.reorganising import UnitDetails, add_unit, record_for_municipality
from cases.case import Case
from cases.database.transactions import Database, use_fresh_plans
from cases.history.bulk_entries import written_in_bulk
from cases.history.events import HouseSettingChanged
from cases.history.writers import EntryWriter
from cases.imports.examining import Examined
from cases.imports.mapping import BadMapping, Mapping, own_columns, read_mapping
from cases.imports.replaying import Clocks, Replay, begin, go_on
from cases.imports.rows import Checker, ImportRow, NamesInFile
from cases.imports.tables import FOUND_OUT, Record, read_table
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.states import State

BATCH = 500
Listener = Callable[[int, str, list[str]], None]  # the row's number, "bad" or "odd", why


@dataclass(frozen=True)
class ImportOrder:
    """What is to be imported, and how. `at` is the moment of the import; `mapping` is a mapping's text, if any."""

    path: Path
    at: datetime
    mapping: str | None = None
    clocks: Clocks = Clocks.NOW


@dataclass
class Imported:
    """What an import did: cases written, cases that were there already, and bad rows left out."""

    written: int = 0
    there_already: int = 0
    left_out: int = 0


def examine(database: Database, order: ImportOrder, listen: Listener) -> Examined:
    """Check every row and write nothing; `listen` hears of what is bad or odd. Raises `BadTable`, `BadMapping`."""
    mapping, _, records = _open(order)
    with database.reading() as session:
        examined = Examined(_names(session, mapping))
    checker = Checker(mapping, examined.names, database.calendar.zone, order.at)
    for record in records:
        checked = checker.check(record)
        examined.take(checked)
        if checked.bad:
            listen(record.number, "bad", checked.bad)
        elif checked.odd:
            listen(record.number, "odd", checked.odd)
    examined.end(lambda number, why: listen(number, "bad", [why]))
    return examined


def write(database: Database, order: ImportOrder, examined: Examined, progress: Callable[[int], None]) -> Imported:
    """Replay every row that is not bad, 500 to a transaction; `progress` hears how many were gone through."""
    with database.transaction() as session:
        _create(session, _open(order)[0], examined.names.fresh, order.at)
    importing = Importing(database, Replay(order.at, order.clocks), examined)
    rows = _good_rows(database, order, examined)
    read = 0
    while batch := list(islice(rows, BATCH)):
        importing.take(batch)
        read += len(batch)
        progress(read)
    importing.finish()
    return importing.done


def report_bad(order: ImportOrder, examined: Examined, report: Path) -> None:
    """Write the bad rows to a CSV file: the row's number, why, and the row as it was."""
    _, columns, records = _open(order)
    with report.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["row", "reason", *columns])
        for record in records:
            if reason := examined.bad.get(record.number):
                out.writerow([record.number, reason, *record.values.values()])


class Importing:
    """The writing of rows, batch by batch. What was merged waits until all else is there."""

    def __init__(self, database: Database, replay: Replay, examined: Examined) -> None:
        self.database, self.replay, self.examined = database, replay, examined
        self.done = Imported(left_out=len(examined.bad))
        self._targets = examined.targets
        self._later: list[ImportRow] = []
        self._memory: dict[Hashable, Any] = {}  # units, places ... stay as they are while an import runs

    def take(self, rows: list[ImportRow]) -> None:
        """Write those that are not there yet, in one transaction."""
        with self.database.transaction() as session:
            use_fresh_plans(session)
            with written_in_bulk(session, self._memory) as gathering:
                for row in self._fresh(session, rows):
                    self._take(gathering, row)

    def finish(self) -> None:
        """Write what was merged, and then what it was merged into, which must still be open until then."""
        with self.database.transaction() as session:
            writer = EntryWriter(session)
            begun = {row.key: begin(writer, row) for row in self._later}
            for row in sorted(self._later, key=self.examined.depth, reverse=True):
                into = begun[row.merged_into].ref if row.merged_into else None
                go_on(writer, begun[row.key], row, into, self.replay)
            self.done.written += len(begun)

    def _take(self, writer: EntryWriter, row: ImportRow) -> None:
        if row.state is State.MERGED or row.key in self._targets:
            self._later.append(row)
            return
        case = begin(writer, row)
        go_on(writer, case, row, None, self.replay)
        self.done.written += 1

    def _fresh(self, session: Session, rows: list[ImportRow]) -> list[ImportRow]:
        known = select(Case.source, Case.external_id).where(
            Case.source.in_({row.source for row in rows}), Case.external_id.in_([row.external_id for row in rows])
        )
        there = {(source, external_id) for source, external_id in session.execute(known)}
        fresh = [row for row in rows if row.key not in there]
        self.done.there_already += len(rows) - len(fresh)
        return fresh


def _open(order: ImportOrder) -> tuple[Mapping, list[str], Iterator[Record]]:
    mapping = read_mapping(order.mapping) if order.mapping is not None else None
    columns, records = read_table(order.path, mapping.dialect if mapping else FOUND_OUT)
    if mapping is None:
        mapping = own_columns(columns)
    elif missing := mapping.missing_in(columns):
        raise BadMapping([f"[columns]: {order.path.name} has no column {name!r}" for name in missing])
    return mapping, columns, records


def _good_rows(database: Database, order: ImportOrder, examined: Examined) -> Iterator[ImportRow]:
    mapping, _, records = _open(order)
    checker = Checker(mapping, examined.names, database.calendar.zone, order.at)
    for record in records:
        if record.number not in examined.bad and (row := checker.check(record).row) is not None:
            yield row


def _names(session: Session, mapping: Mapping) -> NamesInFile:
    units = session.execute(select(Unit.slug, Unit.kind, Unit.holds_cases).where(Unit.active)).all()
    there = {
        "category": set(session.scalars(select(Category.slug).where(Category.active))),
        "place": set(session.scalars(select(Place.slug).where(Place.active))),
        "group": {unit.slug for unit in units if unit.kind is UnitKind.GROUP},
        "responsible": {unit.slug for unit in units if unit.holds_cases},
        "waiting_unit": {unit.slug for unit in units},
    }
    return NamesInFile(there, mapping.creates)


def _create(session: Session, mapping: Mapping, fresh: dict[str, dict[str, str]], at: datetime) -> None:
    """Add what the file names and the house lacks still: departments, categories, places."""
    there = _names(session, mapping).there
    new = {what: {s: n for s, n in names.items() if s not in there[what]} for what, names in fresh.items()}
    for slug, name in new.get("responsible", {}).items():
        add_unit(session, slug, UnitKind(mapping.creates["responsible"]), UnitDetails(name), by=A_COMMAND, at=at)
    session.add_all(Category(slug=slug, name=name) for slug, name in new.get("category", {}).items())
    session.add_all(Place(slug=slug, name=name) for slug, name in new.get("place", {}).items())
    made = [f"{what}:{slug}" for what in ("category", "place") for slug in new.get(what, {})]
    if made:
        record_for_municipality(session, HouseSettingChanged(what=made), by=A_COMMAND, at=at)
