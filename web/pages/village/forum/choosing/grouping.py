"""The order of the rows that are taken up, and which stands under which, by the numbers in the form as it was sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from web.language.gettext import gettext
from web.pages.forms import Form
from web.pages.village.forum.choosing.rows import Row
from web.requests.parsing.readable import number_in

LAST = 10_000  # the place of a row without a number


@dataclass
class Arrangement:
    """The rows that are taken up, in their order, each with the row above it where it stands under one.

    `refused` has a sentence for each field that cannot be used.
    """

    ordered: list[Row] = field(default_factory=list)
    above: dict[str, Row] = field(default_factory=dict)  # by the name of the row that stands under it
    refused: dict[str, str] = field(default_factory=dict)

    def in_groups(self) -> list[tuple[Row, Row | None]]:
        """Return each row with the one above it: what stands under another follows that one."""
        found: list[tuple[Row, Row | None]] = []
        for row in self.ordered:
            if row.name not in self.above:
                under = [other for other in self.ordered if self.above.get(other.name) is row]
                found += [(row, None), *((other, row) for other in under)]
        return found

    def move(self, row: Row, *, up: bool) -> None:
        """Move the row before the one in front of it, or behind the next one, among those of its group."""
        beside = [other for other in self.ordered if self.above.get(other.name) is self.above.get(row.name)]
        to = beside.index(row) + (-1 if up else 1)
        if 0 <= to < len(beside):
            one, other = self.ordered.index(row), self.ordered.index(beside[to])
            self.ordered[one], self.ordered[other] = self.ordered[other], self.ordered[one]


def arranged(form: Form, taken_up: Sequence[Row], left_out: Iterable[Row]) -> Arrangement:
    """Return the rows that are taken up as the form orders and groups them.

    A number in "belongs to" is that of a row in this form. Where two rows have it, or none any more, a field that
    nobody changed goes on meaning the row that it meant.
    """
    found = Arrangement()
    numbers = {row.name: _number(form, row, found) for row in taken_up}
    found.ordered = sorted(taken_up, key=lambda row: _order(row, numbers[row.name]))
    for row in taken_up:
        typed = form.typed(f"{row.name}-under").strip()
        if typed:
            _put_under(found, form, row, typed, numbers, left_out)
    for name, above in found.above.items():
        if above.name in found.above:
            found.refused[f"{name}-under"] = gettext(
                "Item %(number)s (%(title)s) belongs to another item itself. Choose that one instead.",
                number=form.typed(f"{name}-under").strip(), title=above.title,
            )  # fmt: skip
    return found


def _number(form: Form, row: Row, found: Arrangement) -> int | None:
    """Return the number that the row has in this form; None for an empty field, and for a refused one."""
    if row.is_fixed:
        return row.item.number
    typed = form.typed(f"{row.name}-at").strip()
    number = number_in(typed) if typed else None
    if typed and (number is None or not 1 <= number <= LAST):
        found.refused[f"{row.name}-at"] = gettext("Write the order as a number from 1 to %(most)s.", most=LAST)
        return None
    return number


def _order(row: Row, number: int | None) -> tuple[int, int]:
    """Return what orders the rows: the number, and on whose side it lies of one with the same: the side it came to."""
    if number is None:
        return LAST + 1, 0
    return number, (number > row.at) - (number < row.at) if row.at else -1


def _put_under(
    found: Arrangement, form: Form, row: Row, typed: str, numbers: dict[str, int | None], left_out: Iterable[Row]
) -> None:
    number = number_in(typed)
    named = [other for other in found.ordered if number is not None and numbers[other.name] == number]
    meant = [other for other in named if other is not row]
    was = None
    if typed == str(row.item.under):
        was = next((other for other in found.ordered if other.item.number == row.item.under), None)
    if len(meant) != 1 and was is not None and (not meant or was in meant):
        meant = [was]
    if len(meant) == 1:
        found.above[row.name] = meant[0]
        return
    out = [other for other in left_out if number is not None and _has_number(form, other, number)]
    if typed != str(row.item.under) or meant or named or out:  # else it stood under what is settled by now
        found.refused[f"{row.name}-under"] = _why_not(typed, meant, named, out)


def _has_number(form: Form, row: Row, number: int) -> bool:
    return number in {number_in(form.typed(f"{row.name}-at")), row.item.number}


def _why_not(typed: str, meant: Sequence[Row], named: Sequence[Row], out: Sequence[Row]) -> str:
    if meant:
        titles = ", ".join(row.title for row in meant)
        return gettext(
            "Several items have number %(number)s: %(titles)s. Give each its own.", number=typed, titles=titles
        )
    if named:
        return gettext("An item cannot belong to itself.")
    if out:
        return gettext("Item %(number)s (%(title)s) is not taken up.", number=typed, title=out[0].title)
    return gettext("No item has number %(number)s in this form.", number=typed)
