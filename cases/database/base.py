"""The declarative base of all tables, their column types, and the naming of constraints."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import cast, dataclass_transform

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Index, Integer, MetaData, Table, text
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """The column type of moments, stored in UTC. Raises `ValueError` for a moment without a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment must be aware: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(str):
    """A text that is JSON already: `write_json` returns it unchanged."""


def write_json(value: object) -> str:
    """Return the value as JSON text for a column, with non-ASCII characters as they are.

    A `JsonText` is returned unchanged.
    """
    return value if isinstance(value, JsonText) else json.dumps(value, ensure_ascii=False)


BigId = BigInteger().with_variant(Integer(), "sqlite")


def one_of(kind: type[StrEnum]) -> Enum:
    """Return the column type for the members of this enum; the database stores the value of a member as text."""
    return Enum(kind, native_enum=False, length=30, values_callable=lambda members: [one.value for one in members])


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index for PostgreSQL and SQLite that covers only the rows for which the SQL condition `where` holds.

    On SQLite ` IS true` in it becomes ` IS 1`. A database uses the index only for queries that contain `where` word for
    word.
    """
    on_sqlite = where.replace(" IS true", " IS 1")
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(on_sqlite))


NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, relationship))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The base class of all models. Each table has one model, a dataclass that takes keyword arguments only."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)

    def new_related(self) -> dict[str, "Base"]:
        """Return the objects to which this row refers and which are not in the database yet.

        They are in a dict by the name of the foreign key column that will hold the object's id. Empty unless a model
        overrides this method.
        """
        return {}


def table_of(model: type[Base]) -> Table:
    """Return the table of a model, for statements of SQLAlchemy Core, which build no ORM objects."""
    return cast("Table", model.__table__)
