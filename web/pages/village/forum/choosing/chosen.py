"""What was typed in the form of an agenda: the items that it wants, and what is taken away for good, with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from marshmallow import ValidationError

from cases.database.texts import visible
from cases.meetings.agenda_items import ItemSort
from cases.refusals import FieldRefusal
from cases.village.forum.choosing import WantedItem
from web.language.gettext import gettext
from web.pages.forms import Form
from web.pages.village.forum.choosing.grouping import Arrangement, arranged
from web.pages.village.forum.choosing.rows import Row


@dataclass
class ChosenAgenda:
    """The agenda as it was typed: the items that it wants, and what is taken away, each with its row and a reason.

    `places` are the beginnings of the fields of the form, by place among the items.
    """

    wanted: list[WantedItem] = field(default_factory=list)
    away: list[tuple[Row, str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def put_right(self, form: Form, rows: Sequence[Row]) -> None:
        """Put the refusals of items beside the fields of their rows, each with the title of its row."""
        titles = {row.name: row.title for row in rows}
        said = {self._in_form(name): words for name, words in form.refusals.items()}
        form.refusals = {
            name: f"{titles[row]}: {words}" if (row := name.rpartition("-")[0]) in titles else words
            for name, words in said.items()
        }

    def _in_form(self, name: str) -> str:
        begin, _, rest = name.partition(".")
        place, _, last = rest.partition(".")
        if begin != "items" or not place.isdecimal() or int(place) >= len(self.places):
            return name
        row = self.places[int(place)]
        if row in {"case", "topic"}:
            return row
        return f"{row}-{'under' if last == 'under' else 'on'}"


def read_chosen(form: Form, rows: Sequence[Row]) -> ChosenAgenda:
    """Return the agenda that was typed. Raises `ValidationError` that names each field that cannot be used."""
    chosen, refused = ChosenAgenda(), dict[str, str]()
    taken_up, left_out = list[Row](), list[Row]()
    for row in rows:
        if not form.typed(f"{row.name}-key"):
            continue  # it has come since the form was opened
        goes = row.may_go and bool(form.typed(f"{row.name}-away"))
        why = form.text(f"{row.name}-why") if row.may_go else ""
        if goes:
            chosen.away.append((row, why))
        if goes != bool(visible(why)):
            refused[f"{row.name}-why"] = _why_refused(goes=goes)
        (taken_up if row.is_fixed or (row.is_ticked(form) and not goes) else left_out).append(row)
    found = arranged(form, taken_up, left_out)
    refused |= found.refused
    if refused:
        names = [name for row in rows for name in sorted(refused) if name.rpartition("-")[0] == row.name]
        raise ValidationError({name: [refused[name]] for name in names})
    _move(form, found)
    _want(form, found, chosen)
    for name in ("case", "topic"):
        if new := visible(form.text(name)):
            chosen.wanted.append(WantedItem(case=new) if name == "case" else WantedItem(topic=new))
            chosen.places.append(name)
    return chosen


def _why_refused(*, goes: bool) -> str:
    if goes:
        return gettext("Write why it is taken off the agenda.")
    return gettext("Tick that it is to be taken off for good, or empty the reason.")


def _move(form: Form, found: Arrangement) -> None:
    """Move the row of the button that was pressed one place up or down."""
    way, _, name = form.typed("move").partition(":")
    row = next((row for row in found.ordered if row.name == name), None)
    if row is not None and way in {"up", "down"}:
        found.move(row, up=way == "up")


def _want(form: Form, found: Arrangement, chosen: ChosenAgenda) -> None:
    in_groups = found.in_groups()
    place_of = {row.name: place for place, (row, _) in enumerate(in_groups, 1)}
    for row, above in in_groups:
        item = row.item
        chosen.wanted.append(
            WantedItem(
                case=item.case, topic=item.topic if item.case is None else None,
                sort=_sort(form, row), number=item.number, under_place=place_of[above.name] if above else None,
            )
        )  # fmt: skip
        chosen.places.append(row.name)


def _sort(form: Form, row: Row) -> ItemSort:
    typed = form.typed(f"{row.name}-sort")
    if typed not in set(ItemSort):
        raise FieldRefusal(field=f"{row.name}-sort")
    return ItemSort(typed)
