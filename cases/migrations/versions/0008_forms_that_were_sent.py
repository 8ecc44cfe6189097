"""Forms that were sent: which are spent, and what was written by somebody who has to log in first."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "spent_form",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_spent_form"),
        sa.UniqueConstraint("key", name="uq_spent_form_key"),
    )
    op.create_index("ix_spent_form_made_at", "spent_form", ["made_at"])
    op.create_table(
        "kept_form",
        sa.Column("id", ID, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_kept_form_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_form"),
        sa.UniqueConstraint("hash", name="uq_kept_form_hash"),
    )
    op.create_index("ix_kept_form_made_at", "kept_form", ["made_at"])


def downgrade() -> None:
    """Take both away."""
    op.drop_table("kept_form")
    op.drop_table("spent_form")
