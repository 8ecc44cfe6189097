"""Examining: before anything is written, the whole file is checked, first each row and then all rows together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cases.case import Case
from cases.imports.names import NamesInFile
from cases.imports.round_trip.duty_rows import DutyRows
from cases.imports.round_trip.owed_rows import OwedRows
from cases.imports.rows.import_row import CheckedRow, ImportRow, Key


@dataclass
class Examined:
    """The result of checking a file. Bad rows cannot be imported; odd rows are imported, and listed with a remark.

    `rows` is how many rows the file has, `odd_rows` has the numbers of the odd ones; `bad` maps the number of each bad
    row to the reason. `names` holds the units, categories and places to be created. `merged` is for merged cases: it
    maps the key (source and external id) of each to its row number and the key of the case that it was merged into.
    """

    names: NamesInFile
    rows: int = 0
    odd_rows: set[int] = field(default_factory=set)
    bad: dict[int, str] = field(default_factory=dict)
    merged: dict[Key, tuple[int, Key]] = field(default_factory=dict)  # by merged case: its row's number, and its target
    duties: DutyRows = field(default_factory=DutyRows)
    owed: OwedRows = field(default_factory=OwedRows)
    numbers: dict[int, int] = field(default_factory=dict)  # by year, the highest number of a reference in the file
    _public_ids: dict[str, int] = field(default_factory=dict)  # row numbers
    _seen: dict[int, int] = field(default_factory=dict)  # row numbers by hash of the key, which takes little memory

    @property
    def targets(self) -> set[Key]:
        """The keys (source and external id) of all cases into which another case of the file was merged."""
        return {into for _, into in self.merged.values()}

    def add(self, checked: CheckedRow) -> None:
        """Count a checked row, and mark it as bad when an earlier row has the same source and external id."""
        self.rows += 1
        if checked.row is not None:
            self._add(checked, checked.row)
        if checked.bad:
            self.bad[checked.record.number] = "; ".join(checked.bad)
        elif checked.odd:
            self.odd_rows.add(checked.record.number)

    @property
    def odd(self) -> int:
        """How many rows are odd, and not bad."""
        return len(self.odd_rows - self.bad.keys())

    @property
    def next_duties(self) -> set[Key]:
        """The keys (source and external id) of the ended duties after which the import makes the next one."""
        return set(self.duties.lacking())

    def end(self, report: Callable[[int, str, str], None]) -> None:
        """Mark a row as bad when the chain of mergers from its case leads out of the file, or round in a circle.

        Call it after the last row. `report` is called with the row number of each such row, "bad" and the reason; also,
        with "odd", for each ended duty after which the next one is lacking.
        """
        for number in [number for key, (number, _) in self.merged.items() if not self._has_target(key)]:
            self.bad[number] = "merged_into: the file has no such case, or it was merged into this one"
            report(number, "bad", self.bad[number])
        for number in self.duties.lacking().values():
            self.odd_rows.add(number)
            report(number, "odd", "the duty comes again and the file has no next one: the import makes it")

    def refuse_ended(self, present: Mapping[Key, Case], report: Callable[[int, str], None]) -> None:
        """Mark a row as bad when its case is to be merged into one that exists already and has ended.

        Call it after `end`. `present` are those of the merged cases and their targets that exist.
        """
        for key, (number, _) in self.merged.items():
            target = self._present_target(key, present)
            if target is not None and not target.is_open and number not in self.bad:
                self.bad[number] = (
                    f"merged_into: {target.ref} is here already and has ended, so nothing is merged into it"
                )
                report(number, self.bad[number])

    def _present_target(self, key: Key, present: Mapping[Key, Case]) -> Case | None:
        """Return the first existing case on the way from this one; None if there is none, or this one exists itself."""
        seen: set[Key] = set()
        while key in self.merged and key not in seen and key not in present:
            seen.add(key)
            key = self.merged[key][1]
        return present.get(key) if seen else None

    def depth(self, row: ImportRow) -> int:
        """Return the length of the chain of mergers that begins with the case of this row.

        It is 0 when the case was not merged, and 2 when it was merged into a case that was merged into a third. The
        cases with the longest chains are the first to get the state in their row (`Importing.finish`).
        """
        key, depth = row.key, 0
        while key in self.merged:
            key, depth = self.merged[key][1], depth + 1
        return depth

    def _add(self, checked: CheckedRow, row: ImportRow) -> None:
        first = self._seen.setdefault(hash(row.key), row.number)
        if first != row.number:
            checked.bad.append(f"external_id {row.external_id!r} stands in row {first} already")
        elif row.kept.public_id and self._public_ids.setdefault(row.kept.public_id, row.number) != row.number:
            checked.bad.append(f"public_id stands in row {self._public_ids[row.kept.public_id]} already")
        elif (earlier := self.owed.before(row)) is not None:
            checked.bad.append(f"obligation: {row.kept.subject!r} owes the same by row {earlier} already")
        else:
            self._take_in(row)
            if (own := self.owed.beside(row)) is not None:
                checked.odd.append(f"{own.ref} owes the same here: it ends, and this one takes its place")
            if (duty := self.duties.beside(row)) is not None:
                checked.odd.append(
                    f"{duty.ref} is here already, an open duty like it of {duty.day}: there are two then"
                )

    def _take_in(self, row: ImportRow) -> None:
        if row.merged_into:
            self.merged[row.key] = (row.number, row.merged_into)
        if row.kept.ref:
            year, number = map(int, row.kept.ref.split("-"))
            self.numbers[year] = max(number, self.numbers.get(year, 0))
        self.duties.add(row)

    def _has_target(self, key: Key) -> bool:
        seen = set()
        while key in self.merged and key not in seen:
            seen.add(key)
            key = self.merged[key][1]
        return key not in seen and hash(key) in self._seen
