"""The day of a demonstration can be moved ahead: by how many seconds, kept in the house, and 0 in any other."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAME = "seconds_ahead"
CONDITION = "seconds_ahead = 0 OR (seconds_ahead > 0 AND demonstration)"


def upgrade() -> None:
    """Add the column with its constraint, named as the model names it."""
    if op.get_bind().dialect.name == "sqlite":
        named = f"CONSTRAINT ck_house_{NAME} CHECK ({CONDITION})"
        op.execute(sa.text(f"ALTER TABLE house ADD COLUMN {NAME} BIGINT DEFAULT 0 NOT NULL {named}"))
    else:
        op.add_column("house", sa.Column(NAME, sa.BigInteger(), server_default="0", nullable=False))
        op.create_check_constraint(op.f(f"ck_house_{NAME}"), "house", CONDITION)


def downgrade() -> None:
    """Take the column away, and with it its constraint: a demonstration is back at the day of its clock."""
    op.drop_column("house", NAME)
