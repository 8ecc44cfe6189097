"""Many rows at once, with neither an object nor a statement for each: COPY on PostgreSQL, the driver's loop on SQLite.

Rows are dicts that all have the same keys. What the type of a column makes of each value is made of the whole column
here.
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
Ordered = tuple[str, tuple[str, ...]]  # a statement, and the columns in the order of its parameters
AT_A_TIME = 500  # ids


def reserve_ids(session: Session, model: type[Base], many: int) -> list[int]:
    """Give ids for so many new rows, rising, that nobody else gets."""
    table = table_of(model)
    if session.get_bind().dialect.name == "postgresql":
        fresh = func.nextval(func.pg_get_serial_sequence(f'"{table.name}"', "id"))
        return list(session.execute(select(fresh).select_from(func.generate_series(1, many))).scalars())
    last = session.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    return list(range(last + 1, last + 1 + many))  # on SQLite nobody else writes until this transaction ends


def fresh_ids(session: Session, model: type[Base]) -> Iterator[int]:
    """Give ids for new rows, one after the other, for as long as the transaction lasts."""
    if session.get_bind().dialect.name != "postgresql":
        yield from count(*reserve_ids(session, model, 1))
    while True:
        yield from reserve_ids(session, model, AT_A_TIME)


@cache
def defaults_of(model: type[Base]) -> dict[str, Any]:
    """Give what each column of a new row holds when nothing else is said."""
    columns: Any = table_of(model).c
    return {one.name: one.default.arg if one.default else None for one in columns if not one.primary_key}


def values_of(row: Base) -> dict[str, Any]:
    """Give what stands in the columns of a new row."""
    held = vars(row)
    return {"id": held["id"], **{name: held.get(name, usual) for name, usual in defaults_of(type(row)).items()}}


def insert_many(session: Session, model: type[Base], rows: Rows) -> None:
    """Insert rows. Who needs to know their ids reserves them first."""
    if rows:
        table, names, dialect = table_of(model), tuple(rows[0]), session.get_bind().dialect
        if dialect.name == "postgresql":
            _copy(session, table, names, _written(table, names, rows, dialect))
        else:
            sql, order = _insertion(table, names, dialect)
            session.connection().exec_driver_sql(sql, list(_written(table, order, rows, dialect)))


def update_many(session: Session, model: type[Base], rows: Rows) -> None:
    """Update rows by their "id"."""
    if rows:
        table, names, dialect = table_of(model), tuple(rows[0]), session.get_bind().dialect
        if dialect.name == "postgresql":
            given = _given(table, rows)
            new = {name: given.c[name] for name in names if name != "id"}
            session.connection().execute(update(table).where(table.c.id == given.c.id).values(new))
        else:
            sql, order = _change(table, names, dialect)
            session.connection().exec_driver_sql(sql, list(_written(table, order, rows, dialect)))


def _copy(session: Session, table: Table, names: tuple[str, ...], lines: Iterable[tuple[Any, ...]]) -> None:
    quote = session.get_bind().dialect.identifier_preparer.quote
    told = f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN"
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(told) as copy:
        for line in lines:
            copy.write_row(line)


def _given(table: Table, rows: Rows) -> TableValuedAlias:
    """Give the rows as a table: a statement of one parameter, however many rows."""
    document = cast(bindparam(None, json.dumps(rows, ensure_ascii=False, default=iso), type_=Text()), JSON_DOCUMENT)
    columns = (column(name, table.c[name].type) for name in rows[0])
    return func.json_to_recordset(document).table_valued(*columns, name="given").render_derived(with_types=True)


@cache
def _insertion(table: Table, names: tuple[str, ...], dialect: Dialect) -> Ordered:
    return _ordered(insert(table).values({name: bindparam(name) for name in names}), dialect)


@cache
def _change(table: Table, names: tuple[str, ...], dialect: Dialect) -> Ordered:
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names if name != "id"}
    return _ordered(update(table).where(table.c.id == bindparam("new_id")).values(new), dialect)


def _ordered(statement: UpdateBase, dialect: Dialect) -> Ordered:
    sql, slots = compile_with_parameters(statement, dialect)
    return sql, tuple(name.removeprefix("new_") for name, _ in slots)


def _written(table: Table, names: tuple[str, ...], rows: Rows, dialect: Dialect) -> Iterable[tuple[Any, ...]]:
    """Give the rows' values in the order of the names, as text where the driver would have to think."""
    columns = zip(*map(itemgetter(*names), rows), strict=True)
    writes = [encoder_for(table.c[name].type, dialect) for name in names]
    written = (map(write, values) if write else values for write, values in zip(writes, columns, strict=True))
    return zip(*written, strict=True)
