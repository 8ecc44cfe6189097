"""The house's file: what it may hold, and every error in it with its place, found in one go.

It is TOML: [house], and any number of [[units]], [[people]], [[places]], [[categories]], [[policies]], [[meetings]].
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError

from cases.administration.file_schema import errors_in, readable_path
from cases.administration.setup_lines import ExistingNames, MunicipalityLine, SetupFile
from cases.administration.setup_references import wrong_names
from cases.administration.setup_schema import TABLES, MunicipalitySchema


@dataclass(frozen=True)
class FileError:
    """What is wrong, and where it stands."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class BadSetupFile(Exception):
    """A file with errors; nothing of it was used."""

    def __init__(self, errors: list[FileError]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


def read_setup_file(text: str, known: ExistingNames) -> SetupFile:
    """Return what the text says. Raises `BadSetupFile` with every trouble in it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSetupFile([FileError("the file", f"is not TOML: {error}")]) from None
    errors: list[FileError] = []
    house = _house_of(tables, errors)
    errors += [FileError(place, what) for place, what in wrong_names(house, known)]
    if errors:
        raise BadSetupFile(errors)
    return house


def _house_of(tables: dict[str, Any], errors: list[FileError]) -> SetupFile:
    """Return the lines that are right in themselves, and add the errors of the others."""
    errors += [FileError(f"[{name}]", "is not known") for name in tables if name not in {"house", *TABLES}]
    house = _line(MunicipalitySchema(), tables.get("house", {}), "[house]", errors)
    lines = {name: tuple(_lines(name, tables.get(name, []), errors)) for name in TABLES}
    return SetupFile(house=house or MunicipalityLine(), **lines)


def _lines(name: str, rows: Any, errors: list[FileError]) -> Iterator[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        errors.append(FileError(f"[[{name}]]", "must be written with two brackets"))
        return
    for number, row in enumerate(rows, start=1):
        called = row.get("slug") or row.get("email") or row.get("name") or "?"
        line = _line(TABLES[name], row, f'[[{name}]] no. {number} "{called}"', errors)
        if line is not None:
            yield line


def _line(schema: Schema, row: Any, place: str, errors: list[FileError]) -> Any:
    try:
        return schema.load(row)
    except ValidationError as error:
        for path, what in errors_in(error.messages):
            errors.append(FileError(", ".join(filter(None, (place, readable_path(path)))), what))
        return None
