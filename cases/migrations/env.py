"""How Alembic runs here: on the connection that it is given, in one transaction."""

from typing import Any

from alembic import context

SHADOWS = ("words_search",)  # SQLite's full-text tables, and the tables behind them
ONLY_HERE = {"ix_words_text", "ix_words_title"}  # expression indexes, PostgreSQL's


def include_object(_item: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """Leave out what no model describes on purpose."""
    if kind == "table" and name is not None and name.startswith(SHADOWS):
        return False
    return not (kind == "index" and reflected and name in ONLY_HERE)


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    include_object=include_object,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
if connection.in_transaction():
    connection.commit()
