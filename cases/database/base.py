"""What every table is made of: column types, names of constraints, the declarative base."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import cast, dataclass_transform

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Index, Integer, MetaData, Table, text
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware, stored in UTC. A naive one is refused."""

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
    """JSON that is written out already: it goes into a column of JSON as it stands."""


def write_json(value: object) -> str:
    """Give the text of a column of JSON."""
    return value if isinstance(value, JsonText) else json.dumps(value, ensure_ascii=False)


BigId = BigInteger().with_variant(Integer(), "sqlite")


def one_of(words: type[StrEnum]) -> Enum:
    """Give the column type for one of these words, stored as the word itself."""
    return Enum(words, native_enum=False, length=30, values_callable=lambda kinds: [kind.value for kind in kinds])


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index of only those rows for which `where` holds, on both databases.

    The condition is SQL, word for word that of the queries: only then does a database look there. SQLite is asked
    `IS 1` where PostgreSQL is asked `IS true`.
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
    """The tables of the house."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)

    def new_related(self) -> dict[str, "Base"]:
        """Give what is new with a row, by the column that gets its id: usually nothing."""
        return {}


def table_of(model: type[Base]) -> Table:
    """Give the model's table, for statements that write many rows without making objects of them."""
    return cast("Table", model.__table__)
