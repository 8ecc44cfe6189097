"""Examining: the whole file is checked before anything is written, row by row and then as a whole."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cases.imports.rows import CheckedRow, ImportRow, Key, NamesInFile


@dataclass
class Examined:
    """What a file holds: how many rows, which are bad and why, how many are odd, and what it adds to the house."""

    names: NamesInFile
    rows: int = 0
    odd: int = 0
    bad: dict[int, str] = field(default_factory=dict)
    merged: dict[Key, tuple[int, Key]] = field(default_factory=dict)  # which row, merged into what
    _seen: dict[int, int] = field(default_factory=dict)  # hashes of keys, so that a million rows take little room

    @property
    def targets(self) -> set[Key]:
        """What others were merged into."""
        return {into for _, into in self.merged.values()}

    def take(self, checked: CheckedRow) -> None:
        """Count the row; what comes twice is bad the second time."""
        self.rows += 1
        if checked.row is not None:
            self._take(checked, checked.row)
        if checked.bad:
            self.bad[checked.record.number] = "; ".join(checked.bad)
        elif checked.odd:
            self.odd += 1

    def end(self, listen: Callable[[int, str], None]) -> None:
        """Take as bad what was merged into a case that the file lacks, or in the end into itself."""
        for number in [number for key, (number, _) in self.merged.items() if not self._ends_well(key)]:
            self.bad[number] = "merged_into: the file has no such case, or it was merged into this one"
            listen(number, self.bad[number])

    def depth(self, row: ImportRow) -> int:
        """Give how many mergers lead on from this case."""
        key, depth = row.key, 0
        while key in self.merged:
            key, depth = self.merged[key][1], depth + 1
        return depth

    def _take(self, checked: CheckedRow, row: ImportRow) -> None:
        first = self._seen.setdefault(hash(row.key), row.number)
        if first != row.number:
            checked.bad.append(f"external_id {row.external_id!r} stands in row {first} already")
        elif row.merged_into:
            self.merged[row.key] = (row.number, row.merged_into)

    def _ends_well(self, key: Key) -> bool:
        seen = set()
        while key in self.merged and key not in seen:
            seen.add(key)
            key = self.merged[key][1]
        return key not in seen and hash(key) in self._seen
