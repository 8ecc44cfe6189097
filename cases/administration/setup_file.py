"""The house's file: what it may hold, and every error in it with its place, found in one go.

It is TOML: [house], and any number of [[units]], [[people]], [[places]], [[categories]], [[policies]], [[meetings]].
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError

from cases.administration.file_schema import place_of, wrongs_in
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

    def __init__(self, troubles: list[FileError]) -> None:
        super().__init__("; ".join(map(str, troubles)))
        self.troubles = troubles


def read_setup_file(text: str, known: ExistingNames) -> SetupFile:
    """Return what the text says. Raises `BadHouse` with every trouble in it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSetupFile([FileError("the file", f"is not TOML: {error}")]) from None
    troubles: list[FileError] = []
    house = _house_of(tables, troubles)
    troubles += [FileError(place, what) for place, what in wrong_names(house, known)]
    if troubles:
        raise BadSetupFile(troubles)
    return house


def _house_of(tables: dict[str, Any], troubles: list[FileError]) -> SetupFile:
    """Return the lines that are right in themselves, and add the troubles of the others."""
    troubles += [FileError(f"[{name}]", "is not known") for name in tables if name not in {"house", *TABLES}]
    house = _line(MunicipalitySchema(), tables.get("house", {}), "[house]", troubles)
    lines = {name: tuple(_lines(name, tables.get(name, []), troubles)) for name in TABLES}
    return SetupFile(house=house or MunicipalityLine(), **lines)


def _lines(name: str, rows: Any, troubles: list[FileError]) -> Iterator[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        troubles.append(FileError(f"[[{name}]]", "must be written with two brackets"))
        return
    for number, row in enumerate(rows, start=1):
        called = row.get("slug") or row.get("email") or row.get("name") or "?"
        line = _line(TABLES[name], row, f'[[{name}]] no. {number} "{called}"', troubles)
        if line is not None:
            yield line


def _line(schema: Schema, row: Any, place: str, troubles: list[FileError]) -> Any:
    try:
        return schema.load(row)
    except ValidationError as error:
        for path, what in wrongs_in(error.messages):
            troubles.append(FileError(", ".join(filter(None, (place, place_of(path)))), what))
        return None
