"""Quotas of log-in letters for each network and each known browser, and when somebody logged out everywhere."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

HAS_QUOTA = sa.text("quota IS NOT NULL")


def upgrade() -> None:
    """Add the columns and the index. Letters from before count only for the cap of their address."""
    op.add_column("link", sa.Column("quota", sa.String(length=64), nullable=True))
    op.create_index("ix_link_quota", "link", ["quota", "made_at"], postgresql_where=HAS_QUOTA, sqlite_where=HAS_QUOTA)
    op.add_column("person", sa.Column("logged_out_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("person", "logged_out_at")
    op.drop_index("ix_link_quota", table_name="link")
    op.drop_column("link", "quota")
