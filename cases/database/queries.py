"""Asking: questions to the database that are put together once, and answered in plain rows.

No object is made of what is only read, and a question's text is the same however many rows it is about: neither
SQLAlchemy nor the driver has to think about it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Executable, String, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement


class any_of(FunctionElement[bool]):
    """Hold where the column is one of the values that are given, as a list, under this name."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, name: str) -> None:
        kind = Text() if isinstance(column.type, String) else BigInteger()
        super().__init__(column, bindparam(name, type_=JSON().with_variant(ARRAY(kind), "postgresql")))

    def self_group(self, against: Any = None) -> "any_of":
        """Stand by itself: compared with 1, as SQLite has no truth values, it would be looked up in no index."""
        return self


@compiles(any_of, "postgresql")
def _among_postgresql(element: any_of, compiler: Any, **how: Any) -> str:
    column, given = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} = ANY({given})"


@compiles(any_of, "sqlite")
def _among_sqlite(element: any_of, compiler: Any, **how: Any) -> str:
    column, given = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - the compiler's own  # nosec B608


def columns_of(model: Any, names: Iterable[str]) -> list[Any]:
    """Give the columns of these names, in their order: those that make a named tuple."""
    return [getattr(model, name) for name in names]


def fetch_rows(session: Session, question: Executable, given: Mapping[str, Any]) -> Sequence[Any]:
    """Give the answer to a question, with what is not yet written left out of it."""
    return session.connection().execute(question, dict(given)).all()
