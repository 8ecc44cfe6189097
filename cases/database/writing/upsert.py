"""Inserting the rows that are missing (ON CONFLICT DO NOTHING) in one statement; existing rows are not changed.

On PostgreSQL the text of the statement is the same for any number of rows.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSON as DOCUMENT
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from cases.database.base import Base, table_of
from cases.database.clock import now
from cases.database.writing.parameters import iso

Row = dict[str, Any]
Names = tuple[str, ...]
STAMPED = "created_at"  # a table with this column gets the present moment in it


def insert_missing(session: Session, model: type[Base], rows: Sequence[Row], returned: Names) -> Sequence[Any]:
    """Insert, in this order, the rows that conflict with no existing row.

    `rows` are dicts by column name, at least one, all with the same keys; `returned` names columns. Return the values
    of these columns, one tuple for each row that was inserted (not for the others).
    """
    connection, shape = session.connection(), (table_of(model), tuple(rows[0]), returned)
    if connection.dialect.name == "postgresql":
        document = json.dumps(rows, ensure_ascii=False, default=iso)
        return connection.execute(_insert_from_json(*shape), {"document": document}).all()
    return connection.execute(_insert_each(*shape), rows).all()


@cache
def _insert_from_json(table: Table, names: Names, returned: Names) -> ReturningInsert[Any]:
    """Return an INSERT from one JSON parameter, for any number of rows."""
    kinds = (column(name, table.c[name].type) for name in names)
    document = cast(bindparam("document", type_=Text()), DOCUMENT)
    given = func.json_to_recordset(document).table_valued(*kinds, name="given").render_derived(with_types=True)
    stamps = {STAMPED: now()} if STAMPED in table.c else {}
    values = [*(given.c[name] for name in names), *stamps.values()]
    statement = postgresql.insert(table).from_select([*names, *stamps], select(*values), include_defaults=False)
    return statement.on_conflict_do_nothing().returning(*(table.c[name] for name in returned))


@cache
def _insert_each(table: Table, names: Names, returned: Names) -> ReturningInsert[Any]:
    stamps = {STAMPED: now()} if STAMPED in table.c else {}
    statement = sqlite.insert(table).values({name: bindparam(name) for name in names} | stamps)
    return statement.on_conflict_do_nothing().returning(*(table.c[name] for name in returned))
