"""The report as text for a terminal, and the lines about the speed of a run, which are no part of it."""

from collections.abc import Iterator
from typing import Any

from proof.simulation.report.tables import Row, Table, tables_of
from proof.simulation.report.wording import WORDS
from proof.simulation.running.speed import Speed

WIDE = 2  # spaces between columns


def as_text(report: dict[str, Any], locale: str) -> str:
    """Return the report as text: its tables, the hashes, the verdict and the breaches."""
    words = WORDS[locale]
    lines = [words["title"], "", words["invented"], words["played"].format(**report), words["sums"].format(**report)]
    for table in tables_of(report, locale):
        lines += ["", table.heading, table.about, *_lines(table)]
    lines += ["", words["fingerprint"]]
    lines += [f"{words[name]}  {report[name]}" for name in ("events_sha256", "letters_sha256")]
    return "\n".join([*lines, "", verdict(report, locale), *report["breaches"]]) + "\n"


def verdict(report: dict[str, Any], locale: str) -> str:
    """Return the sentence that says whether all invariants held, or how many breaches there are."""
    words = WORDS[locale]
    return words["broken"].format(count=report["breach_count"]) if report["breaches"] else words["all_clear"]


def speed_lines(speed: Speed, cases: int, seconds: float) -> Iterator[str]:
    """Yield lines about the speed of this run, with the cost of a sweep and of a rung year by year."""
    yield f"speed of this run: {seconds:.1f} CPU seconds, {cases / seconds:.1f} cases a second"
    for year, (sweep, rung) in speed.by_year().items():
        yield f"  {year}: {sweep:.1f} ms for a sweep that fires, {rung:.2f} ms for each rung"
    yield f"  a rung of the last year cost {speed.growth():.2f} times one of the first"


def _lines(table: Table) -> Iterator[str]:
    rows = [table.columns, *table.rows]
    widths = [max(len(row[number]) for row in rows) for number in range(len(table.columns))]
    for row in rows:
        yield _line(row, widths).rstrip()


def _line(row: Row, widths: list[int]) -> str:
    return (" " * WIDE).join(_padded(text, width) for text, width in zip(row, widths, strict=True))


def _padded(text: str, width: int) -> str:
    is_number = text.replace(".", "", 1).isdigit()
    return text.rjust(width) if is_number else text.ljust(width)
