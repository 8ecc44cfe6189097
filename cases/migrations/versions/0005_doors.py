"""Doors: quotas and codes of log-in letters, who owns a mail address, who sent a request, and counts of requests."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PARTIAL = {
    "ix_link_browser": (["browser"], sa.text("browser IS NOT NULL")),
    "ix_link_address": (["address", "made_at"], sa.text("address IS NOT NULL")),
}
FILL_OWNERS = """
UPDATE address SET owner = CASE WHEN {find}(email_normalised, '+') BETWEEN 2 AND {find}(email_normalised, '@')
    THEN substr(email_normalised, 1, {find}(email_normalised, '+') - 1)
        || substr(email_normalised, {find}(email_normalised, '@'))
    ELSE email_normalised END
"""
FIND = {"postgresql": "strpos", "sqlite": "instr"}


def upgrade() -> None:
    """Add the columns, their indexes and the table, and fill in who owns each known address."""
    op.add_column("link", sa.Column("address", sa.String(length=64), nullable=True))
    op.add_column("link", sa.Column("known_browser", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("link", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    for name, (columns, where) in PARTIAL.items():
        op.create_index(name, "link", columns, postgresql_where=where, sqlite_where=where)
    op.add_column("address", sa.Column("owner", sa.String(length=254), nullable=True))
    op.execute(FILL_OWNERS.format(find=FIND[op.get_bind().dialect.name]))
    op.create_index("ix_address_owner", "address", ["owner"])
    op.add_column("kept_answer", sa.Column("sender", sa.String(length=64), nullable=True))
    op.add_column("kept_answer", sa.Column("network", sa.String(length=64), nullable=True))
    op.create_table(
        "request_count",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_request_count")),
    )
    op.create_index("ix_request_count_ends_at", "request_count", ["ends_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("request_count")
    for column in ("network", "sender"):
        op.drop_column("kept_answer", column)
    op.drop_index("ix_address_owner", table_name="address")
    op.drop_column("address", "owner")
    for name in PARTIAL:
        op.drop_index(name, table_name="link")
    for column in ("tries", "known_browser", "address"):
        op.drop_column("link", column)
