"""Obligations: what a case owes and whose; their own policies; the day on which the house last looked for what lacks.

The table of cases is too large to be built again on SQLite: its new columns carry their constraint themselves.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BOTH_OR_NONE = "(obligation IS NULL) = (subject IS NULL)"
SORTS = "sort IS NULL OR (kind = 'group' AND sort IN ('village', 'town', 'sector') AND (sort <> 'sector' OR place_id IS NULL))"
POLICY = sa.table(
    "policy", sa.column("scope"), sa.column("version"), sa.column("name"), sa.column("kind"), sa.column("obligation"),
    sa.column("terms", sa.JSON),
)  # fmt: skip
POLICIES = {  # what is owed is warned of early, and climbs slowly: it is an offer of help
    "plan": (
        "Lokala planer", {"warn_days_before": 40, "rung_days": [10, 10, 20], "object_calendar_days": 0},
    ),
    "contact": ("Kontakt med grupperna", {"object_calendar_days": 0}),
}  # fmt: skip
CATCH_ALL = "SELECT id FROM policy WHERE scope = '*/*/*' ORDER BY version DESC LIMIT 1"
OWN = "SELECT id FROM policy WHERE obligation IS NOT NULL"
SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'policy'"
OWED_ONCE = sa.text("obligation IS NOT NULL AND due_at IS NOT NULL")


def upgrade() -> None:
    """Add the columns, and see that what is owed is owed once."""
    op.add_column("case", sa.Column("obligation", sa.String(length=30), nullable=True))
    _add_checked("case", "subject", 80, "obligation", BOTH_OR_NONE)
    op.create_index(
        "uq_case_obligation", "case", ["obligation", "subject"], unique=True,
        postgresql_where=OWED_ONCE, sqlite_where=OWED_ONCE,
    )  # fmt: skip
    _add_checked("unit", "sort", 30, "sort", SORTS)
    op.add_column("policy", sa.Column("obligation", sa.String(length=30), nullable=True))
    op.add_column("house", sa.Column("obligations_on", sa.Date(), nullable=True))
    rows = [
        {"scope": f"duty:{name}/*/*", "version": 1, "name": title, "kind": "duty", "obligation": name, "terms": terms}
        for name, (title, terms) in POLICIES.items()
    ]
    op.bulk_insert(POLICY, rows)


def downgrade() -> None:
    """Take it all away; what was owed is an ordinary duty then."""
    op.execute(sa.text(f'UPDATE "case" SET policy_id = ({CATCH_ALL}) WHERE policy_id IN ({OWN})'))  # noqa: S608 - our own  # nosec B608
    _delete_policies()
    op.drop_column("house", "obligations_on")
    op.drop_column("policy", "obligation")
    op.drop_column("unit", "sort")
    op.drop_index("uq_case_obligation", table_name="case")
    op.drop_column("case", "subject")
    op.drop_column("case", "obligation")


def _add_checked(table: str, column: str, length: int, name: str, condition: str) -> None:
    """Add a column of text with a constraint, named as the models name it."""
    if op.get_bind().dialect.name == "sqlite":
        named = f"CONSTRAINT ck_{table}_{name} CHECK ({condition})"
        op.execute(sa.text(f'ALTER TABLE "{table}" ADD COLUMN {column} VARCHAR({length}) {named}'))
    else:
        op.add_column(table, sa.Column(column, sa.String(length=length), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _delete_policies() -> None:
    """Delete the policies of what is owed, which the triggers of their table refuse otherwise."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    triggers = op.get_bind().execute(sa.text(SQLITE_TRIGGERS)).all() if is_sqlite else ()
    before = [f"DROP TRIGGER {name}" for name, _ in triggers] or ["ALTER TABLE policy DISABLE TRIGGER USER"]
    after = [sql for _, sql in triggers] or ["ALTER TABLE policy ENABLE TRIGGER USER"]
    for statement in (*before, "DELETE FROM policy WHERE obligation IS NOT NULL", *after):
        op.execute(sa.text(statement))
