"""Reading a setup file (TOML): all errors in it are found at once, and each says where in the file it is.

A setup file has at most one [house], and any number of [[units]], [[people]], [[places]], [[categories]],
[[authorities]], [[perspectives]], [[policies]] and [[meetings]].
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
    """One error in a setup file. `place` says where in the file it is, such as '[[units]] no. 2 "gata", kind'."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class BadSetupFile(Exception):
    """Raised for a setup file with errors, all in `errors`; nothing of the file is stored."""

    def __init__(self, errors: list[FileError]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


def read_setup_file(text: str, existing: ExistingNames) -> SetupFile:
    """Parse and check the text of a setup file; return its entries. Raises `BadSetupFile` with all errors, if any.

    Entries of the file may refer to each other, and to `existing`, the names that are in the database already.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSetupFile([FileError("the file", f"is not TOML: {error}")]) from None
    errors: list[FileError] = []
    file = _checked_tables(tables, errors)
    errors += [FileError(place, message) for place, message in wrong_names(file, existing)]
    if errors:
        raise BadSetupFile(errors)
    return file


def _checked_tables(tables: dict[str, Any], errors: list[FileError]) -> SetupFile:
    """Return the valid entries of all tables, and append the errors of the others to `errors`."""
    errors += [FileError(f"[{name}]", "is not known") for name in tables if name not in {"house", *TABLES}]
    municipality = _line(MunicipalitySchema(), tables.get("house", {}), "[house]", errors)
    lines = {name: tuple(_lines(name, tables.get(name, []), errors)) for name in TABLES}
    return SetupFile(municipality=municipality or MunicipalityLine(), **lines)


def _lines(name: str, rows: Any, errors: list[FileError]) -> Iterator[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        errors.append(FileError(f"[[{name}]]", "must be written with two brackets"))
        return
    for number, row in enumerate(rows, start=1):
        label = row.get("slug") or row.get("email") or row.get("name") or "?"
        line = _line(TABLES[name], row, f'[[{name}]] no. {number} "{label}"', errors)
        if line is not None:
            yield line


def _line(schema: Schema, row: Any, place: str, errors: list[FileError]) -> Any:
    try:
        return schema.load(row)
    except ValidationError as error:
        for path, message in errors_in(error.messages):
            errors.append(FileError(", ".join(filter(None, (place, readable_path(path)))), message))
        return None
