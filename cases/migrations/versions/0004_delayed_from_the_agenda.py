"""The public page says "delayed" from the rung that puts a case on the forum's agenda, not from the one before."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

VIEW = """
CREATE VIEW published_case AS
SELECT
    published.case_id AS id,
    published.ref AS ref,
    published.title AS title,
    published.description AS description,
    published.received_on AS received_on,
    published.published_at AS published_at,
    "case".kind AS kind,
    "case".state AS state,
    responsible.slug AS responsible,
    responsible.name AS responsible_name,
    place.slug AS place,
    place.name AS place_name,
    category.slug AS category,
    category.name AS category_name,
    category.name_en AS category_name_en,
    "case".due_at AS due_at,
    ("case".highest_rung >= {rung} AND "case".due_at IS NOT NULL) AS delayed,
    (SELECT max(event.at) FROM event
      WHERE event.stream = published.case_id AND event.type = 'case.done') AS done_at,
    "case".ended_at AS ended_at
FROM published
JOIN "case" ON "case".id = published.case_id
JOIN unit AS responsible ON responsible.id = "case".responsible_id
LEFT JOIN place ON place.id = "case".place_id
LEFT JOIN category ON category.id = "case".category_id
"""


def upgrade() -> None:
    """Make the view anew, with the rung of the agenda."""
    _make_anew(rung=4)


def downgrade() -> None:
    """Make the view anew, with the rung at which the reporter is told."""
    _make_anew(rung=3)


def _make_anew(*, rung: int) -> None:
    op.execute("DROP VIEW published_case")
    op.execute(VIEW.format(rung=rung))
