"""The rows of the form of an agenda: one for each item that is chosen or proposed, with what is in its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases.meetings.agenda_items import AgendaReason
from cases.village.forum.reading.shown import AgendaItemShown, AgendaShown
from web.pages.forms import Form
from web.pages.village.forum.agenda_rows import AgendaRow

WITHDRAWABLE = frozenset({AgendaReason.OVERDUE, AgendaReason.CHOSEN, AgendaReason.CARRIED})  # what waits is answered
TICKED = "1"


@dataclass(frozen=True)
class Row:
    """One row of the form: `name` begins the names of its fields, `item` is what it is about.

    `at` is the number in its field when the form is opened, None for an empty one. `is_fixed`: its number does not
    change any more, and it stays on the agenda. `may_go`: it can be taken away with a reason.
    """

    name: str
    item: AgendaItemShown
    at: int | None
    is_fixed: bool
    may_go: bool

    @property
    def key(self) -> str:
        """What tells the item from the others of the agenda: its case, its number there, or its topic."""
        return key_of(self.item)

    @property
    def title(self) -> str:
        """What the row is about, as the page names it."""
        return self.item.title or self.item.topic or ""

    def is_ticked(self, form: Form) -> bool:
        """Return whether the form takes the item up."""
        return self.is_fixed or form.typed(f"{self.name}-on") == TICKED


def key_of(item: AgendaItemShown) -> str:
    """Return what tells an item from the others: the reference of its case, or its number and topic."""
    return item.case or f"{item.number or ''}#{item.topic or ''}"


def rows_for(form: Form, shown: AgendaShown, *, may_withdraw: bool) -> list[Row]:
    """Return the rows of the form: those that were sent, in their order, else those of the agenda as it is.

    An item that has come since is added at the end. What is settled has no row. `may_withdraw`: the reader may take a
    case off the body's agenda for good.
    """
    items = {key_of(item): item for item in shown.items if item.how is None and (item.case or item.topic)}
    places = {key: place for place, key in enumerate(items, 1)} if _nobody_chose(shown) else {}
    sent = [name for name in form.names() if name.startswith("row-") and name.endswith("-key")]
    names = {form.typed(name): name.removesuffix("-key") for name in sent}
    free = (name for n in range(len(items) + len(sent)) if (name := f"row-{n}") not in names.values())
    there = [key for key in names if key in items]
    return [
        _row(names.get(key) or next(free), items[key], places.get(key), shown, may_withdraw)
        for key in (*there, *(key for key in items if key not in names))
    ]


def _nobody_chose(shown: AgendaShown) -> bool:
    return shown.version == 0 and shown.sent_on is None


def _row(name: str, item: AgendaItemShown, place: int | None, shown: AgendaShown, may_withdraw: bool) -> Row:
    fixed = item.number is not None and shown.sent_on is not None
    may_go = fixed or (may_withdraw and item.case is not None and item.why in WITHDRAWABLE)
    return Row(name, item, item.number or place, fixed, may_go)


def fill_in(form: Form, rows: Sequence[Row], shown: AgendaShown) -> None:
    """Put into the rows that were not sent what the agenda says now: of one that nobody has chosen, all is ticked."""
    for row in rows:
        if form.typed(f"{row.name}-key"):
            continue
        form.put(f"{row.name}-key", row.key)
        form.put(f"{row.name}-at", str(row.at or ""))
        form.put(f"{row.name}-sort", row.item.sort)
        form.put(f"{row.name}-under", str(row.item.under or ""))
        form.put(f"{row.name}-on", TICKED if row.item.number is not None or _nobody_chose(shown) else "")
    form.fill_in("version", str(shown.version))


def tick(form: Form, *, everything: bool) -> None:
    """Tick each row of the form that was sent, or none; all else that was typed stays."""
    for name in form.names():
        if name.startswith("row-") and name.endswith("-key"):
            form.put(f"{name.removesuffix('-key')}-on", TICKED if everything else "")


def proposed_groups(rows: Sequence[Row], lines: Mapping[str, AgendaRow]) -> dict[str, list[Row]]:
    """Return the rows that are only proposed in two groups: what people ask, and what the municipality owes itself."""
    found: dict[str, list[Row]] = {"fragor": [], "ataganden": []}
    for row in rows:
        case = lines[row.key].case
        if row.item.is_proposed:
            found["ataganden" if case is not None and case.obligation is not None else "fragor"].append(row)
    return {name: of_group for name, of_group in found.items() if of_group}
