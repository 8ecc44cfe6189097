"""Mappings: how a file of another system says what our columns say. Written as TOML, checked before a row is read."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cases.imports.columns import NAMES, NEEDED
from cases.imports.tables import FOUND_OUT, Dialect
from cases.town.units import MAY_BE_RESPONSIBLE

SLOT = re.compile(r"\{([^{}]+)\}")
UNKNOWN = "*"  # in [values.X]: what any value that is not named becomes
EMPTY = ""
ALONE = ("", "")  # the words about one column
MOST_TOLD = 6
CREATABLE = ("category", "place", "responsible")


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
    """Give the mapping that the text says. Raises `BadMapping` with everything that is wrong."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping([f"the mapping is not TOML: {error}"]) from None
    wrongs = _shapes(tables) or [wrong for look in LOOKS for wrong in look(tables)]
    if wrongs:
        raise BadMapping(wrongs)
    file = tables.get("file", {})
    return Mapping(
        columns={ours: Template.of(theirs) for ours, theirs in tables["columns"].items()},
        constants=_texts(tables.get("constants", {})),
        values={name: _folded(table) for name, table in tables.get("values", {}).items()},
        notes=_folded(tables.get("notes", {})),
        names={name: _folded(table) for name, table in tables.get("names", {}).items()},
        creates=_texts(tables.get("create", {})),
        zone=ZoneInfo(file["time_zone"]) if "time_zone" in file else None,
        dates=tuple(file.get("dates", ())),
        dialect=Dialect(file.get("encoding"), file.get("delimiter")),
    )


def _folded(table: dict[str, Any]) -> dict[str, str]:
    return {str(key).strip().casefold(): str(value) for key, value in table.items()}


def _texts(table: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in table.items()}


# --- what may be wrong ------------------------------------------------------------------------

SHAPES: dict[str, Any] = {
    "file": object, "columns": str, "constants": (str, int), "notes": str, "create": str, "values": dict, "names": dict,
}  # fmt: skip
FILE_KEYS = ("time_zone", "dates", "encoding", "delimiter")


def _shapes(tables: dict[str, Any]) -> list[str]:
    wrongs = [f"[{name}] is not known" for name in tables if name not in SHAPES]
    for name, shape in SHAPES.items():
        table = tables.get(name, {})
        if not isinstance(table, dict):
            wrongs.append(f"[{name}] must be a table")
        else:
            wrongs += [f"[{name}] {k}: cannot be {v!r}" for k, v in table.items() if not isinstance(v, shape)]
    return wrongs


def _our_names(tables: dict[str, Any]) -> list[str]:
    return [
        f"[{table}] {name}: we have no such column"
        for table in ("columns", "constants", "values", "names")
        for name in tables.get(table, {})
        if name not in NAMES
    ]


def _needed(tables: dict[str, Any]) -> list[str]:
    given = {**tables.get("columns", {}), **tables.get("constants", {})}
    return [f"[columns] lacks {name}" for name in NEEDED if name not in given]


def _file(tables: dict[str, Any]) -> list[str]:
    file = tables.get("file", {})
    wrongs = [f"[file] {name}: is not known" for name in file if name not in FILE_KEYS]
    try:
        ZoneInfo(file.get("time_zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        wrongs.append(f"[file] time_zone: there is no {file['time_zone']!r}")
    return wrongs


def _created(tables: dict[str, Any]) -> list[str]:
    create = tables.get("create", {})
    wrongs = [
        f"[create] {name}: only {', '.join(CREATABLE)} can be created" for name in create if name not in CREATABLE
    ]
    if create.get("responsible", "department") not in MAY_BE_RESPONSIBLE:
        wrongs.append("[create] responsible: must be department or group")
    return wrongs


LOOKS: tuple[Callable[[dict[str, Any]], list[str]], ...] = (_our_names, _needed, _file, _created)
