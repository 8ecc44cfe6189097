"""The form of an agenda: a row for each item that is chosen or proposed, and what was typed as the items it wants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from cases.database.texts import visible
from cases.meetings.agenda_items import AgendaReason, ItemSort
from cases.refusals import FieldRefusal, NumberOutside
from cases.village.forum.choosing import WantedItem
from cases.village.forum.reading.shown import AgendaItemShown, AgendaShown
from web.pages.forms import Form
from web.requests.parsing.readable import number_in

WITHDRAWABLE = frozenset({AgendaReason.OVERDUE, AgendaReason.CHOSEN, AgendaReason.CARRIED})  # what waits is answered
LAST = 10_000  # the place of a row without a number


class RowFate(StrEnum):
    """What becomes of a row: it is on the agenda, not on this one (and proposed again), or taken away for good."""

    ON = "on"
    OFF = "off"
    AWAY = "away"


@dataclass(frozen=True)
class Row:
    """One row of the form: `name` begins the names of its fields, `item` is what it is about.

    `is_fixed`: its number does not change any more. `may_go`: it can be taken away with a reason.
    """

    name: str
    item: AgendaItemShown
    is_fixed: bool
    may_go: bool

    @property
    def key(self) -> str:
        """What tells the item from the others of the agenda: its case, its number there, or its topic."""
        return key_of(self.item)

    @property
    def fates(self) -> tuple[RowFate, ...]:
        """What may become of the item, in the order of the choices."""
        first = (RowFate.ON,) if self.is_fixed else (RowFate.ON, RowFate.OFF)
        return (*first, RowFate.AWAY) if self.may_go else first


def key_of(item: AgendaItemShown) -> str:
    """Return what tells an item from the others: the reference of its case, or its number and topic."""
    return item.case or f"{item.number or ''}#{item.topic or ''}"


def rows_for(form: Form, shown: AgendaShown, *, may_withdraw: bool) -> list[Row]:
    """Return the rows of the form: those that were sent, in their order, else those of the agenda as it is.

    An item that has come since is added at the end. What is settled has no row. `may_withdraw`: the reader may take a
    case off the body's agenda for good.
    """
    items = {key_of(item): item for item in shown.items if item.how is None and (item.case or item.topic)}
    sent = [name for name in form.names() if name.startswith("row-") and name.endswith("-key")]
    keys = [form.typed(name) for name in sent]
    rows = [
        _row(name.removesuffix("-key"), items[key], shown, may_withdraw)
        for name, key in zip(sent, keys, strict=True)
        if key in items
    ]
    taken = {row.name for row in rows}
    for key, item in items.items():
        if key not in keys:
            name = next(name for n in range(len(items) + len(sent) + 1) if (name := f"row-{n}") not in taken)
            taken.add(name)
            rows.append(_row(name, item, shown, may_withdraw))
    return rows


def _row(name: str, item: AgendaItemShown, shown: AgendaShown, may_withdraw: bool) -> Row:
    fixed = item.number is not None and shown.sent_on is not None
    return Row(name, item, fixed, fixed or (may_withdraw and item.case is not None and item.why in WITHDRAWABLE))


def fill_in(form: Form, rows: Sequence[Row], shown: AgendaShown) -> None:
    """Put into the form what the agenda says now: of one that nobody has chosen, all that is proposed."""
    nothing_chosen = shown.version == 0 and shown.sent_on is None
    for place, row in enumerate(rows, 1):
        number = row.item.number or (place if nothing_chosen else None)
        on = row.item.number is not None or nothing_chosen
        form.fill_in(f"{row.name}-key", row.key)
        form.fill_in(f"{row.name}-at", str(number or ""))
        form.fill_in(f"{row.name}-sort", row.item.sort)
        form.fill_in(f"{row.name}-under", str(row.item.under or ""))
        form.fill_in(f"{row.name}-fate", RowFate.ON if on else RowFate.OFF)
    form.fill_in("version", str(shown.version))


@dataclass
class ChosenAgenda:
    """The agenda as it was typed: the items that it wants, and what is taken away, each with its row and a reason.

    `places` are the beginnings of the fields of the form, by place among the items.
    """

    wanted: list[WantedItem] = field(default_factory=list)
    away: list[tuple[Row, str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def put_right(self, form: Form) -> None:
        """Put the refusals of items beside the fields of their rows."""
        form.refusals = {self._in_form(name): said for name, said in form.refusals.items()}

    def _in_form(self, name: str) -> str:
        begin, _, rest = name.partition(".")
        place, _, last = rest.partition(".")
        if begin != "items" or not place.isdecimal() or int(place) >= len(self.places):
            return name
        row = self.places[int(place)]
        if row in {"case", "topic"}:
            return row
        return f"{row}-{'under' if last == 'under' else 'fate'}"


def read_chosen(form: Form, rows: Sequence[Row]) -> ChosenAgenda:
    """Return the agenda that was typed. Raises `FieldRefusal` for what is no number or no choice of its row."""
    chosen = ChosenAgenda()
    on: list[tuple[Row, tuple[int, int]]] = []
    for row in rows:
        if not form.typed(f"{row.name}-key"):
            continue  # it has come since the form was opened
        fate = _choice(form, f"{row.name}-fate", row.fates)
        if fate is RowFate.AWAY:
            chosen.away.append((row, form.text(f"{row.name}-why")))
        if fate is RowFate.ON or (fate is RowFate.AWAY and row.is_fixed):
            on.append((row, _place(form, row)))
    ordered = [row for row, _ in sorted(on, key=lambda one: one[1])]
    _move(form, ordered)
    for row, above in _grouped(form, ordered):
        item = row.item
        sort = ItemSort(_choice(form, f"{row.name}-sort", tuple(ItemSort)))
        topic = item.topic if item.case is None else None
        chosen.wanted.append(WantedItem(case=item.case, topic=topic, sort=sort, number=item.number, under=above))
        chosen.places.append(row.name)
    if case := visible(form.text("case")):
        chosen.wanted.append(WantedItem(case=case))
        chosen.places.append("case")
    if topic := visible(form.text("topic")):
        chosen.wanted.append(WantedItem(topic=topic))
        chosen.places.append("topic")
    return chosen


def _place(form: Form, row: Row) -> tuple[int, int]:
    """Return what orders the rows: the number that was typed, and on whose side it lies of one with the same."""
    typed, was = form.typed(f"{row.name}-at").strip(), row.item.number or 0
    if row.is_fixed:
        return was, 0
    number = number_in(typed) if typed else LAST
    if number is None or not 0 <= number <= LAST:
        raise NumberOutside(field=f"{row.name}-at", least=1, most=LAST)
    return number, (number > was) - (number < was) if was else -1


def _move(form: Form, ordered: list[Row]) -> None:
    """Move the row of the button that was pressed one place up or down."""
    way, _, name = form.typed("move").partition(":")
    at = next((place for place, row in enumerate(ordered) if row.name == name), None)
    if at is None or way not in {"up", "down"}:
        return
    to = at - 1 if way == "up" else at + 1
    if 0 <= to < len(ordered):
        ordered[at], ordered[to] = ordered[to], ordered[at]


def _grouped(form: Form, ordered: Sequence[Row]) -> Iterator[tuple[Row, int | None]]:
    """Yield the rows with the number under which each stands: what stands under another follows it."""
    numbers = {str(row.item.number) for row in ordered if row.item.number is not None}
    above = {row.name: form.typed(f"{row.name}-under") for row in ordered}
    tops = {str(row.item.number) for row in ordered if row.item.number and above[row.name] not in numbers}
    for row in ordered:
        if above[row.name] in numbers:
            if above[row.name] not in tops or above[row.name] == str(row.item.number):
                raise FieldRefusal(field=f"{row.name}-under")
            continue
        yield row, None
        for other in ordered:
            if row.item.number is not None and above[other.name] == str(row.item.number):
                yield other, row.item.number


def _choice(form: Form, name: str, choices: Sequence[StrEnum]) -> StrEnum:
    typed = form.typed(name)
    for choice in choices:
        if choice == typed:
            return choice
    raise FieldRefusal(field=name)
