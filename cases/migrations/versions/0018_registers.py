"""Registers: authorities, what a register says of a case, and the town's words for the register of a topic."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ("municipality", "county_board", "national_road", "road_association", "region", "police", "other")
CHECKS = {
    "answered_after_forwarded": "answered_on IS NULL OR (forwarded_on IS NOT NULL AND answered_on >= forwarded_on)",
    "answer_has_day": "answer IS NULL OR answered_on IS NOT NULL",
    "forwarded_to_somebody": "forwarded_on IS NULL OR decides_id IS NOT NULL OR keeper_id IS NOT NULL",
    "where_text": "length(where_text) > 0",
    "sort": "length(sort) > 0",
    "their_ref": "length(their_ref) > 0",
    "answer": "length(answer) > 0",
}
REFERS = {
    "case_id": "case.id", "decides_id": "authority.id", "keeper_id": "authority.id", "event_id": "event.id",
    "erased_by_id": "event.id",
}  # fmt: skip


def upgrade() -> None:
    """Make the tables, and the column of the topics."""
    op.create_table(
        "authority",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, native_enum=False, length=30), nullable=False),
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name=op.f("ck_authority_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
        sa.UniqueConstraint("slug", name=op.f("uq_authority_slug")),
    )
    op.create_table(
        "register_entry",
        sa.Column("case_id", BIG, autoincrement=False, nullable=False),
        sa.Column("decides_id", BIG, nullable=True),
        sa.Column("keeper_id", BIG, nullable=True),
        sa.Column("where_text", sa.String(length=200), nullable=True),
        sa.Column("sort", sa.String(length=60), nullable=True),
        sa.Column("forwarded_on", sa.Date(), nullable=True),
        sa.Column("their_ref", sa.String(length=100), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("erased_by_id", BIG, nullable=True),
        *(sa.CheckConstraint(sql, name=op.f(f"ck_register_entry_{name}")) for name, sql in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([column], [there], name=op.f(f"fk_register_entry_{column}"))
            for column, there in REFERS.items()
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("event_id", name=op.f("uq_register_entry_event_id")),
    )
    op.add_column("category", sa.Column("register", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take it all away; what was entered stays as events and words of the cases."""
    op.drop_column("category", "register")
    op.drop_table("register_entry")
    op.drop_table("authority")
