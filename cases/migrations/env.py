"""How Alembic runs here: on the connection that it is given, in one transaction."""

from typing import Any

from alembic import context

from cases.database.search.spelling import SQLITE_TABLES

SHADOWS = SQLITE_TABLES  # and the tables behind them
ONLY_HERE = {  # PostgreSQL's indexes for the search
    "ix_words_text", "ix_words_plain", "ix_words_title", "ix_words_parts", "ix_published_text", "ix_published_plain",
    "ix_published_parts", "ix_party_asked", "ix_party_plain", "ix_party_digits", "ix_case_ref_parts",
}  # fmt: skip


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
