"""Letters that wait: an index of their own in order of id, in place of one that no query used."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITING = sa.text("outcome = 'waiting'")


def upgrade() -> None:
    """Make the index that the search for letters to send reads, and drop the other."""
    op.drop_index("ix_delivery_next", table_name="delivery")
    op.create_index("ix_delivery_due", "delivery", ["id"], postgresql_where=WAITING, sqlite_where=WAITING)


def downgrade() -> None:
    """Put the other back."""
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index(
        "ix_delivery_next", "delivery", ["next_attempt_at", "id"], postgresql_where=WAITING, sqlite_where=WAITING
    )
