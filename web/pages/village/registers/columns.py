"""The columns of a register in a spreadsheet for people: with the words of its page, in the language of the page."""

from collections.abc import Callable, Iterator, Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.imports.formats.writing import Value
from cases.states import Kind, State
from cases.village.registers.listing import RegisterRow
from web.language.labels import KINDS
from web.language.state_words import STATE_NAMES

Column = tuple[LazyString | str, Callable[[RegisterRow], Value]]  # a text names one of the topic's own words
COLUMNS: tuple[Column, ...] = (
    (_l("Reference"), lambda row: row.case.ref),
    (_l("Title"), lambda row: row.case.title),
    (_l("Kind"), lambda row: str(KINDS[Kind(row.case.kind)])),
    (_l("Place"), lambda row: row.case.place_name),
    (_l("Where"), lambda row: row.entry.where),
    (_l("What it is about"), lambda row: row.entry.sort),
    (_l("State"), lambda row: str(STATE_NAMES[State(row.case.state)])),
    (_l("Delayed"), lambda row: str(_l("Yes")) if row.is_late else None),
    ("decides", lambda row: row.entry.decides_name),
    ("keeper", lambda row: row.entry.keeper_name),
    (_l("Sent on"), lambda row: row.entry.forwarded_on),
    (_l("They answered"), lambda row: row.entry.answered_on),
    (_l("Their answer"), lambda row: row.entry.answer),
    (_l("Who has it"), lambda row: row.case.responsible_name),
    (_l("Received"), lambda row: row.case.received_on),
    (_l("Due"), lambda row: row.case.due_on if row.case.is_awaited else None),
    (_l("Done"), lambda row: row.case.done_on),
    (_l("Ended on"), lambda row: row.case.ended_on),
    (_l("Days"), lambda row: row.case.days),
)


def as_table_for_people(rows: Iterator[RegisterRow], words: Mapping[str, str]) -> Iterator[tuple[Value, ...]]:
    """Yield the headings and the rows; `words` are what the topic calls who decides and who keeps the road."""
    yield tuple(words[heading] if isinstance(heading, str) else str(heading) for heading, _ in COLUMNS)
    for row in rows:
        yield tuple(value(row) for _, value in COLUMNS)
