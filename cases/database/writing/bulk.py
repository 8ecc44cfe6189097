"""Writing many rows at once without ORM objects: COPY on PostgreSQL, `executemany` on SQLite.

Rows are dicts that all have the same keys. Values are encoded column by column, not row by row.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table, Text, bindparam, cast, column, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSON as JSON_DOCUMENT
from sqlalchemy.orm import Session
from sqlalchemy.sql import TableValuedAlias
from sqlalchemy.sql.dml import UpdateBase

from cases.database.base import Base, table_of
from cases.database.writing.parameters import compile_with_parameters, encoder_for, iso

Rows = list[dict[str, Any]]
OrderedStatement = tuple[str, tuple[str, ...]]  # a statement, and the columns in the order of its parameters
IDS_A_BLOCK = 500


def reserve_ids(session: Session, model: type[Base], number: int) -> list[int]:
    """Reserve ids for this many new rows; return them in rising order. No other transaction gets them.

    Insert the rows before the next call: on SQLite the same ids are returned again until then. When the number is not
    known beforehand, use `fresh_ids`.
    """
    table = table_of(model)
    if session.get_bind().dialect.name == "postgresql":
        fresh = func.nextval(func.pg_get_serial_sequence(f'"{table.name}"', "id"))
        return list(session.execute(select(fresh).select_from(func.generate_series(1, number))).scalars())
    last = session.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    return list(range(last + 1, last + 1 + number))  # on SQLite no other transaction writes until this one ends


def fresh_ids(session: Session, model: type[Base]) -> Iterator[int]:
    """Yield as many ids for new rows as the caller takes, for when their number is not known beforehand.

    The ids are valid only until the transaction ends. On PostgreSQL they are reserved in blocks.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield from count(*reserve_ids(session, model, 1))
    while True:
        yield from reserve_ids(session, model, IDS_A_BLOCK)


@cache
def defaults_of(model: type[Base]) -> dict[str, Any]:
    """Return the default of each column except the primary key: dict by column name, None for no default."""
    columns: Any = table_of(model).c
    return {column.name: column.default.arg if column.default else None for column in columns if not column.primary_key}


def values_of(row: Base) -> dict[str, Any]:
    """Return the column values of a new object that has its id already: dict by column name."""
    values = vars(row)
    return {"id": values["id"], **{name: values.get(name, default) for name, default in defaults_of(type(row)).items()}}


def insert_many(session: Session, model: type[Base], rows: Rows) -> None:
    """Insert these rows. A caller that needs their ids sets them itself, with ids from `reserve_ids`."""
    if rows:
        table, names, dialect = table_of(model), tuple(rows[0]), session.get_bind().dialect
        if dialect.name == "postgresql":
            _copy(session, table, names, _encoded(table, names, rows, dialect))
        else:
            sql, order = _insert_statement(table, names, dialect)
            session.connection().exec_driver_sql(sql, list(_encoded(table, order, rows, dialect)))


def update_many(session: Session, model: type[Base], rows: Rows) -> None:
    """Update existing rows: each dict has the "id" of a row, and the new values of some of its columns."""
    if rows:
        table, names, dialect = table_of(model), tuple(rows[0]), session.get_bind().dialect
        if dialect.name == "postgresql":
            given = _as_table(table, rows)
            new = {name: given.c[name] for name in names if name != "id"}
            session.connection().execute(update(table).where(table.c.id == given.c.id).values(new))
        else:
            sql, order = _update_statement(table, names, dialect)
            session.connection().exec_driver_sql(sql, list(_encoded(table, order, rows, dialect)))


def _copy(session: Session, table: Table, names: tuple[str, ...], lines: Iterable[tuple[Any, ...]]) -> None:
    quote = session.get_bind().dialect.identifier_preparer.quote
    command = f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN"
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(command) as copy:
        for line in lines:
            copy.write_row(line)


def _as_table(table: Table, rows: Rows) -> TableValuedAlias:
    """Return the rows as a table expression in SQL: one JSON parameter, however many rows."""
    document = cast(bindparam(None, json.dumps(rows, ensure_ascii=False, default=iso), type_=Text()), JSON_DOCUMENT)
    columns = (column(name, table.c[name].type) for name in rows[0])
    return func.json_to_recordset(document).table_valued(*columns, name="given").render_derived(with_types=True)


@cache
def _insert_statement(table: Table, names: tuple[str, ...], dialect: Dialect) -> OrderedStatement:
    return _compiled(insert(table).values({name: bindparam(name) for name in names}), dialect)


@cache
def _update_statement(table: Table, names: tuple[str, ...], dialect: Dialect) -> OrderedStatement:
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names if name != "id"}
    return _compiled(update(table).where(table.c.id == bindparam("new_id")).values(new), dialect)


def _compiled(statement: UpdateBase, dialect: Dialect) -> OrderedStatement:
    sql, parameters = compile_with_parameters(statement, dialect)
    return sql, tuple(name.removeprefix("new_") for name, _ in parameters)


def _encoded(table: Table, names: tuple[str, ...], rows: Rows, dialect: Dialect) -> Iterable[tuple[Any, ...]]:
    """Yield the values of each row in the order of the names, encoded for the driver."""
    columns = zip(*map(itemgetter(*names), rows), strict=True)
    encoders = [encoder_for(table.c[name].type, dialect) for name in names]
    encoded = (map(encode, values) if encode else values for encode, values in zip(encoders, columns, strict=True))
    return zip(*encoded, strict=True)
