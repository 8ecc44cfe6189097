"""The first house: every table, what guards them, and what every house holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PUBLISHED_VIEW = """
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
    ("case".highest_rung >= 3 AND "case".due_at IS NOT NULL) AS delayed,
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
    """Build the house."""
    _build()
    _guard()
    _furnish()


def downgrade() -> None:
    """There is nothing before the first house."""
    raise NotImplementedError("there is nothing before the first house")


def _build() -> None:
    op.create_table(
        "address",
        sa.Column("id", BIG, nullable=False),
        sa.Column("email_normalised", sa.String(length=254), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("email_normalised", name=op.f("uq_address_email_normalised")),
    )
    op.create_table(
        "house",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("proposals", sa.Boolean(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_house_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house")),
    )
    op.create_table(
        "kept_answer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.String(length=500), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_answer")),
        sa.UniqueConstraint("key", name=op.f("uq_kept_answer_key")),
    )
    op.create_index("ix_kept_answer_made_at", "kept_answer", ["made_at"], unique=False)
    op.create_table(
        "mail_server",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("down_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_server")),
    )
    op.create_table(
        "meeting",
        sa.Column("id", BIG, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("where", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("held_on", "name", name=op.f("uq_meeting_held_on_name")),
    )
    op.create_table(
        "party",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_table(
        "person",
        sa.Column("id", BIG, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("deputy_id", BIG, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_person_deputy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "place",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("slug", name=op.f("uq_place_slug")),
    )
    op.create_table(
        "reference_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule")),
    )
    op.create_table(
        "tick",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tick")),
    )
    op.create_index(
        "ix_tick_unplanned",
        "tick",
        ["id"],
        unique=False,
        postgresql_where=sa.text("planned_at IS NULL"),
        sqlite_where=sa.text("planned_at IS NULL"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BIG, nullable=False),
        sa.Column("occasion", sa.String(length=30), nullable=False),
        sa.Column("recipient", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("letter", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("address_id", BIG, nullable=True),
        sa.Column("party_id", BIG, nullable=True),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("context", JSON, nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("message_sha256", sa.String(length=64), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(channel = 'mail') = (address_id IS NOT NULL)", name=op.f("ck_delivery_mail_has_address")),
        sa.CheckConstraint("channel IN ('mail', 'call', 'role')", name=op.f("ck_delivery_channel")),
        sa.CheckConstraint(
            "outcome <> 'suppressed' OR reason IS NOT NULL", name=op.f("ck_delivery_suppressed_has_reason")
        ),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'sent', 'suppressed', 'set_aside', 'called')", name=op.f("ck_delivery_outcome")
        ),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_delivery_address_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_delivery_party_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_delivery_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("occasion", "recipient", name=op.f("uq_delivery_occasion_recipient")),
    )
    op.create_index("ix_delivery_address_id", "delivery", ["address_id", "created_at"], unique=False)
    op.create_index(
        "ix_delivery_next",
        "delivery",
        ["next_attempt_at", "id"],
        unique=False,
        postgresql_where=sa.text("outcome = 'waiting'"),
        sqlite_where=sa.text("outcome = 'waiting'"),
    )
    op.create_index(
        "ix_delivery_open",
        "delivery",
        ["channel", "id"],
        unique=False,
        postgresql_where=sa.text("outcome IN ('waiting', 'set_aside')"),
        sqlite_where=sa.text("outcome IN ('waiting', 'set_aside')"),
    )
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["address_id", "id"],
        unique=False,
        postgresql_where=sa.text("outcome = 'waiting'"),
        sqlite_where=sa.text("outcome = 'waiting'"),
    )
    op.create_table(
        "event",
        sa.Column("id", BIG, nullable=False),
        sa.Column("stream", BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=30), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("tick_id", BIG, nullable=True),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("commitments", JSON, nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_event_seq")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_event_person_id")),
        sa.ForeignKeyConstraint(["tick_id"], ["tick.id"], name=op.f("fk_event_tick_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("stream", "seq", name=op.f("uq_event_stream_seq")),
    )
    op.create_index("ix_event_tick_id", "event", ["tick_id"], unique=False)
    op.create_index("ix_event_type", "event", ["type", "id"], unique=False)
    op.create_table(
        "unit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("holds_cases", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "holds_cases = (active AND kind IN ('desk', 'department', 'group'))", name=op.f("ck_unit_holds_cases")
        ),
        sa.CheckConstraint(
            "kind IN ('desk', 'department', 'group', 'board', 'forum', 'council')", name=op.f("ck_unit_kind")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_unit_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("id", "holds_cases", name=op.f("uq_unit_id_holds_cases")),
        sa.UniqueConstraint("slug", name=op.f("uq_unit_slug")),
    )
    op.create_table(
        "web_session",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("hash", name=op.f("uq_web_session_hash")),
    )
    op.create_table(
        "category",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.Column("suggests_id", BIG, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["suggests_id"], ["unit.id"], name=op.f("fk_category_suggests_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("slug", name=op.f("uq_category_slug")),
    )
    op.create_table(
        "delivery_line",
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("audience", sa.String(length=30), nullable=False),
        sa.Column("letter", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_line_delivery_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_delivery_line_event_id")),
        sa.PrimaryKeyConstraint("delivery_id", "event_id", name=op.f("pk_delivery_line")),
    )
    op.create_index("ix_delivery_line_event_id", "delivery_line", ["event_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("(unit_id IS NULL) = (role = 'admin')", name=op.f("ck_membership_only_admins_have_no_unit")),
        sa.CheckConstraint(
            "role IN ('contact', 'officer', 'head', 'member', 'admin')", name=op.f("ck_membership_role")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_person_id", "membership", ["person_id"], unique=False)
    op.create_index("ix_membership_unit_id", "membership", ["unit_id"], unique=False)
    op.create_table(
        "work",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("consumer", sa.String(length=20), nullable=False),
        sa.Column("stream", BIG, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("claims >= 0", name=op.f("ck_work_claims")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_work_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("event_id", "consumer", name=op.f("uq_work_event_id_consumer")),
    )
    op.create_index(
        "ix_work_set_aside",
        "work",
        ["id"],
        unique=False,
        postgresql_where=sa.text("set_aside_at IS NOT NULL"),
        sqlite_where=sa.text("set_aside_at IS NOT NULL"),
    )
    op.create_index(
        "ix_work_due",
        "work",
        ["id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "ix_work_open",
        "work",
        ["stream", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "policy",
        sa.Column("id", BIG, nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=True),
        sa.Column("category_id", BIG, nullable=True),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_policy_version")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_policy_category_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_policy_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("scope", "version", name=op.f("uq_policy_scope_version")),
    )
    op.create_table(
        "case",
        sa.Column("id", BIG, nullable=False),
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("origin", sa.String(length=30), nullable=True),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("responsible_id", BIG, nullable=False),
        sa.Column("responsible_holds", sa.Boolean(), nullable=True),
        sa.Column("officer_id", BIG, nullable=True),
        sa.Column("group_id", BIG, nullable=True),
        sa.Column("category_id", BIG, nullable=True),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("policy_id", BIG, nullable=False),
        sa.Column("reporter_id", BIG, nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("life_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("life_cycle", sa.Integer(), nullable=False),
        sa.Column("life_rung", sa.Integer(), nullable=False),
        sa.Column("life_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised_on", sa.Date(), nullable=True),
        sa.Column("statutory_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statutory_cycle", sa.Integer(), nullable=False),
        sa.Column("statutory_rung", sa.Integer(), nullable=False),
        sa.Column("statutory_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("promise_breaks_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_for", sa.String(length=10), nullable=True),
        sa.Column("waiting_unit_id", BIG, nullable=True),
        sa.Column("waiting_name", sa.String(length=200), nullable=True),
        sa.Column("waiting_their_ref", sa.String(length=100), nullable=True),
        sa.Column("waiting_from", sa.String(length=30), nullable=True),
        sa.Column("waiting_from_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into_id", BIG, nullable=True),
        sa.Column("duty_on", sa.Date(), nullable=True),
        sa.Column("every_months", sa.Integer(), nullable=True),
        sa.Column("quick_win", sa.Boolean(), nullable=False),
        sa.Column("wants_public", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("highest_rung", sa.Integer(), nullable=False),
        sa.Column("sent_back_count", sa.Integer(), nullable=False),
        sa.Column("last_act_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_version", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_case_merged_into")),
        sa.CheckConstraint("(state = 'waiting') = (waiting_for IS NOT NULL)", name=op.f("ck_case_waiting_for")),
        sa.CheckConstraint(
            "(state IN ('closed', 'declined', 'merged') AND next_at IS NULL AND due_at IS NULL AND responsible_holds IS NULL) OR (state IN ('received', 'assigned', 'planned', 'in_progress', 'waiting', 'parked', 'done') AND next_at IS NOT NULL AND due_at IS NOT NULL AND responsible_id IS NOT NULL AND responsible_holds IS TRUE)",
            name=op.f("ck_case_nobodys_case"),
        ),
        sa.CheckConstraint("kind IN ('issue', 'proposal', 'action', 'application', 'duty')", name=op.f("ck_case_kind")),
        sa.CheckConstraint(
            "state IN ('closed', 'declined', 'merged') OR (rung_at IS NOT NULL AND next_at <= rung_at AND (life_at IS NULL OR next_at <= life_at) AND (statutory_at IS NULL OR next_at <= statutory_at) AND (promise_breaks_at IS NULL OR next_at <= promise_breaks_at))",
            name=op.f("ck_case_next_is_the_least"),
        ),
        sa.CheckConstraint(
            "state IN ('closed', 'declined', 'merged') OR state IN ('received', 'assigned', 'planned', 'in_progress', 'waiting', 'parked', 'done')",
            name=op.f("ck_case_state"),
        ),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 200", name=op.f("ck_case_title")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_case_category_id")),
        sa.ForeignKeyConstraint(["group_id"], ["unit.id"], name=op.f("fk_case_group_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["case.id"], name=op.f("fk_case_merged_into_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name=op.f("fk_case_officer_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_case_place_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_case_policy_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["party.id"], name=op.f("fk_case_reporter_id")),
        sa.ForeignKeyConstraint(
            ["responsible_id", "responsible_holds"], ["unit.id", "unit.holds_cases"], name="fk_case_responsible_holds"
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["unit.id"], name=op.f("fk_case_responsible_id")),
        sa.ForeignKeyConstraint(["waiting_unit_id"], ["unit.id"], name=op.f("fk_case_waiting_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("public_id", name=op.f("uq_case_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_case_ref")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_case_source_external_id")),
    )
    op.create_index("ix_case_category", "case", ["category_id", "id"], unique=False)
    op.create_index(
        "ix_case_category_due",
        "case",
        ["category_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_case_due",
        "case",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_case_group", "case", ["group_id", "id"], unique=False)
    op.create_index(
        "ix_case_next_at",
        "case",
        ["next_at", "id"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
        sqlite_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_case_place", "case", ["place_id", "id"], unique=False)
    op.create_index(
        "ix_case_place_due",
        "case",
        ["place_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_case_published",
        "case",
        ["published_at", "id"],
        unique=False,
        postgresql_where=sa.text("published_at IS NOT NULL"),
        sqlite_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_index("ix_case_reporter", "case", ["reporter_id"], unique=False)
    op.create_index("ix_case_responsible", "case", ["responsible_id", "state", "id"], unique=False)
    op.create_index(
        "ix_case_responsible_due",
        "case",
        ["responsible_id", "due_at", "id", "state"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_case_group_due",
        "case",
        ["group_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("group_id IS NOT NULL AND due_at IS NOT NULL"),
        sqlite_where=sa.text("group_id IS NOT NULL AND due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_case_waiting_unit",
        "case",
        ["waiting_unit_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("waiting_unit_id IS NOT NULL"),
        sqlite_where=sa.text("waiting_unit_id IS NOT NULL"),
    )
    op.create_index(
        "ix_case_merged_into",
        "case",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_case_quick_win_state",
        "case",
        ["state", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("quick_win IS true AND due_at IS NOT NULL"),
        sqlite_where=sa.text("quick_win IS 1 AND due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_case_quick_win_responsible",
        "case",
        ["responsible_id", "due_at", "id", "state"],
        unique=False,
        postgresql_where=sa.text("quick_win IS true AND due_at IS NOT NULL"),
        sqlite_where=sa.text("quick_win IS 1 AND due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_case_touched",
        "case",
        ["touched_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL AND state NOT IN ('parked', 'done')"),
        sqlite_where=sa.text("due_at IS NOT NULL AND state NOT IN ('parked', 'done')"),
    )
    op.create_index(
        "ix_case_sent_back",
        "case",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("sent_back_count > 0 AND state = 'received'"),
        sqlite_where=sa.text("sent_back_count > 0 AND state = 'received'"),
    )
    op.create_index(
        "ix_case_quick_win",
        "case",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("quick_win IS true AND due_at IS NOT NULL"),
        sqlite_where=sa.text("quick_win IS 1 AND due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_case_state_due",
        "case",
        ["state", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_case_state", "case", ["state", "id"], unique=False)
    op.create_table(
        "agenda_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("meeting_id", BIG, nullable=True),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("why IN ('overdue', 'waits', 'chosen')", name=op.f("ck_agenda_item_why")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_agenda_item_case_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    op.create_index(
        "uq_agenda_item_open",
        "agenda_item",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
        sqlite_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("visibility", sa.String(length=30), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('image/jpeg', 'image/png', 'application/pdf')", name=op.f("ck_attachment_media_type")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_attachment_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("key", name=op.f("uq_attachment_key")),
    )
    op.create_index("ix_attachment_case_id", "attachment", ["case_id"], unique=False)
    op.create_table(
        "fired_rung",
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("clock", sa.String(length=10), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_fired_rung_case_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_fired_rung_event_id")),
        sa.PrimaryKeyConstraint("case_id", "clock", "cycle", "rung", name=op.f("pk_fired_rung")),
    )
    op.create_table(
        "follower",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_follower_case_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_follower_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower")),
        sa.UniqueConstraint("case_id", "party_id", name=op.f("uq_follower_case_id_party_id")),
    )
    op.create_table(
        "promise",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('running', 'moved', 'kept', 'broken', 'dropped')", name=op.f("ck_promise_outcome")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_promise_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    op.create_index("ix_promise_case_id", "promise", ["case_id"], unique=False)
    op.create_index(
        "uq_promise_running",
        "promise",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'running'"),
        sqlite_where=sa.text("outcome = 'running'"),
    )
    op.create_table(
        "published",
        sa.Column("case_id", BIG, autoincrement=False, nullable=False),
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_published_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_published")),
        sa.UniqueConstraint("ref", name=op.f("uq_published_ref")),
    )
    op.create_index("ix_published_received_on", "published", ["received_on", "case_id"], unique=False)
    op.create_table(
        "relation",
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("other_id", BIG, nullable=False),
        sa.CheckConstraint("case_id < other_id", name=op.f("ck_relation_lower_first")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_relation_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["case.id"], name=op.f("fk_relation_other_id")),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_relation")),
    )
    op.create_table(
        "words",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=True),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("visibility", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.CheckConstraint("visibility IN ('public', 'participants', 'internal')", name=op.f("ck_words_visibility")),
        sa.CheckConstraint("(text IS NULL) = (salt IS NULL)", name=op.f("ck_words_erased_together")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_words_case_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_words_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_words")),
    )
    op.create_index("ix_words_case_id", "words", ["case_id", "id"], unique=False)
    op.create_index("ix_words_event_id", "words", ["event_id"], unique=False)
    op.create_table(
        "link",
        sa.Column("id", BIG, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("follower_id", BIG, nullable=True),
        sa.Column("browser", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('login', 'follow', 'unfollow')", name=op.f("ck_link_purpose")),
        sa.ForeignKeyConstraint(["follower_id"], ["follower.id"], name=op.f("fk_link_follower_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("hash", name=op.f("uq_link_hash")),
    )
    # ### end Alembic commands ###


REFUSE_POSTGRESQL = """
CREATE FUNCTION ventil_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is not allowed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
KEEP_WORDS_POSTGRESQL = """
CREATE TRIGGER words_only_erased BEFORE UPDATE ON words FOR EACH ROW
WHEN (NEW.text IS NOT NULL)
EXECUTE FUNCTION ventil_refuse()
"""
RING_POSTGRESQL = """
CREATE FUNCTION ventil_ring() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('ventil_work', '');
    RETURN NULL;
END $$
"""
POSTGRESQL = (
    REFUSE_POSTGRESQL,
    "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION ventil_refuse()",
    "CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION ventil_refuse()",
    "CREATE TRIGGER policy_immutable BEFORE UPDATE OR DELETE ON policy FOR EACH ROW EXECUTE FUNCTION ventil_refuse()",
    "CREATE TRIGGER policy_never_emptied BEFORE TRUNCATE ON policy FOR EACH STATEMENT EXECUTE FUNCTION ventil_refuse()",
    'CREATE TRIGGER case_never_deleted BEFORE DELETE ON "case" FOR EACH ROW EXECUTE FUNCTION ventil_refuse()',
    "CREATE TRIGGER words_never_deleted BEFORE DELETE ON words FOR EACH ROW EXECUTE FUNCTION ventil_refuse()",
    "CREATE TRIGGER words_never_emptied BEFORE TRUNCATE ON words FOR EACH STATEMENT EXECUTE FUNCTION ventil_refuse()",
    KEEP_WORDS_POSTGRESQL,
    RING_POSTGRESQL,
    "CREATE TRIGGER work_rings AFTER INSERT ON work FOR EACH STATEMENT EXECUTE FUNCTION ventil_ring()",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX ix_words_text ON words USING gin (to_tsvector('swedish', coalesce(text, '')), (ARRAY[case_id / 1024, -1 - case_id / 32768]))",
    "CREATE INDEX ix_words_title ON words USING gin (text gin_trgm_ops) WHERE field = 'title'",
)


def _refused(table: str, act: str, when: str = "") -> str:
    name = f"{table}_no_{act.split()[0].lower()}"
    says = f"{act.split()[0]} of {table} is not allowed"
    return f"CREATE TRIGGER {name} BEFORE {act} ON \"{table}\" {when} BEGIN SELECT RAISE(ABORT, '{says}'); END"


SAME_EVENT = "WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id OR (stream = NEW.stream AND seq = NEW.seq))"
SAME_POLICY = "WHEN EXISTS (SELECT 1 FROM policy WHERE id = NEW.id OR (scope = NEW.scope AND version = NEW.version))"
SAME_WORDS = "WHEN EXISTS (SELECT 1 FROM words WHERE id = NEW.id)"
SQLITE = (
    _refused("event", "UPDATE"),
    _refused("event", "DELETE"),
    _refused("event", "INSERT", SAME_EVENT),  # INSERT OR REPLACE slips past a delete trigger
    _refused("policy", "INSERT", SAME_POLICY),
    _refused("words", "INSERT", SAME_WORDS),
    _refused("policy", "UPDATE"),
    _refused("policy", "DELETE"),
    _refused("case", "DELETE"),
    _refused("words", "DELETE"),
    _refused("words", "UPDATE", "WHEN NEW.text IS NOT NULL"),
    """CREATE VIRTUAL TABLE words_search USING fts5(
        text, content='words', content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')""",
    """CREATE TRIGGER words_searched AFTER INSERT ON words BEGIN
        INSERT INTO words_search(rowid, text) VALUES (NEW.id, coalesce(NEW.text, '')); END""",
    """CREATE TRIGGER words_forgotten AFTER UPDATE OF text ON words BEGIN
        INSERT INTO words_search(words_search, rowid, text) VALUES ('delete', OLD.id, coalesce(OLD.text, ''));
        INSERT INTO words_search(rowid, text) VALUES (NEW.id, coalesce(NEW.text, '')); END""",
)

PROPOSAL = {"statutory_months": 12, "statutory_warnings": [6, 9, 11]}


def _guard() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in (*(POSTGRESQL if is_postgresql else SQLITE), PUBLISHED_VIEW):
        op.execute(sa.text(statement.replace(":", "\\:")))


def _furnish() -> None:
    """Every house has a desk, a forum, a council, and a policy that always matches."""
    unit = sa.table("unit", *(sa.column(c) for c in ("slug", "kind", "name", "active", "holds_cases")))
    op.bulk_insert(
        unit,
        [
            {"slug": "desk", "kind": "desk", "name": "Kontaktpersonen", "active": True, "holds_cases": True},
            {"slug": "forum", "kind": "forum", "name": "Lokalt utvecklingsforum", "active": True, "holds_cases": False},
            {"slug": "council", "kind": "council", "name": "Kommunfullmäktige", "active": True, "holds_cases": False},
        ],
    )
    policy = sa.table(
        "policy", *(sa.column(c) for c in ("scope", "version", "name", "kind")), sa.column("terms", sa.JSON())
    )
    op.bulk_insert(
        policy,
        [
            {"scope": "*/*/*", "version": 1, "name": "Allt annat", "kind": None, "terms": {}},
            {"scope": "proposal/*/*", "version": 1, "name": "Förslag", "kind": "proposal", "terms": PROPOSAL},
        ],
    )
    house = sa.table(
        "house", *(sa.column(c) for c in ("id", "name", "proposals", "demonstration", "version", "head_hash"))
    )
    op.bulk_insert(
        house,
        [{"id": 1, "name": "Kommunen", "proposals": False, "demonstration": False, "version": 0, "head_hash": ""}],
    )
