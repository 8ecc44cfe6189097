"""One search: indexes of texts as they are spelled, without accents and by their parts, also of what is published.

The texts are composed first (NFC), so that a text that a telephone sent decomposed is found too. The tables of SQLite
have no content of their own: triggers keep them, with the same expression for what comes and for what goes. The functions in it are those of
`cases.database.search.spelling`, which every connection has.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WHOLE, PLAIN, PARTS = "unicode61 remove_diacritics 0", "unicode61 remove_diacritics 2", "trigram"
ERAS = "(ARRAY[case_id / 1024, -1 - case_id / 32768])"
OLD_TEXT = f"CREATE INDEX ix_words_text ON words USING gin (to_tsvector('swedish', coalesce(text, '')), {ERAS})"
OLD_TITLE = "CREATE INDEX ix_words_title ON words USING gin (text gin_trgm_ops) WHERE field = 'title'"
OLD_TABLE = """CREATE VIRTUAL TABLE words_search USING fts5(
    text, content='words', content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')"""
OLD_TRIGGERS = (
    """CREATE TRIGGER words_searched AFTER INSERT ON words BEGIN
    INSERT INTO words_search(rowid, text) VALUES (NEW.id, coalesce(NEW.text, '')); END""",
    """CREATE TRIGGER words_forgotten AFTER UPDATE OF text ON words BEGIN
    INSERT INTO words_search(words_search, rowid, text) VALUES ('delete', OLD.id, coalesce(OLD.text, ''));
    INSERT INTO words_search(rowid, text) VALUES (NEW.id, coalesce(NEW.text, '')); END""",
)
PUBLISHED = "title || ' ' || description"
ASKED = "coalesce(name, '') || ' ' || coalesce(email, '')"
TEXT = "coalesce(text, '')"


def _composed(text: str) -> str:
    """Return the PostgreSQL expression of the text in composed letters."""
    return f"normalize({text})"


def _without_marks(text: str) -> str:
    return f"regexp_replace(normalize({text}, NFD), '[\\u0300-\\u036f]', '', 'g')"


POSTGRESQL = {
    "ix_words_text": f"words USING gin (to_tsvector('swedish', {_composed(TEXT)}), {ERAS})",
    "ix_words_plain": f"words USING gin (to_tsvector('simple', {_without_marks(TEXT)}))",
    "ix_words_parts": f"words USING gin (({_composed(TEXT)}) gin_trgm_ops) WHERE field IN ('title', 'description')",
    "ix_published_text": f"published USING gin (to_tsvector('swedish', {_composed(PUBLISHED)}))",
    "ix_published_plain": f"published USING gin (to_tsvector('simple', {_without_marks(PUBLISHED)}))",
    "ix_published_parts": f"published USING gin (({_composed(PUBLISHED)}) gin_trgm_ops)",
    "ix_party_asked": f"party USING gin ((lower({_composed(ASKED)})) gin_trgm_ops)",
    "ix_party_plain": f"party USING gin ((lower({_without_marks(ASKED)})) gin_trgm_ops)",
    "ix_party_digits": "party USING gin ((regexp_replace(coalesce(phone, ''), '\\D', '', 'g')) gin_trgm_ops)",
    "ix_case_ref_parts": '"case" USING gin (ref gin_trgm_ops)',
}


SQLITE = {  # table of the search: (tokenizer, table, key, columns, expression of a "{row}")
    "words_search": (WHOLE, "words", "id", "text", "ventil_composed({row}.text)"),
    "words_plain": (PLAIN, "words", "id", "text", "ventil_plain({row}.text)"),
    "words_parts": (
        PARTS, "words", "id", "text",
        "CASE WHEN {row}.field IN ('title', 'description') THEN ventil_composed({row}.text) ELSE '' END",
    ),
    "published_search": (
        WHOLE, "published", "case_id", "title, description", "ventil_composed({row}.title || ' ' || {row}.description)"
    ),
    "published_plain": (
        PLAIN, "published", "case_id", "title, description", "ventil_plain({row}.title || ' ' || {row}.description)"
    ),
    "published_parts": (
        PARTS, "published", "case_id", "title, description", "ventil_composed({row}.title || ' ' || {row}.description)"
    ),
    "party_search": (
        PARTS, "party", "id", "name, email",
        "ventil_composed(coalesce({row}.name, '') || ' ' || coalesce({row}.email, ''))",
    ),
    "party_plain": (
        PARTS, "party", "id", "name, email",
        "ventil_plain(coalesce({row}.name, '') || ' ' || coalesce({row}.email, ''))",
    ),
    "party_digits": (PARTS, "party", "id", "phone", "ventil_digits({row}.phone)"),
}  # fmt: skip


def upgrade() -> None:
    """Make the indexes, and fill those of SQLite."""
    statements = _upgrade_sqlite() if op.get_bind().dialect.name == "sqlite" else _upgrade_postgresql()
    for statement in statements:
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    """Take them away, and make the former ones again."""
    statements = _downgrade_sqlite() if op.get_bind().dialect.name == "sqlite" else _downgrade_postgresql()
    for statement in statements:
        op.execute(sa.text(statement.replace(":", "\\:")))


def _upgrade_postgresql() -> list[str]:
    made = [f"CREATE INDEX {name} ON {index}" for name, index in POSTGRESQL.items()]
    return ["DROP INDEX ix_words_text", "DROP INDEX ix_words_title", *made]


def _downgrade_postgresql() -> list[str]:
    return [*(f"DROP INDEX {name}" for name in POSTGRESQL), OLD_TEXT, OLD_TITLE]


def _upgrade_sqlite() -> list[str]:
    old = ["DROP TRIGGER words_searched", "DROP TRIGGER words_forgotten", "DROP TABLE words_search"]
    return [*old, *(statement for name in SQLITE for statement in _kept(name))]


def _downgrade_sqlite() -> list[str]:
    triggers = [f"DROP TRIGGER {name}_{when}" for name in SQLITE for when in ("comes", "changes", "goes")]
    filled = "INSERT INTO words_search(rowid, text) SELECT id, coalesce(text, '') FROM words"
    return [*triggers, *(f"DROP TABLE {name}" for name in SQLITE), OLD_TABLE, filled, *OLD_TRIGGERS]


def _kept(name: str) -> list[str]:
    """Return the statements that make one table of the search, fill it, and keep it as its table changes."""
    tokenizer, table, key, columns, expression = SQLITE[name]
    prefix = "" if tokenizer == "trigram" else ", prefix='2 3'"
    new, old, present = (expression.replace("{row}", row) for row in ("NEW", "OLD", table))
    comes = f"INSERT INTO {name}(rowid, text) VALUES (NEW.{key}, {new})"  # noqa: S608 - our own  # nosec B608
    goes = f"INSERT INTO {name}({name}, rowid, text) VALUES ('delete', OLD.{key}, {old})"  # noqa: S608  # nosec B608
    return [
        f"CREATE VIRTUAL TABLE {name} USING fts5(text, content='', tokenize='{tokenizer}'{prefix})",
        f"INSERT INTO {name}(rowid, text) SELECT {key}, {present} FROM {table}",  # noqa: S608 - our own  # nosec B608
        f"CREATE TRIGGER {name}_comes AFTER INSERT ON {table} BEGIN {comes}; END",
        f"CREATE TRIGGER {name}_changes AFTER UPDATE OF {columns} ON {table} BEGIN {goes}; {comes}; END",
        f"CREATE TRIGGER {name}_goes AFTER DELETE ON {table} BEGIN {goes}; END",
    ]
