"""Many rows in one statement: one JSON document on PostgreSQL, the driver's own loop on SQLite."""

import json
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, Text, bindparam, cast, column, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Session
from sqlalchemy.sql import TableValuedAlias

from cases.database import Base, table_of

Rows = list[dict[str, Any]]


def insert_many(
    session: Session, model: type[Base], rows: Rows, *returning: str, **constants: ColumnElement[Any]
) -> list[Row[Any]]:
    """Insert rows that all have the same keys; give the named columns of each, in no order that counts.

    `constants` are SQL expressions that every row gets.
    """
    table = table_of(model)
    back = [table.c[name] for name in returning]
    if not rows:
        return []
    if session.get_bind().dialect.name != "postgresql":
        statement = insert(table).values(**constants)
        return _all(session.connection().execute(statement.returning(*back) if back else statement, rows))
    given = _given(table, rows)
    picked = select(*(given.c[name] for name in rows[0]), *constants.values())
    from_rows = insert(table).from_select([*rows[0], *constants], picked)
    return _all(session.connection().execute(from_rows.returning(*back) if back else from_rows))


def update_many(session: Session, model: type[Base], rows: Rows) -> None:
    """Update rows by their "id". All have the same keys."""
    table = table_of(model)
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    if session.get_bind().dialect.name != "postgresql":
        by_id = update(table).where(table.c.id == bindparam("row_id"))
        new = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
        session.connection().execute(by_id.values(new), [_renamed(row) for row in rows])
        return
    given = _given(table, rows)
    session.connection().execute(
        update(table).where(table.c.id == given.c.id).values({name: given.c[name] for name in names})
    )


def _all(result: Any) -> list[Row[Any]]:
    return list(result) if result.returns_rows else []


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    return {"row_id" if name == "id" else f"new_{name}": value for name, value in row.items()}


def _given(table: Table, rows: Rows) -> TableValuedAlias:
    """Give the rows as a table: a statement of one parameter, however many rows."""
    document = cast(bindparam(None, json.dumps(rows, ensure_ascii=False, default=_plain), type_=Text()), JSON)
    columns = (column(name, table.c[name].type) for name in rows[0])
    return func.json_to_recordset(document).table_valued(*columns, name="given").render_derived(with_types=True)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"not a value of a row: {value!r}")
