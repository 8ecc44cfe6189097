"""The table of results: a row per figure with its floor and its target, as text, Markdown or JSON."""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HEADS = ("what", "where", "floor", "ventil", "unit", "ratio", "+-", "target", "beside")
BEGINS, ENDS = "<!-- figures: `ventil bench --page` writes them -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Target:
    """A bound for a figure: an upper one, or a lower one if `least`.

    `of` says what it limits: "ratio", Ventil's figure by the floor's, or "ours", Ventil's figure itself.
    """

    bound: float
    of: str = "ratio"
    least: bool = False

    def is_met(self, row: "BenchRow") -> bool:
        """Return whether the row's figure is within the bound."""
        figure = row.ratio if self.of == "ratio" else row.ours
        return figure is not None and (figure >= self.bound if self.least else figure <= self.bound)

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {self.bound:g}{'x' if self.of == 'ratio' else ''}"


@dataclass(frozen=True)
class BenchRow:
    """One figure: Ventil's (`ours`), the floor's in the same run, their ratio, and the spread over the rounds."""

    what: str
    where: str
    unit: str
    ours: float
    floor: float | None = None
    ratio: float | None = None
    spread: float | None = None
    target: Target | None = None
    beside: str = ""

    @property
    def key(self) -> str:
        """The key by which the row is found in another run."""
        return f"{self.what}, {self.where}"

    def cells(self) -> tuple[str, ...]:
        """Return the row's cells as text, with a mark on a target that is missed."""
        missed = "" if self.target is None or self.target.is_met(self) else " MISSED"
        return (
            self.what, self.where, _number(self.floor), _number(self.ours), self.unit,
            "" if self.ratio is None else f"{self.ratio:.2f}", "" if self.spread is None else f"{self.spread:.0%}",
            f"{self.target or ''}{missed}", self.beside,
        )  # fmt: skip


def compared(what: str, where: str, unit: str, pairs: Sequence[tuple[float, float]], target: Target | None = None,
             beside: str = "") -> BenchRow:  # fmt: skip
    """Return the row for measurements (floor, ours), a pair per round: medians, and the spread of the ratios."""
    ratios = [ours / floor for floor, ours in pairs]
    ratio = statistics.median(ratios)
    return BenchRow(
        what, where, unit, statistics.median(ours for _, ours in pairs), statistics.median(floor for floor, _ in pairs),
        ratio, (max(ratios) - min(ratios)) / ratio, target, beside,
    )  # fmt: skip


def _number(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def as_text(rows: Iterable[BenchRow]) -> str:
    """Return the rows as a plain-text table with aligned columns."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADS))]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def as_markdown(rows: Iterable[BenchRow], about: dict[str, str]) -> str:
    """Return the rows as a Markdown table, after a line about the run."""
    lines = [f"{', '.join(f'{name} {value}' for name, value in about.items())}.", ""]
    lines += [f"| {' | '.join(HEADS)} |", f"|{'---|' * len(HEADS)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row.cells())} |" for row in rows)])


def change_since(rows: Iterable[BenchRow], before: Iterable[BenchRow]) -> str:
    """Return a line per figure on its change since an earlier run: of its ratio, or of the figure where it has none."""
    known = {row.key: row for row in before}
    return "\n".join(_change(row, known[row.key]) for row in rows if row.key in known)


def _change(row: BenchRow, was: BenchRow) -> str:
    old, new = (was.ratio, row.ratio) if row.ratio is not None and was.ratio is not None else (was.ours, row.ours)
    part = f"{new / old - 1:+.0%}" if old else ""
    return f"{row.key}: {old:.3g} -> {new:.3g} {part}"


def write_json(path: Path, rows: Iterable[BenchRow], about: dict[str, str]) -> None:
    """Write a run to a file, to compare a later one with it."""
    path.write_text(json.dumps({"about": about, "rows": [asdict(row) for row in rows]}, indent=1, ensure_ascii=False))


def read_json(path: Path) -> tuple[list[BenchRow], dict[str, str]]:
    """Return the rows of an earlier run, and what it says about machine and versions."""
    kept = json.loads(path.read_text())
    return [_row(row) for row in kept["rows"]], kept["about"]


def _row(kept: dict[str, Any]) -> BenchRow:
    return BenchRow(**(kept | {"target": Target(**kept["target"]) if kept["target"] else None}))


def write_page(path: Path, rows: Iterable[BenchRow], about: dict[str, str]) -> None:
    """Write the table into the Markdown page, between its two marks."""
    before, _, rest = path.read_text().partition(BEGINS)
    after = rest.partition(ENDS)[2]
    path.write_text(f"{before}{BEGINS}\n\n{as_markdown(rows, about)}\n\n{ENDS}{after}")
