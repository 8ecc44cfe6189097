"""Links with which a letter is answered, the unit by whose shared mailbox something was done, and the house's setting."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
CHECKS = {
    "whose": "(party_id IS NULL) <> (person_id IS NULL AND unit_id IS NULL)",
    "ended": "(ended_at IS NULL) = (ended_as IS NULL)",
    "ended_as": "ended_as IS NULL OR ended_as IN ('used', 'put_out')",
}
REFERS = {
    "delivery_id": "delivery.id", "case_id": "case.id", "person_id": "person.id", "unit_id": "unit.id",
    "party_id": "party.id",
}  # fmt: skip


def upgrade() -> None:
    """Make the table and the columns. The triggers of the events stay as they are: a column is only added."""
    op.create_table(
        "letter_link",
        sa.Column("id", BIG, nullable=False),
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("party_id", BIG, nullable=True),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_as", sa.String(length=10), nullable=True),
        *(sa.CheckConstraint(sql, name=op.f(f"ck_letter_link_{name}")) for name, sql in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([column], [there], name=op.f(f"fk_letter_link_{column}"))
            for column, there in REFERS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_link")),
        sa.UniqueConstraint("delivery_id", "case_id", name=op.f("uq_letter_link_delivery_id_case_id")),
        sa.UniqueConstraint("hash", name=op.f("uq_letter_link_hash")),
    )
    op.create_index("ix_letter_link_case_id", "letter_link", ["case_id", "id"])
    op.add_column("event", sa.Column("unit_id", BIG, nullable=True))
    op.add_column("house", sa.Column("act_from_letters", sa.String(length=10), nullable=False, server_default="all"))


def downgrade() -> None:
    """Take them away. Events that were caused by a shared mailbox then have other hashes than their content."""
    op.drop_column("house", "act_from_letters")
    op.drop_column("event", "unit_id")
    op.drop_index("ix_letter_link_case_id", table_name="letter_link")
    op.drop_table("letter_link")
