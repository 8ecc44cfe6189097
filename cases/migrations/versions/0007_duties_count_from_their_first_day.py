"""Duties count from their first day, and a house has a name of its own in the files that it exports.

The first day of an old duty is that of the duty with which its row of duties began; its received event names the one
before it.
"""

import secrets
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DUTIES = """
    SELECT duty.id, duty.duty_on, earlier.id AS follows FROM "case" AS duty
    LEFT JOIN event ON event.stream = duty.id AND event.seq = 1
    LEFT JOIN "case" AS earlier ON earlier.ref = event.facts ->> 'follows'
    WHERE duty.kind = 'duty' AND duty.duty_on IS NOT NULL ORDER BY duty.id"""
SET_FIRST = 'UPDATE "case" SET duty_first_on = :first WHERE id = :id'


def upgrade() -> None:
    """Add both columns and fill them."""
    op.add_column("case", sa.Column("duty_first_on", sa.Date(), nullable=True))
    op.add_column("house", sa.Column("export_name", sa.String(20), nullable=True))
    connection = op.get_bind()
    if first := _first_days():
        connection.execute(sa.text(SET_FIRST), [{"id": case_id, "first": day} for case_id, day in first.items()])
    name = {"name": f"ventil-{secrets.token_hex(6)}"}
    connection.execute(sa.text("UPDATE house SET export_name = :name"), name)


def downgrade() -> None:
    """Take both columns away."""
    op.drop_column("house", "export_name")
    op.drop_column("case", "duty_first_on")


def _first_days() -> dict[int, date]:
    """Return the first day of each duty's row of duties, by id; a duty has a lower id than those that follow it."""
    first: dict[int, date] = {}
    for case_id, day, follows in op.get_bind().execute(sa.text(DUTIES)):
        first[case_id] = first.get(follows, day)
    return first
