"""Rows that belong together, in one statement where the database can: several trips fewer to PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from cases.database import now

Values = Mapping[str, Any]
SHAPES = 1000  # statements that are kept ready: one for each set of columns that has been written


@dataclass(frozen=True)
class Fresh:
    """A row to insert. `drawn` columns get the id of that row before it, `stamped` ones the present moment."""

    name: str
    table: Table
    values: Values
    drawn: Values = field(default_factory=dict)
    stamped: tuple[str, ...] = ()
    id: None = None


@dataclass(frozen=True)
class Changed:
    """New values for the row with this id. Nothing at all is written when it is not there."""

    name: str
    table: Table
    values: Values
    id: int


@dataclass(frozen=True)
class Shape:
    """All of a row but its values: what decides the text of the statement."""

    name: str
    table: Table
    given: tuple[str, ...]
    drawn: tuple[tuple[str, str], ...] | None  # None: the row is there, and is changed
    stamped: tuple[str, ...]


def write_together(session: Session, rows: list[Fresh | Changed]) -> dict[str, int]:
    """Write the rows, in this order; give their ids by name. Nothing that the session has not written is flushed."""
    write = _at_once if session.get_bind().dialect.name == "postgresql" else _in_turn
    ids = {name: row_id for name, row_id in write(session, rows).items() if row_id is not None}
    if len(ids) < len(rows):
        raise StaleDataError(f"not there any more: {[row.name for row in rows if row.name not in ids]}")
    return ids


def _at_once(session: Session, rows: list[Fresh | Changed]) -> dict[str, int | None]:
    statement = _statement(tuple(map(_shape, rows)))
    given = {f"{row.name}_{name}": value for row in rows for name, value in row.values.items()}
    given |= {f"{row.name}_id": row.id for row in rows if row.id is not None}
    return dict(session.connection().execute(statement, given).mappings().one())


def _in_turn(session: Session, rows: list[Fresh | Changed]) -> dict[str, int | None]:
    ids: dict[str, int | None] = {}
    for row in rows:
        given = {f"{row.name}_{name}": value for name, value in row.values.items()}
        if isinstance(row, Changed):
            given[f"{row.name}_id"] = row.id
        else:
            given |= {f"{other}_id": ids[other] for other in row.drawn.values()}
        ids[row.name] = session.connection().execute(_statement_alone(_shape(row)), given).scalar()
    return ids


def _shape(row: Fresh | Changed) -> Shape:
    if isinstance(row, Changed):
        return Shape(row.name, row.table, tuple(row.values), None, ())
    return Shape(row.name, row.table, tuple(row.values), tuple(row.drawn.items()), row.stamped)


@lru_cache(SHAPES)
def _statement(shapes: tuple[Shape, ...]) -> Executable:
    ids: dict[str, Any] = {}
    for shape in shapes:
        wrote = _writing(shape, ids).cte(f"wrote_{shape.name}")
        ids[shape.name] = select(wrote.c.id).scalar_subquery()
    return select(*(row_id.label(name) for name, row_id in ids.items()))


@lru_cache(SHAPES)
def _statement_alone(shape: Shape) -> Executable:
    return _writing(shape, {other: bindparam(f"{other}_id") for _, other in shape.drawn or ()})


def _writing(shape: Shape, ids: Mapping[str, Any]) -> ReturningInsert[Any] | ReturningUpdate[Any]:
    table, its_id = shape.table, shape.table.c.id
    values: dict[str, Any] = {name: bindparam(f"{shape.name}_{name}", type_=table.c[name].type) for name in shape.given}
    if shape.drawn is None:
        itself = its_id == bindparam(f"{shape.name}_id", type_=its_id.type)
        return update(table).where(itself).values(values).returning(its_id)
    values |= {column: ids[other] for column, other in shape.drawn} | {name: now() for name in shape.stamped}
    return insert(table).values(values).returning(its_id)
