"""Contacts: each contact with a group is a record of its own, and the questions taken down there name it.

The table of cases is too large to be built again on SQLite: its new column carries its foreign key itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CONTACT_DAYS = "183"  # half a year, in calendar days
OF_A_CONTACT = sa.text("contact_id IS NOT NULL")
NO_GROUP = "NOT EXISTS (SELECT 1 FROM unit WHERE id = NEW.unit_id AND kind = 'group')"
THERE = (  # REPLACE would delete it unseen
    "EXISTS (SELECT 1 FROM contact WHERE id = NEW.id OR event_id = NEW.event_id OR replaces_id = NEW.replaces_id)"
)


def _refused(act: str, when: str = "") -> str:
    says = f"{act} of contact is not allowed"
    return f"CREATE TRIGGER contact_no_{act.lower()} BEFORE {act} ON contact {when} BEGIN SELECT RAISE(ABORT, '{says}'); END"


SQLITE = (
    _refused("UPDATE"),
    _refused("DELETE"),
    _refused("INSERT", f"WHEN {THERE} OR {NO_GROUP}"),
)
POSTGRESQL = (
    "CREATE TRIGGER contact_append_only BEFORE UPDATE OR DELETE ON contact FOR EACH ROW EXECUTE FUNCTION ventil_refuse()",
    "CREATE TRIGGER contact_never_emptied BEFORE TRUNCATE ON contact"
    " FOR EACH STATEMENT EXECUTE FUNCTION ventil_refuse()",
    f"""CREATE FUNCTION ventil_contact_with_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {NO_GROUP} THEN
        RAISE EXCEPTION 'a contact is with a group' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$""",
    "CREATE TRIGGER contact_with_group BEFORE INSERT ON contact"
    " FOR EACH ROW EXECUTE FUNCTION ventil_contact_with_group()",
)


def upgrade() -> None:
    """Make the table, and let cases and the house name what belongs to it."""
    op.create_table(
        "contact",
        sa.Column("id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("how", sa.Enum("visit", "phone", "meeting", "mail", native_enum=False, length=30), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("replaces_id", BIG, nullable=True),
        sa.CheckConstraint("how IN ('visit', 'phone', 'meeting', 'mail')", name=op.f("ck_contact_how")),
        sa.CheckConstraint("next_on > on_day", name=op.f("ck_contact_next_is_later")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_contact_unit_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_contact_event_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["contact.id"], name=op.f("fk_contact_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("event_id", name=op.f("uq_contact_event_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_contact_replaces_id")),
    )
    op.create_index("ix_contact_unit_id", "contact", ["unit_id", "on_day", "id"])
    _add_contact_to_case()
    op.create_index(
        "ix_case_contact_id", "case", ["contact_id", "id"], postgresql_where=OF_A_CONTACT, sqlite_where=OF_A_CONTACT
    )
    op.add_column("house", sa.Column("contact_days", sa.Integer(), nullable=False, server_default=CONTACT_DAYS))
    for statement in SQLITE if _is_sqlite() else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it all away; what was written at a contact stays as cases and as words of events."""
    op.drop_column("house", "contact_days")
    op.drop_index("ix_case_contact_id", table_name="case")
    op.drop_column("case", "contact_id")
    op.drop_table("contact")
    if not _is_sqlite():
        op.execute(sa.text("DROP FUNCTION ventil_contact_with_group()"))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _add_contact_to_case() -> None:
    if _is_sqlite():
        named = "CONSTRAINT fk_case_contact_id REFERENCES contact (id)"
        op.execute(sa.text(f'ALTER TABLE "case" ADD COLUMN contact_id INTEGER {named}'))
    else:
        op.add_column("case", sa.Column("contact_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f("fk_case_contact_id"), "case", "contact", ["contact_id"], ["id"])
