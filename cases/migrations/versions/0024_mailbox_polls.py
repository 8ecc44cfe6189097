"""How the reading of each mailbox goes, and counting mails by what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "mailbox_poll",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("last_success_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox_poll")),
    )
    op.create_index("ix_inbound_outcome", "inbound", ["outcome"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_inbound_outcome", table_name="inbound")
    op.drop_table("mailbox_poll")
