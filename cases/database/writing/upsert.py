"""Adding: new rows in one statement, whose text on PostgreSQL is the same however many they are.

What stands there already stays as it is.
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
STAMPED = "created_at"  # where a table has it, it gets the present moment


def insert_missing(session: Session, model: type[Base], rows: Sequence[Row], told: Names) -> Sequence[Any]:
    """Insert the rows that are new, in this order; give these columns of each. All rows have the same keys."""
    connection, shape = session.connection(), (table_of(model), tuple(rows[0]), told)
    if connection.dialect.name == "postgresql":
        document = json.dumps(rows, ensure_ascii=False, default=iso)
        return connection.execute(_of_a_document(*shape), {"document": document}).all()
    return connection.execute(_of_each(*shape), rows).all()


@cache
def _of_a_document(table: Table, names: Names, told: Names) -> ReturningInsert[Any]:
    """Insert the rows of a document: a statement of one parameter."""
    kinds = (column(name, table.c[name].type) for name in names)
    document = cast(bindparam("document", type_=Text()), DOCUMENT)
    given = func.json_to_recordset(document).table_valued(*kinds, name="given").render_derived(with_types=True)
    stamps = {STAMPED: now()} if STAMPED in table.c else {}
    values = [*(given.c[name] for name in names), *stamps.values()]
    put = postgresql.insert(table).from_select([*names, *stamps], select(*values), include_defaults=False)
    return put.on_conflict_do_nothing().returning(*(table.c[name] for name in told))


@cache
def _of_each(table: Table, names: Names, told: Names) -> ReturningInsert[Any]:
    stamps = {STAMPED: now()} if STAMPED in table.c else {}
    put = sqlite.insert(table).values({name: bindparam(name) for name in names} | stamps)
    return put.on_conflict_do_nothing().returning(*(table.c[name] for name in told))
