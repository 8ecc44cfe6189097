"""API tokens end: those that are there a year from now. What was erased leaves SQLite's search index for good."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from cases.database.base import UtcDateTime
from cases.database.clock import PRESENT_MOMENT

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

YEAR = timedelta(days=365)


def upgrade() -> None:
    """Add the column, give each token a year, and write the search index anew without what is marked as deleted."""
    op.add_column("api_token", sa.Column("expires_at", UtcDateTime(), nullable=True))
    tokens: sa.TableClause = sa.table("api_token", sa.column("expires_at", UtcDateTime()))
    present = op.get_bind().execute(PRESENT_MOMENT).scalar_one()
    op.execute(tokens.update().values(expires_at=present + YEAR))
    with op.batch_alter_table("api_token") as table:
        table.alter_column("expires_at", existing_type=UtcDateTime(), nullable=False)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("INSERT INTO words_search(words_search) VALUES ('optimize')")


def downgrade() -> None:
    """Take the column away."""
    with op.batch_alter_table("api_token") as table:
        table.drop_column("expires_at")
