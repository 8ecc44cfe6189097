"""The unflushed changes of one ORM object as plain rows, which one statement can write together with other rows.

This replaces a flush when the session has only this object to write. What it saves on PostgreSQL is told in
`cases.database.writing.one_statement`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy.orm import Session, make_transient, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state

from cases.database.base import Base, table_of
from cases.database.writing.one_statement import ChangedRow, NewRow

ITSELF = "itself"


@dataclass(frozen=True)
class PendingObject:
    """One ORM object with unflushed changes, which can be turned into plain rows and written without a flush.

    `row` is the object. `new_related` holds the new objects to which it refers: dict by the column of `row` that will
    hold the object's id. After `mark_written`, do not roll back to a savepoint: the session would not notice it.
    """

    session: Session
    row: Base
    new_related: dict[str, Base]

    @property
    def is_only_change(self) -> bool:
        """True when the session has nothing to flush but this object and its new related objects."""
        unflushed = {id(row) for row in (*self.session.new, *self.session.dirty, *self.session.deleted)}
        return unflushed <= {id(self.row), *map(id, self.new_related.values())}

    @property
    def is_new(self) -> bool:
        """True when the object has no row yet: the session would insert it."""
        return instance_state(self.row).pending

    def rows(self) -> list[NewRow | ChangedRow]:
        """Return the rows to write; [] when nothing changed.

        First come the new related objects: the name of such a row is the column of the object that refers to it. Last
        comes the object itself: the name of its row is the constant `ITSELF` of this module.
        """
        table = table_of(type(self.row))
        if self.is_new:
            fresh = [NewRow(column, table_of(type(row)), _new_values(row)) for column, row in self.new_related.items()]
            return [
                *fresh,
                NewRow(ITSELF, table, _new_values(self.row), ids_from={column: column for column in self.new_related}),
            ]
        changed = _changed_values(self.row) if instance_state(self.row).persistent else {}
        return [ChangedRow(ITSELF, table, changed, self.row.id)] if changed else []  # type: ignore[attr-defined]

    def mark_written(self, ids: dict[str, int]) -> None:
        """Tell the session that the rows are written, so that it does not write them again.

        `ids` is what `write_in_one_statement` returned for `rows()`: the id of each row, dict by the row's name.
        """
        if self.is_new:
            for column, row in self.new_related.items():
                setattr(self.row, column, ids[column])
                _mark_persistent(self.session, row, ids[column])
        if ITSELF in ids:
            _mark_persistent(self.session, self.row, ids[ITSELF])


def _new_values(row: Base) -> dict[str, Any]:
    """Return the values of a new object that are not None: dict by column name."""
    return {name: value for name in _columns(type(row)) if (value := getattr(row, name, None)) is not None}


def _changed_values(row: Base) -> dict[str, Any]:
    values, loaded = row.__dict__, instance_state(row).committed_state
    return {name: values[name] for name in _columns(type(row)) if name in loaded and values[name] != loaded[name]}


def _mark_persistent(session: Session, row: Base, row_id: int) -> None:
    """Make the session treat the object as loaded from the database."""
    make_transient(row)
    row.id = row_id  # type: ignore[attr-defined]
    make_transient_to_detached(row)
    session.add(row)


@cache
def _columns(model: type[Base]) -> tuple[str, ...]:
    return tuple(table_of(model).c.keys())
