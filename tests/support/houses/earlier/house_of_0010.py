"""A house as the version before obligations left it: cases of every kind and state, six groups, and one dissolved.

The rows of `house_of_0010.json` were written by the program of that version (revision 0010 of the migrations) itself.
"""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Inspector, column, insert, inspect, select, table, text, update
from support.houses.brought_along import build

from cases.database.transactions import Database

ROWS = Path(__file__).with_suffix(".json")


def furnish_house_of_0010(database: Database) -> None:
    """Migrate the empty database to revision 0010, and add the rows of the house."""
    build(database, "0010")
    with database.engine.begin() as connection:
        tables = inspect(connection)
        for name, stored in json.loads(ROWS.read_text(encoding="utf-8")).items():
            _add(connection, tables, name, [dict(zip(stored["columns"], row, strict=True)) for row in stored["rows"]])


def _add(connection: Connection, tables: Inspector, name: str, rows: list[dict[str, Any]]) -> None:
    """Add the rows as they were written; of those that each new house has, only the house and the desk say more."""
    flags = {found["name"] for found in tables.get_columns(name) if isinstance(found["type"], Boolean)}
    keys = tables.get_pk_constraint(name)["constrained_columns"]
    into = table(name, *(column(each) for each in rows[0]))
    there = {tuple(row) for row in connection.execute(select(*(into.c[key] for key in keys)))}
    for row in rows:
        row |= {flag: bool(row[flag]) for flag in flags & row.keys() if row[flag] is not None}
        if tuple(row[key] for key in keys) not in there:
            connection.execute(insert(into).values(row))
        elif name in {"house", "unit"}:
            connection.execute(update(into).where(*(into.c[key] == row[key] for key in keys)).values(row))
    if keys == ["id"] and connection.dialect.name == "postgresql":
        counted = text(f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), (SELECT max(id) FROM \"{name}\"))")
        connection.execute(counted)
