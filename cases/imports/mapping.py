"""Mappings: TOML texts that say which columns of another system's file hold the values for our columns."""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from cases.imports.columns import NAMES, NEEDED
from cases.imports.formats.lines import column_name, folded
from cases.imports.formats.moments import is_moment
from cases.imports.tables import FOUND_OUT, Dialect
from cases.states import State

SLOT = re.compile(r"\{([^{}]+)\}")
UNKNOWN = "*"  # in [values.X]: the key for all values that are not named
EMPTY = ""
ALONE = ("", "")  # the words of a template that is one column
MOST_SHOWN = 6


class BadMapping(Exception):
    """A mapping that cannot be used. `wrongs` has one sentence for each error; the message shows the first six."""

    def __init__(self, wrongs: list[str]) -> None:
        more = f"; and {len(wrongs) - MOST_SHOWN} more" if len(wrongs) > MOST_SHOWN else ""
        super().__init__("; ".join(wrongs[:MOST_SHOWN]) + more)
        self.wrongs = wrongs


@dataclass(frozen=True)
class Template:
    """How a value is put together from columns of the file and fixed words, such as "{type}, {address}".

    `columns` are the names of the columns in order; `words` are the texts before, between and after them.
    """

    words: tuple[str, ...]  # one more than there are columns
    columns: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Template":
        """Return the template for a text such as "{type}, {address}"; a text without braces is one column's name."""
        if not SLOT.search(text):
            return cls(ALONE, (column_name(text),))
        parts = SLOT.split(text)
        return cls(tuple(parts[::2]), tuple(column_name(name) for name in parts[1::2]))

    def fill(self, values: dict[str, str]) -> str:
        """Return the template filled with a row's values (by column).

        Blanks at both ends are cut off; so are commas and semicolons, when words stand around the columns.
        """
        if self.words == ALONE:
            return values.get(self.columns[0], "").strip()
        filled = self.words[0]
        for column, words_after in zip(self.columns, self.words[1:], strict=True):
            filled += values.get(column, "").strip() + words_after
        return filled.strip(" ,;")


@dataclass(frozen=True)
class Mapping:
    """How the rows of a file are read: `columns` has a template for each of our columns that the file fills.

    `constants` has, by column of ours, the value that a row gets if the file gives it none. `values` translates the
    file's values into ours: for a column of ours, it maps each value in the file to our value. `notes` has, by state
    (in the file's word or ours), the note of rows without one. `creates` has the columns whose unknown names are to be
    created (for units, with their kind), `names` the names that these get, by column and value. `zone` and `dates` are
    the time zone and the formats of the file's days and times.
    """

    columns: dict[str, Template]
    constants: dict[str, str] = field(default_factory=dict)  # by column, the value when the file has none
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)  # by their state or ours, the note of rows that have none
    names: dict[str, dict[str, str]] = field(default_factory=dict)  # by column and value, the name of what is created
    creates: dict[str, str] = field(default_factory=dict)  # columns whose names may be created; for units, the kind
    zone: ZoneInfo | None = None
    dates: tuple[str, ...] = ()
    dialect: Dialect = FOUND_OUT

    def looks_like_row(self, values: dict[str, str]) -> bool:
        """Return whether these values could be a row of the file by themselves.

        They have a number, and a moment when the case came in or a state that is known.
        """
        number, received_at, state = (self._filled(name, values) for name in ("external_id", "received_at", "state"))
        is_state = state in set(State) or folded(state) in self.values.get("state", {})
        return bool(number) and (is_moment(received_at, self.dates) or (bool(state) and is_state))

    def _filled(self, name: str, values: dict[str, str]) -> str:
        template = self.columns.get(name)
        return template.fill(values) if template else ""

    def missing_in(self, columns: list[str]) -> list[str]:
        """Return, sorted, the columns that the mapping reads but that are not among a file's `columns`."""
        named = {name for template in self.columns.values() for name in template.columns}
        return sorted(named - set(columns))


REPORTED = ("row", "reason")  # the first columns of a report of bad rows
OWN_NEEDED = Mapping(columns={name: Template.of(name) for name in NEEDED} | {"state": Template.of("state")})


def own_columns(columns: list[str]) -> Mapping:
    """Return the mapping for a file that is written in our own columns; `columns` are the names of its columns.

    The two columns that begin a report of bad rows say nothing of a case: such a file, put right, is read as it is.
    Raises `BadMapping` when one of the others is not a column of ours, or when a required column is missing.
    """
    columns = columns[len(REPORTED) :] if tuple(columns[: len(REPORTED)]) == REPORTED else columns
    wrongs = [f"the file lacks the column {name!r}" for name in NEEDED if name not in columns]
    wrongs += [f"the file has an unknown column {name!r}" for name in columns if name and name not in NAMES]
    if wrongs:
        raise BadMapping(wrongs)
    return Mapping(columns={name: Template.of(name) for name in columns if name})


def read_mapping(text: str) -> Mapping:
    """Return the mapping that a TOML text describes. Raises `BadMapping`, which lists all errors of the text."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping([f"the mapping is not TOML: {error}"]) from None
    checked_tables = _checked(tables)
    file = checked_tables["file"]
    return Mapping(
        columns={ours: Template.of(theirs) for ours, theirs in checked_tables["columns"].items()},
        constants=checked_tables["constants"],
        values={name: _folded(table) for name, table in checked_tables["values"].items()},
        notes=_folded(checked_tables["notes"]),
        names={name: _folded(table) for name, table in checked_tables["names"].items()},
        creates=checked_tables["create"],
        zone=file.get("time_zone"),
        dates=file.get("dates", ()),
        dialect=Dialect(file.get("encoding"), file.get("delimiter")),
    )


def _checked(tables: dict[str, Any]) -> dict[str, Any]:
    # Imported here, since most imports have no mapping, and marshmallow takes longer to load than a small file.
    from marshmallow import ValidationError

    from cases.administration.file_schema import errors_in
    from cases.imports.mapping_schema import MappingSchema

    try:
        checked: dict[str, Any] = MappingSchema().load(tables)
    except ValidationError as error:
        raise BadMapping([_sentence(path, what) for path, what in errors_in(error.messages)]) from None
    return checked


def _sentence(path: tuple[str | int, ...], what: str) -> str:
    """Return the error with its place, such as "[values.state] Open: cannot be 3" or "[columns] lacks title"."""
    tables, key = (path[:-1], f" {path[-1]}:") if len(path) > 1 else (path, "")
    return f"[{'.'.join(map(str, tables))}]{key} {what}"


def _folded(table: dict[str, str]) -> dict[str, str]:
    return {folded(key.strip()): value for key, value in table.items()}
