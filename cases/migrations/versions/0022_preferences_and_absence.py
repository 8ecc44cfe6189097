"""When an address wants its letters, letters that are held until then, and from when to when a person is away."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

HELD = sa.text("held_for IS NOT NULL AND outcome = 'waiting'")


def upgrade() -> None:
    """Add the columns: everybody gets every letter at once, no letter is held, and nobody is away."""
    op.add_column("address", sa.Column("pace", sa.String(length=30), nullable=False, server_default="at_once"))
    op.add_column("delivery", sa.Column("held_for", sa.String(length=10), nullable=True))
    op.create_index(
        "ix_delivery_held", "delivery", ["next_attempt_at"], postgresql_where=HELD, sqlite_where=HELD, unique=False
    )
    op.add_column("person", sa.Column("away_from", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("away_until", sa.Date(), nullable=True))


def downgrade() -> None:
    """Take them away. Letters that were held wait as others do, until the moment that was set for them."""
    op.drop_column("person", "away_until")
    op.drop_column("person", "away_from")
    op.drop_index("ix_delivery_held", table_name="delivery")
    op.drop_column("delivery", "held_for")
    op.drop_column("address", "pace")
