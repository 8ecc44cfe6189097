"""What a session has not written yet of an object, as rows that a statement writes beside others.

It takes the place of a flush where there is only one object to write. What that wins on PostgreSQL is said in
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
    """An object, and what is new with it by the column that gets its id. No savepoint may be rolled back over it."""

    session: Session
    row: Base
    new_related: dict[str, Base]

    @property
    def is_only_change(self) -> bool:
        """Say whether the session has nothing else to write."""
        waiting = {id(row) for row in (*self.session.new, *self.session.dirty, *self.session.deleted)}
        return waiting <= {id(self.row), *map(id, self.new_related.values())}

    @property
    def is_new(self) -> bool:
        """Say whether the object has no row yet, and the session is to write it."""
        return instance_state(self.row).pending

    def rows(self) -> list[NewRow | ChangedRow]:
        """Give what is to be written: the object itself last, under the name `ITSELF`; nothing when nothing differs."""
        table = table_of(type(self.row))
        if self.is_new:
            fresh = [NewRow(column, table_of(type(row)), _whole(row)) for column, row in self.new_related.items()]
            return [
                *fresh,
                NewRow(ITSELF, table, _whole(self.row), drawn={column: column for column in self.new_related}),
            ]
        changed = _changed(self.row) if instance_state(self.row).persistent else {}
        return [ChangedRow(ITSELF, table, changed, self.row.id)] if changed else []  # type: ignore[attr-defined]

    def mark_written(self, ids: dict[str, int]) -> None:
        """Let the session know that the rows are there, with these ids."""
        if self.is_new:
            for column, row in self.new_related.items():
                setattr(self.row, column, ids[column])
                _stored(self.session, row, ids[column])
        if ITSELF in ids:
            _stored(self.session, self.row, ids[ITSELF])


def _whole(row: Base) -> dict[str, Any]:
    """Give a new object's row; what is not named is NULL."""
    return {name: value for name in _columns(type(row)) if (value := getattr(row, name, None)) is not None}


def _changed(row: Base) -> dict[str, Any]:
    values, stored = row.__dict__, instance_state(row).committed_state
    return {name: values[name] for name in _columns(type(row)) if name in stored and values[name] != stored[name]}


def _stored(session: Session, row: Base, row_id: int) -> None:
    """Let the session hold the object as one that it has just read."""
    make_transient(row)
    row.id = row_id  # type: ignore[attr-defined]
    make_transient_to_detached(row)
    session.add(row)


@cache
def _columns(model: type[Base]) -> tuple[str, ...]:
    return tuple(table_of(model).c.keys())
