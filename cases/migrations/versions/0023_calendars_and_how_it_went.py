"""The addresses of people's own calendars, and the question how it went, once of each case, with the house's setting."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
CHECKS = {
    "whose": "whose IN ('reporter', 'group')",
    "grade": "grade IS NULL OR grade BETWEEN 1 AND 5",
    "answered": "(grade IS NULL) = (answered_at IS NULL)",
}


def upgrade() -> None:
    """Make the tables and the column."""
    op.create_table(
        "calendar_address",
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_address_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_address")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_address_hash")),
    )
    op.create_table(
        "satisfaction",
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("whose", sa.String(length=10), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        *(sa.CheckConstraint(sql, name=op.f(f"ck_satisfaction_{name}")) for name, sql in CHECKS.items()),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_satisfaction_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_satisfaction")),
    )
    op.add_column("house", sa.Column("asks_how_it_went", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    """Take them away: what was answered stays in the events."""
    op.drop_column("house", "asks_how_it_went")
    op.drop_table("satisfaction")
    op.drop_table("calendar_address")
