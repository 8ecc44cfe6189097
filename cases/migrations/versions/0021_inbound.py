"""Mail that comes in: its table, how each mailbox is read, replies that nobody has read, addresses that are dead."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OUTCOMES = ("waiting", "comment", "answer", "case", "bounce", "automatic", "double", "set_aside")
CHECKS = {
    "outcome": f"outcome IN ({', '.join(map(repr, OUTCOMES))})",
    "finished": "(outcome = 'waiting') = (finished_at IS NULL)",
    "event_has_case": "(seq IS NULL) OR (case_id IS NOT NULL)",
}
PARTIAL = {
    "ix_case_junk": ("case", ["junk_since", "id"], "junk_since IS NOT NULL AND due_at IS NOT NULL"),
    "ix_case_unread_reply": ("case", ["due_at", "id"], "unread_reply IS NOT NULL"),
    "ix_address_dead": ("address", ["email_normalised"], "dead_since IS NOT NULL"),
}
JUNK = {"scope": "junk/*/*", "version": 1, "name": "Misstänkt skräppost", "kind": "junk", "terms": {"look_days": 5}}
CATCH_ALL = "SELECT id FROM policy WHERE scope = '*/*/*' ORDER BY version DESC LIMIT 1"
OWN = "SELECT id FROM policy WHERE kind = 'junk'"
SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'policy'"


def upgrade() -> None:
    """Make the tables, the columns and the policy of what is likely to be junk."""
    op.create_table(
        "inbound",
        sa.Column("id", BIG, nullable=False),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("envelope_sender", sa.String(length=254), nullable=True),
        sa.Column("envelope_recipient", sa.String(length=254), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("own_address", sa.String(length=254), nullable=True),
        sa.Column("sender", sa.String(length=254), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("trouble", sa.String(length=20), nullable=True),
        sa.Column("delivery_id", BIG, nullable=True),
        sa.Column("case_id", BIG, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("claims", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(sql, name=op.f(f"ck_inbound_{name}")) for name, sql in CHECKS.items()),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_inbound_delivery_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_inbound_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("raw_sha256", name=op.f("uq_inbound_raw_sha256")),
        sa.UniqueConstraint("message_id", "content_sha256", "own_address", name="uq_inbound_same_mail"),
    )
    for name, columns, where in (
        ("waiting", ["id"], "outcome = 'waiting'"),
        ("set_aside", ["id"], "outcome = 'set_aside'"),
        ("outcome", ["outcome", "received_at"], None),
        ("case", ["case_id", "seq"], None),
        ("delivery_id", ["delivery_id"], None),
        ("sender", ["sender", "received_at"], None),
    ):
        only = None if where is None else sa.text(where)
        op.create_index(f"ix_inbound_{name}", "inbound", columns, sqlite_where=only, postgresql_where=only)
    op.create_table(
        "mailbox_poll",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("last_success_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox_poll")),
    )
    op.add_column("case", sa.Column("unread_reply", sa.Integer(), nullable=True))
    op.add_column("case", sa.Column("junk_since", MOMENT, nullable=True))
    op.add_column("address", sa.Column("dead_since", MOMENT, nullable=True))
    op.add_column("address", sa.Column("dead_status", sa.String(length=20), nullable=True))
    for name, (table, columns, where) in PARTIAL.items():
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    policy = sa.table(
        "policy", sa.column("scope"), sa.column("version"), sa.column("name"), sa.column("kind"),
        sa.column("terms", sa.JSON()),
    )  # fmt: skip
    op.bulk_insert(policy, [JUNK])


def downgrade() -> None:
    """Take them away."""
    for name, (table, _, _) in PARTIAL.items():
        op.drop_index(name, table_name=table)
    for table, column in (
        ("address", "dead_status"), ("address", "dead_since"), ("case", "junk_since"), ("case", "unread_reply"),
    ):  # fmt: skip
        op.drop_column(table, column)
    op.execute(sa.text(f'UPDATE "case" SET policy_id = ({CATCH_ALL}) WHERE policy_id IN ({OWN})'))  # noqa: S608 - our own  # nosec B608
    _delete_policy()
    op.drop_table("mailbox_poll")
    op.drop_table("inbound")


def _delete_policy() -> None:
    """Delete the policy of junk, which the triggers of its table refuse otherwise."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    triggers = op.get_bind().execute(sa.text(SQLITE_TRIGGERS)).all() if is_sqlite else ()
    before = [f"DROP TRIGGER {name}" for name, _ in triggers] or ["ALTER TABLE policy DISABLE TRIGGER USER"]
    after = [sql for _, sql in triggers] or ["ALTER TABLE policy ENABLE TRIGGER USER"]
    for statement in (*before, "DELETE FROM policy WHERE kind = 'junk'", *after):
        op.execute(sa.text(statement.replace(":", "\\:")))
