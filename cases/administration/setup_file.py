"""The house's file: what it may hold, and every error in it with its place, found in one go.

It is TOML: [house], and any number of [[units]], [[people]], [[places]], [[categories]], [[policies]], [[meetings]].
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError

from cases.administration.file_schema import place_of, wrongs_in
from cases.administration.setup_lines import HouseFile, HouseLine, Known
from cases.administration.setup_references import wrong_names
from cases.administration.setup_schema import TABLES, HouseSchema


@dataclass(frozen=True)
class Trouble:
    """What is wrong, and where it stands."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class BadHouse(Exception):
    """A file with errors; nothing of it was used."""

    def __init__(self, troubles: list[Trouble]) -> None:
        super().__init__("; ".join(map(str, troubles)))
        self.troubles = troubles


def read_house(text: str, known: Known) -> HouseFile:
    """Return what the text says. Raises `BadHouse` with every trouble in it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadHouse([Trouble("the file", f"is not TOML: {error}")]) from None
    troubles: list[Trouble] = []
    house = _house_of(tables, troubles)
    troubles += [Trouble(place, what) for place, what in wrong_names(house, known)]
    if troubles:
        raise BadHouse(troubles)
    return house


def _house_of(tables: dict[str, Any], troubles: list[Trouble]) -> HouseFile:
    """Return the lines that are right in themselves, and add the troubles of the others."""
    troubles += [Trouble(f"[{name}]", "is not known") for name in tables if name not in {"house", *TABLES}]
    house = _line(HouseSchema(), tables.get("house", {}), "[house]", troubles)
    lines = {name: tuple(_lines(name, tables.get(name, []), troubles)) for name in TABLES}
    return HouseFile(house=house or HouseLine(), **lines)


def _lines(name: str, rows: Any, troubles: list[Trouble]) -> Iterator[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        troubles.append(Trouble(f"[[{name}]]", "must be written with two brackets"))
        return
    for number, row in enumerate(rows, start=1):
        called = row.get("slug") or row.get("email") or row.get("name") or "?"
        line = _line(TABLES[name], row, f'[[{name}]] no. {number} "{called}"', troubles)
        if line is not None:
            yield line


def _line(schema: Schema, row: Any, place: str, troubles: list[Trouble]) -> Any:
    try:
        return schema.load(row)
    except ValidationError as error:
        for path, what in wrongs_in(error.messages):
            troubles.append(Trouble(", ".join(filter(None, (place, place_of(path)))), what))
        return None
