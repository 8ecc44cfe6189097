"""Among: a condition on a list of values whose text is the same however many values are given."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, String, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class among(FunctionElement[bool]):
    """Hold where the column is one of the values that are given, as a list, under this name."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, name: str) -> None:
        kind = Text() if isinstance(column.type, String) else BigInteger()
        super().__init__(column, bindparam(name, type_=JSON().with_variant(ARRAY(kind), "postgresql")))

    def self_group(self, against: Any = None) -> "among":
        """Stand by itself: compared with 1, as SQLite has no truth values, it would be looked up in no index."""
        return self


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: Any, **how: Any) -> str:
    column, given = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} = ANY({given})"


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: Any, **how: Any) -> str:
    column, given = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - the compiler's own  # nosec B608
