"""Charts: bars as SVG that the page holds itself. Lengths are shares of the width, so letters keep their size.

A part is told apart by its pattern as well as by its colour; every number stands beside its bar, and in the table.
"""

from collections.abc import Iterator

from markupsafe import Markup

from proof.simulation.report.tables import Bar, Table

ROW, BAR, TEXT = 44, 14, 15  # pixels: a line, its bar, and where its words stand
WIDEST = 100.0
FILLS = ("one", "two", "three")


def chart_of(table: Table, title: str) -> Markup:
    """Give the table's bars as one SVG; nothing when it has none."""
    if not table.bars:
        return Markup()
    longest = max(bar.total for bar in table.bars) or 1
    rows = Markup().join(_row(bar, number, longest) for number, bar in enumerate(table.bars))
    return Markup('<svg class="chart" role="img" aria-label="{}" width="100%" height="{}">{}</svg>').format(
        title, ROW * len(table.bars), rows
    )


def _row(bar: Bar, number: int, longest: int) -> Markup:
    top = number * ROW
    told = " + ".join(map(str, bar.parts)) if len(bar.parts) > 1 else str(bar.total)
    words = Markup('<text x="0" y="{0}">{1}</text><text x="100%" y="{0}" text-anchor="end">{2}</text>').format(
        top + TEXT, bar.name, told
    )
    track = Markup('<rect class="track" x="0" y="{}" width="100%" height="{}" rx="3"/>').format(top + 21, BAR)
    return words + track + Markup().join(_parts(bar, top, longest))


def _parts(bar: Bar, top: int, longest: int) -> Iterator[Markup]:
    begins = 0.0
    for fill, part in zip(FILLS, bar.parts, strict=False):
        width = WIDEST * part / longest
        if part:
            yield Markup('<rect class="{}" x="{:.2f}%" y="{}" width="{:.2f}%" height="{}" rx="3"/>').format(
                fill, begins, top + 21, width, BAR
            )
        begins += width
