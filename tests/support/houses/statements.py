"""Recording the SQL statements that are sent to a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from cases.database.transactions import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Yield a list that holds the statements sent within the block: no BEGIN, and one for an executemany."""
    sent: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", record)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", record)
