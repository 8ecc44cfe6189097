"""What people's mail programs said for them, and which mails are to be deleted from mailboxes since they were erased."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TO_DELETE = sa.text("delete_since IS NOT NULL")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("person", sa.Column("auto_reply_at", MOMENT, nullable=True))
    op.add_column("person", sa.Column("auto_reply_mail", BIG, nullable=True))
    op.add_column("inbound", sa.Column("delete_since", MOMENT, nullable=True))
    op.create_index(
        "ix_inbound_to_delete", "inbound", ["source", "id"], sqlite_where=TO_DELETE, postgresql_where=TO_DELETE
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_inbound_to_delete", "inbound")
    op.drop_column("inbound", "delete_since")
    op.drop_column("person", "auto_reply_mail")
    op.drop_column("person", "auto_reply_at")
