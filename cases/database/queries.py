"""Reading plain rows by statements that are built once.

Rows that are only read are not turned into ORM objects. The text of a statement does not depend on how many values are
passed to it, so that SQLAlchemy's cache and the driver's prepared statements can be used again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Executable, String, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement


class any_of(FunctionElement[bool]):
    """SQL condition: the value of the column is in a list. The whole list is passed as one parameter, named `name`.

    The caller gives the list when executing the statement, under this name.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, name: str) -> None:
        kind = Text() if isinstance(column.type, String) else BigInteger()
        super().__init__(column, bindparam(name, type_=JSON().with_variant(ARRAY(kind), "postgresql")))

    def self_group(self, against: Any = None) -> "any_of":
        """Return itself unchanged: SQLAlchemy would add "= 1" to it on SQLite, and then no index would be used."""
        return self


@compiles(any_of, "postgresql")
def _any_of_postgresql(element: any_of, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY({values})"


@compiles(any_of, "sqlite")
def _any_of_sqlite(element: any_of, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - the compiler's own  # nosec B608


def columns_of(model: Any, names: Iterable[str]) -> list[Any]:
    """Return the columns of the model that have these names, in the same order."""
    return [getattr(model, name) for name in names]


def fetch_rows(session: Session, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Any]:
    """Execute a statement and return its rows. Changes of the session that are not flushed are not seen."""
    return session.connection().execute(statement, dict(parameters)).all()
