"""Bar charts as inline SVG. Lengths are percentages of the width, so the text keeps its size when the page is resized.

Parts differ by pattern as well as by colour, and each number stands beside its bar and in the table, for accessibility.
"""

from collections.abc import Iterator

from markupsafe import Markup

from proof.simulation.report.tables import Bar, Table

ROW, BAR, TEXT = 44, 14, 15  # pixels: height of a row, height of its bar, baseline of its text
WIDEST = 100.0
FILLS = ("one", "two", "three", "four")


def chart_of(table: Table, title: str) -> Markup:
    """Return the bars of the table as one SVG with this accessible name; empty when there are none."""
    if not table.bars:
        return Markup()
    longest = max(bar.total for bar in table.bars) or 1
    rows = Markup().join(_row(bar, number, longest) for number, bar in enumerate(table.bars))
    return Markup('<svg class="chart" role="img" aria-label="{}" width="100%" height="{}">{}</svg>').format(
        title, ROW * len(table.bars), rows
    )


def _row(bar: Bar, number: int, longest: int) -> Markup:
    top = number * ROW
    numbers = " + ".join(map(str, bar.parts)) if len(bar.parts) > 1 else str(bar.total)
    labels = Markup('<text x="0" y="{0}">{1}</text><text x="100%" y="{0}" text-anchor="end">{2}</text>').format(
        top + TEXT, bar.name, numbers
    )
    track = Markup('<rect class="track" x="0" y="{}" width="100%" height="{}" rx="3"/>').format(top + 21, BAR)
    return labels + track + Markup().join(_parts(bar, top, longest))


def _parts(bar: Bar, top: int, longest: int) -> Iterator[Markup]:
    begins = 0.0
    for fill, part in zip(FILLS, bar.parts, strict=False):
        width = WIDEST * part / longest
        if part:
            yield Markup('<rect class="{}" x="{:.2f}%" y="{}" width="{:.2f}%" height="{}" rx="3"/>').format(
                fill, begins, top + 21, width, BAR
            )
        begins += width
