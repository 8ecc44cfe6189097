"""Perspectives: from whose view something is asked, in words that the municipality chooses, such as young people."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; the table of cases is too large to be built again on SQLite, and need not be."""
    op.add_column("case", sa.Column("perspective", sa.String(length=20), nullable=True))
    op.add_column("house", sa.Column("perspectives", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take the columns away; the events tell still from whose view a case was asked."""
    op.drop_column("house", "perspectives")
    op.drop_column("case", "perspective")
