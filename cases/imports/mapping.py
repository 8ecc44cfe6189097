"""Mappings: how a file of another system says what our columns say. Written as TOML, checked before a row is read."""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from cases.imports.columns import NAMES, NEEDED
from cases.imports.tables import FOUND_OUT, Dialect

SLOT = re.compile(r"\{([^{}]+)\}")
UNKNOWN = "*"  # in [values.X]: what any value that is not named becomes
EMPTY = ""
ALONE = ("", "")  # the words about one column
MOST_TOLD = 6


class BadMapping(Exception):
    """A mapping that cannot be used; one line for each thing that is wrong."""

    def __init__(self, wrongs: list[str]) -> None:
        more = f"; and {len(wrongs) - MOST_TOLD} more" if len(wrongs) > MOST_TOLD else ""
        super().__init__("; ".join(wrongs[:MOST_TOLD]) + more)
        self.wrongs = wrongs


@dataclass(frozen=True)
class Template:
    """Where a value comes from: columns of the file between words of our own, such as "{type}, {address}"."""

    words: tuple[str, ...]  # one more than columns
    columns: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Template":
        """Read "{type}, {address}"; a text without braces is the name of one column."""
        if not SLOT.search(text):
            return cls(ALONE, (text.strip().casefold(),))
        parts = SLOT.split(text)
        return cls(tuple(parts[::2]), tuple(name.strip().casefold() for name in parts[1::2]))

    def fill(self, values: dict[str, str]) -> str:
        """Give the value of a row. What only joined empty columns is cut off at both ends."""
        if self.words == ALONE:
            return values.get(self.columns[0], "").strip().strip(" ,;")
        filled = self.words[0]
        for column, words_after in zip(self.columns, self.words[1:], strict=True):
            filled += values.get(column, "").strip() + words_after
        return filled.strip(" ,;")


@dataclass(frozen=True)
class Mapping:
    """How rows are read: where each of our columns comes from, and what their values mean."""

    columns: dict[str, Template]
    constants: dict[str, str] = field(default_factory=dict)  # when a column is not there, or empty
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)  # by their state or ours, when a row has no note
    names: dict[str, dict[str, str]] = field(default_factory=dict)  # how what is created is called
    creates: dict[str, str] = field(default_factory=dict)  # what may be created; for units, of which kind
    zone: ZoneInfo | None = None
    dates: tuple[str, ...] = ()
    dialect: Dialect = FOUND_OUT

    def missing_in(self, columns: list[str]) -> list[str]:
        """Give the columns of the file that this mapping names and the file lacks."""
        named = {name for template in self.columns.values() for name in template.columns}
        return sorted(named - set(columns))


def own_columns(columns: list[str]) -> Mapping:
    """Give the mapping of a file that is in our own columns. Raises `BadMapping` for what is unknown or lacking."""
    wrongs = [f"the file lacks the column {name!r}" for name in NEEDED if name not in columns]
    wrongs += [f"the file has an unknown column {name!r}" for name in columns if name and name not in NAMES]
    if wrongs:
        raise BadMapping(wrongs)
    return Mapping(columns={name: Template.of(name) for name in columns if name})


def read_mapping(text: str) -> Mapping:
    """Return the mapping that the text says. Raises `BadMapping` with everything that is wrong."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping([f"the mapping is not TOML: {error}"]) from None
    said = _checked(tables)
    file = said["file"]
    return Mapping(
        columns={ours: Template.of(theirs) for ours, theirs in said["columns"].items()},
        constants=said["constants"],
        values={name: _folded(table) for name, table in said["values"].items()},
        notes=_folded(said["notes"]),
        names={name: _folded(table) for name, table in said["names"].items()},
        creates=said["create"],
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
    """Return what is wrong with its place, such as "[values.state] Open: cannot be 3" or "[columns] lacks title"."""
    tables, key = (path[:-1], f" {path[-1]}:") if len(path) > 1 else (path, "")
    return f"[{'.'.join(map(str, tables))}]{key} {what}"


def _folded(table: dict[str, str]) -> dict[str, str]:
    return {key.strip().casefold(): value for key, value in table.items()}
