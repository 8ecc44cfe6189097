"""Meetings of any body: called, with an agenda that is settled item by item, and minutes that change no more.

Meetings that were held before this are adjusted and owe nothing. On SQLite the two tables are built anew, under their
own names: no row points at them from elsewhere, and no trigger stands on them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ADJUST_DAYS = "14"  # calendar days, by custom after kommunallagen 5:69
FORUM_MEETS = "4,10"
FORUM = "(SELECT id FROM unit WHERE slug = 'forum')"
DECIDES = "decides IS NULL OR (decides AND kind IN ('board', 'council'))"
MEETS = "meets IS NULL OR (length(meets) > 0 AND kind IN ('forum', 'board', 'council'))"
SETTLED = "settled_at IS NULL"
WHYS = "why IN ('overdue', 'waits', 'chosen', 'carried', 'parked')"
ITEM_SORTS = "sort IN ('information', 'discussion', 'recommendation', 'opinion')"
MEETING_SORTS = "sort IN ('ordinary', 'theme', 'storting', 'working')"
HOWS = (  # a CHECK passes on NULL
    "settled_how IS NOT NULL AND settled_how IN ('resolved', 'noted', 'postponed', 'withdrawn')"
    " AND settled_at IS NOT NULL"
)
IN_ORDER = (
    "(closed_on IS NULL OR (agenda_sent_on IS NOT NULL AND agenda_sent_on <= closed_on AND held_on <= closed_on))"
    " AND (adjusted_on IS NULL OR (closed_on IS NOT NULL AND closed_on <= adjusted_on))"
)
VERDICTS = "verdict IN ('yes', 'no', 'partly', 'refer', 'postpone', 'noted')"
APPEALS = "appealable IN ('none', 'laglighetsprovning', 'forvaltningsbesvar')"
POLICY = sa.table(
    "policy", sa.column("scope"), sa.column("version"), sa.column("name"), sa.column("kind"), sa.column("obligation"),
    sa.column("terms", sa.JSON),
)  # fmt: skip
POLICIES = {
    "meeting": "Nästa möte",
    "agenda": "Dagordningar",
    "minutes": "Protokoll",
}
CATCH_ALL = "SELECT id FROM policy WHERE scope = '*/*/*' ORDER BY version DESC LIMIT 1"
OWN = f"SELECT id FROM policy WHERE obligation IN ({', '.join(repr(name) for name in POLICIES)})"  # noqa: S608 - our own  # nosec B608
SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'policy'"
TEXTS = {"meeting": ("name", "where", "theme"), "agenda_item": ("topic",)}
FIXED = {
    "meeting": (
        "id", "body_id", "sort", "held_on", "starts_at", "case_id", "agenda_revision", "agenda_sent_on", "closed_on",
        "adjusted_on", "cancelled_on", "quorate",
    ),
    "agenda_item": (
        "id", "body_id", "meeting_id", "case_id", "why", "sort", "number", "under_id", "carried_from_id", "added_at",
        "settled_at", "settled_how",
    ),
}  # fmt: skip
OPEN_ITEM = "EXISTS (SELECT 1 FROM agenda_item WHERE meeting_id = NEW.id AND settled_at IS NULL)"
NOT_SETTLED = "a closed meeting has settled each of its items"


def upgrade() -> None:
    """Add what bodies, meetings, agendas and resolutions need, and what guards them."""
    _add_to_unit()
    op.add_column("house", sa.Column("adjust_days", sa.Integer(), nullable=False, server_default=ADJUST_DAYS))
    _add_reference("house", "secretary_id", "unit")
    _rebuild_on_sqlite() if _is_sqlite() else _alter_on_postgresql()
    _build_invited()
    _build_resolution()
    today = "CURRENT_DATE" if not _is_sqlite() else "date('now')"
    op.execute(
        sa.text(
            "UPDATE meeting SET agenda_sent_on = held_on, closed_on = held_on, adjusted_on = held_on"  # noqa: S608 - our own  # nosec B608
            f" WHERE held_on < {today}"
        )
    )
    for statement in _sqlite() if _is_sqlite() else _postgresql():
        op.execute(sa.text(statement.replace(":", "\\:")))
    rows = [
        {"scope": f"duty:{name}/*/*", "version": 1, "name": title, "kind": "duty", "obligation": name,
         "terms": {"warn_days_before": 5, "object_calendar_days": 0}}
        for name, title in POLICIES.items()
    ]  # fmt: skip
    op.bulk_insert(POLICY, rows)


def downgrade() -> None:
    """Take it all away: an agenda keeps its cases, and what was owed is an ordinary duty then."""
    op.execute(sa.text(f'UPDATE "case" SET policy_id = ({CATCH_ALL}) WHERE policy_id IN ({OWN})'))  # noqa: S608 - our own  # nosec B608
    _delete_policies()
    for table in ("stood_aside", "resolution", "invited"):
        op.drop_table(table)
    _rebuild_as_before() if _is_sqlite() else _alter_back()
    op.drop_column("house", "secretary_id")
    op.drop_column("house", "adjust_days")
    op.drop_index("uq_unit_id_decides", table_name="unit")
    op.drop_column("unit", "meets")
    op.drop_column("unit", "decides")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


# --- columns of what is there -------------------------------------------------------------------


def _add_to_unit() -> None:
    _add_checked("unit", "decides", sa.Boolean(), DECIDES)
    _add_checked("unit", "meets", sa.String(length=40), MEETS)
    op.execute(sa.text("UPDATE unit SET decides = true WHERE kind IN ('board', 'council')"))
    op.execute(sa.text(f"UPDATE unit SET meets = '{FORUM_MEETS}' WHERE slug = 'forum'"))  # noqa: S608 - our own  # nosec B608
    op.create_index("uq_unit_id_decides", "unit", ["id", "decides"], unique=True)


def _add_checked(table: str, column: str, kind: Any, condition: str) -> None:
    """Add a column with a constraint, named as the models name it."""
    if _is_sqlite():
        sql = kind.compile(op.get_bind().dialect)
        named = f"CONSTRAINT ck_{table}_{column} CHECK ({condition})"
        op.execute(sa.text(f'ALTER TABLE "{table}" ADD COLUMN {column} {sql} {named}'))
    else:
        op.add_column(table, sa.Column(column, kind, nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, condition)


def _add_reference(table: str, column: str, to: str) -> None:
    if _is_sqlite():
        named = f"CONSTRAINT fk_{table}_{column} REFERENCES {to} (id)"
        op.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER {named}"))
    else:
        op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, to, [column], ["id"])


# --- meetings and their items -------------------------------------------------------------------


def _meeting_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("body_id", BIG, nullable=False),
        sa.Column("sort", sa.String(length=30), nullable=False, server_default="ordinary"),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column("theme", sa.String(length=500), nullable=True),
        sa.Column("case_id", BIG, nullable=True),
        sa.Column("agenda_revision", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("agenda_sent_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("adjusted_on", sa.Date(), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("quorate", sa.Boolean(), nullable=True),
        sa.Column("erased_by_id", BIG, nullable=True),
    ]


def _item_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("body_id", BIG, nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=True),
        sa.Column("sort", sa.String(length=30), nullable=False, server_default="discussion"),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("under_id", BIG, nullable=True),
        sa.Column("carried_from_id", BIG, nullable=True),
        sa.Column("settled_how", sa.String(length=30), nullable=True),
        sa.Column("erased_by_id", BIG, nullable=True),
    ]


MEETING_CHECKS = {
    "sort": MEETING_SORTS,
    "in_order": IN_ORDER,
    "cancelled": "cancelled_on IS NULL OR closed_on IS NULL",
    "name": "length(name) BETWEEN 1 AND 200",
}
MEETING_UNIQUE = (("body_id", "held_on", "name"), ("id", "body_id"), ("case_id",))
MEETING_KEYS = {
    "body_id": (["body_id"], ["unit.id"]),
    "case_id": (["case_id"], ["case.id"]),
    "erased_by_id": (["erased_by_id"], ["event.id"]),
}
ITEM_CHECKS = {
    "why": WHYS,
    "sort": ITEM_SORTS,
    "case_or_topic": "(case_id IS NULL) <> (topic IS NULL)",
    "topic": "length(topic) BETWEEN 1 AND 200",
    "settled_how": f"(settled_how IS NULL AND settled_at IS NULL) OR ({HOWS})",
    "number": "number IS NULL OR (number >= 1 AND meeting_id IS NOT NULL)",
    "under": "under_id IS NULL OR (under_id <> id AND meeting_id IS NOT NULL)",
}
ITEM_UNIQUE = (("meeting_id", "number"), ("id", "body_id"), ("id", "meeting_id"), ("carried_from_id",))
ITEM_KEYS = {
    "case_id": (["case_id"], ["case.id"]),
    "body_id": (["body_id"], ["unit.id"]),
    "meeting_id_body_id": (["meeting_id", "body_id"], ["meeting.id", "meeting.body_id"]),
    "under_id_meeting_id": (["under_id", "meeting_id"], ["agenda_item.id", "agenda_item.meeting_id"]),
    "carried_from_id_body_id": (["carried_from_id", "body_id"], ["agenda_item.id", "agenda_item.body_id"]),
    "erased_by_id": (["erased_by_id"], ["event.id"]),
}


def _item_indexes() -> None:
    op.create_index(
        "uq_agenda_item_open", "agenda_item", ["case_id", "body_id"], unique=True, postgresql_where=sa.text(SETTLED),
        sqlite_where=sa.text(SETTLED),
    )  # fmt: skip


def _rebuild_on_sqlite() -> None:
    """Build both tables anew beside the old ones, and move the rows: items first lose their old table of meetings."""
    op.drop_index("uq_agenda_item_open", table_name="agenda_item")
    op.rename_table("agenda_item", "agenda_item_before")
    op.rename_table("meeting", "meeting_before")
    op.create_table(
        "meeting",
        sa.Column("id", BIG, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("where", sa.String(length=200), nullable=True),
        *_meeting_columns(),
        *_constraints("meeting", MEETING_CHECKS, MEETING_UNIQUE, MEETING_KEYS),
    )
    op.create_table(
        "agenda_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=True),
        sa.Column("meeting_id", BIG, nullable=True),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        *_item_columns(),
        *_constraints("agenda_item", ITEM_CHECKS, ITEM_UNIQUE, ITEM_KEYS),
    )
    op.execute(
        sa.text(
            'INSERT INTO meeting (id, held_on, name, "where", body_id)'  # noqa: S608 - our own  # nosec B608
            f' SELECT id, held_on, name, "where", {FORUM} FROM meeting_before'
        )
    )
    op.execute(
        sa.text(
            "INSERT INTO agenda_item (id, case_id, why, added_at, settled_at, settled_how, body_id)"  # noqa: S608 - our own  # nosec B608
            " SELECT id, case_id, why, added_at, settled_at,"
            f" CASE WHEN settled_at IS NULL THEN NULL ELSE 'withdrawn' END, {FORUM} FROM agenda_item_before"
        )
    )
    op.drop_table("agenda_item_before")
    op.drop_table("meeting_before")
    _item_indexes()


def _constraints(
    table: str,
    checks: dict[str, str],
    unique: tuple[tuple[str, ...], ...],
    keys: dict[str, tuple[list[str], list[str]]],
) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}")) for name, condition in checks.items()),
        *(sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}")) for columns in unique),
        *(sa.ForeignKeyConstraint(own, to, name=op.f(f"fk_{table}_{name}")) for name, (own, to) in keys.items()),
    ]


def _alter_on_postgresql() -> None:
    op.drop_index("uq_agenda_item_open", table_name="agenda_item")
    op.drop_constraint("fk_agenda_item_meeting_id", "agenda_item")
    op.drop_constraint("ck_agenda_item_why", "agenda_item")
    op.drop_constraint("uq_meeting_held_on_name", "meeting")
    op.execute(sa.text("UPDATE agenda_item SET meeting_id = NULL"))
    op.alter_column("agenda_item", "case_id", nullable=True)
    for table, columns in (("meeting", _meeting_columns()), ("agenda_item", _item_columns())):
        for column in columns:
            column.nullable = column.nullable or column.name == "body_id"
            op.add_column(table, column)
        op.execute(sa.text(f"UPDATE {table} SET body_id = {FORUM}"))  # noqa: S608 - our own  # nosec B608
        op.alter_column(table, "body_id", nullable=False)
    op.execute(sa.text("UPDATE agenda_item SET settled_how = 'withdrawn' WHERE settled_at IS NOT NULL"))
    _constrain("meeting", MEETING_CHECKS, MEETING_UNIQUE, MEETING_KEYS)
    _constrain("agenda_item", ITEM_CHECKS, ITEM_UNIQUE, {k: v for k, v in ITEM_KEYS.items() if k != "case_id"})
    _item_indexes()


def _constrain(
    table: str,
    checks: dict[str, str],
    unique: tuple[tuple[str, ...], ...],
    keys: dict[str, tuple[list[str], list[str]]],
) -> None:
    for name, condition in checks.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    for columns in unique:
        op.create_unique_constraint(op.f(f"uq_{table}_{'_'.join(columns)}"), table, list(columns))
    for name, (own, to) in keys.items():
        referred = to[0].partition(".")[0]
        there = [column.partition(".")[2] for column in to]
        op.create_foreign_key(op.f(f"fk_{table}_{name}"), table, referred, own, there)


# --- invitations and resolutions ----------------------------------------------------------------


def _build_invited() -> None:
    op.create_table(
        "invited",
        sa.Column("id", BIG, nullable=False),
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("party_id", BIG, nullable=True),
        sa.Column("for_unit_id", BIG, nullable=True),
        sa.Column("guest", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(length=30), nullable=True),
        sa.Column("present", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (party_id IS NULL)", name=op.f("ck_invited_one")),
        sa.CheckConstraint("answer IN ('yes', 'no', 'maybe')", name=op.f("ck_invited_answer")),
        sa.ForeignKeyConstraint(["for_unit_id"], ["unit.id"], name=op.f("fk_invited_for_unit_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_invited_meeting_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_invited_party_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invited_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invited")),
        sa.UniqueConstraint("meeting_id", "party_id", name=op.f("uq_invited_meeting_id_party_id")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_invited_meeting_id_person_id")),
    )


def _build_resolution() -> None:
    op.create_table(
        "resolution",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("agenda_item_id", BIG, nullable=True),
        sa.Column("body_id", BIG, nullable=False),
        sa.Column("decides", sa.Boolean(), nullable=True),
        sa.Column("verdict", sa.String(length=30), nullable=False),
        sa.Column("amount_ore", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("delegate_id", BIG, nullable=True),
        sa.Column("appealable", sa.String(length=30), nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("replaces_id", BIG, nullable=True),
        sa.CheckConstraint("decides IS NULL OR decides", name=op.f("ck_resolution_decides")),
        sa.CheckConstraint(  # a CHECK passes on NULL, which `decides OR ...` would be
            "decides IS NOT NULL OR agenda_item_id IS NOT NULL", name=op.f("ck_resolution_on_an_agenda")
        ),
        sa.CheckConstraint(VERDICTS, name=op.f("ck_resolution_verdict")),
        sa.CheckConstraint(APPEALS, name=op.f("ck_resolution_appealable")),
        sa.CheckConstraint(
            "appealable = 'none' OR decides IS NOT NULL", name=op.f("ck_resolution_only_decisions_are_appealed")
        ),
        sa.CheckConstraint("amount_ore >= 0", name=op.f("ck_resolution_amount")),
        sa.CheckConstraint("replaces_id <> id", name=op.f("ck_resolution_replaces")),
        sa.ForeignKeyConstraint(["agenda_item_id"], ["agenda_item.id"], name=op.f("fk_resolution_agenda_item_id")),
        sa.ForeignKeyConstraint(["body_id"], ["unit.id"], name=op.f("fk_resolution_body_id")),
        sa.ForeignKeyConstraint(
            ["body_id", "decides"], ["unit.id", "unit.decides"], name=op.f("fk_resolution_body_id_decides")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_resolution_case_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["person.id"], name=op.f("fk_resolution_delegate_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_resolution_event_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["resolution.id"], name=op.f("fk_resolution_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
        sa.UniqueConstraint("event_id", name=op.f("uq_resolution_event_id")),
        sa.UniqueConstraint("id", "decides", "case_id", name=op.f("uq_resolution_id_decides_case_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_resolution_replaces_id")),
    )
    op.create_index("ix_resolution_case_id", "resolution", ["case_id", "id"])
    op.create_index("ix_resolution_agenda_item_id", "resolution", ["agenda_item_id"])
    op.create_table(
        "stood_aside",
        sa.Column("resolution_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stood_aside_person_id")),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolution.id"], name=op.f("fk_stood_aside_resolution_id")),
        sa.PrimaryKeyConstraint("resolution_id", "person_id", name=op.f("pk_stood_aside")),
    )


# --- what guards them on PostgreSQL -------------------------------------------------------------

# FOR SHARE: a change of an item waits for a closing or an adjustment that has begun, and then finds the meeting closed
ITEM_KEPT = f"""
CREATE FUNCTION ventil_agenda_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held meeting;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT * INTO held FROM meeting WHERE id = OLD.meeting_id FOR SHARE;
        IF held.adjusted_on IS NOT NULL THEN
            IF TG_OP = 'UPDATE' THEN
                IF ventil_only_erases(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION '% of adjusted minutes is not allowed', TG_OP USING ERRCODE = 'restrict_violation';
        END IF;
        IF held.closed_on IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.meeting_id IS DISTINCT FROM OLD.meeting_id) THEN
            RAISE EXCEPTION 'a closed meeting keeps its items' USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
    END IF;
    SELECT * INTO held FROM meeting WHERE id = NEW.meeting_id FOR SHARE;
    IF held.adjusted_on IS NOT NULL THEN
        RAISE EXCEPTION '% of adjusted minutes is not allowed', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF held.closed_on IS NOT NULL AND NEW.settled_at IS NULL THEN
        RAISE EXCEPTION '{NOT_SETTLED}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""  # noqa: S608 - put together from nothing but this file's own text  # nosec
INVITED_KEPT = """
CREATE FUNCTION ventil_invited_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE adjusted date;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT adjusted_on INTO adjusted FROM meeting WHERE id = OLD.meeting_id FOR SHARE;
        IF adjusted IS NOT NULL THEN
            RAISE EXCEPTION '% of adjusted minutes is not allowed', TG_OP USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
    END IF;
    SELECT adjusted_on INTO adjusted FROM meeting WHERE id = NEW.meeting_id FOR SHARE;
    IF adjusted IS NOT NULL THEN
        RAISE EXCEPTION '% of adjusted minutes is not allowed', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
# before the trigger runs, PostgreSQL has locked the meeting's row: nobody adds an item any more
MEETING_CLOSED = f"""
CREATE FUNCTION ventil_meeting_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {OPEN_ITEM} THEN
        RAISE EXCEPTION '{NOT_SETTLED}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
FUNCTIONS = ("ventil_agenda_kept", "ventil_invited_kept", "ventil_meeting_closed")
ROW = "CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {function}({texts})"
EMPTIED = "CREATE TRIGGER {0}_never_emptied BEFORE TRUNCATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION ventil_refuse()"
CLOSES = "OLD.closed_on IS NULL AND NEW.closed_on IS NOT NULL"


def _row(name: str, act: str, table: str, function: str, when: str = "", texts: tuple[str, ...] = ()) -> str:
    named = ", ".join(f"'{text}'" for text in texts)
    condition = f"WHEN ({when})" if when else ""
    return ROW.format(name=name, act=act, table=table, function=function, when=condition, texts=named)


def _postgresql() -> tuple[str, ...]:
    whole, erasing = "INSERT OR UPDATE OR DELETE", "ventil_refuse_but_erasing"
    adjusted, texts = "OLD.adjusted_on IS NOT NULL", TEXTS["meeting"]
    return (
        ITEM_KEPT,
        INVITED_KEPT,
        MEETING_CLOSED,
        _row("agenda_item_kept", whole, "agenda_item", "ventil_agenda_kept", texts=TEXTS["agenda_item"]),
        _row("invited_kept", whole, "invited", "ventil_invited_kept"),
        _row("meeting_adjusted", "UPDATE OR DELETE", "meeting", erasing, adjusted, texts),
        _row("meeting_closed", "UPDATE", "meeting", "ventil_meeting_closed", CLOSES),
        _row("resolution_append_only", "UPDATE OR DELETE", "resolution", "ventil_refuse"),
        _row("stood_aside_append_only", "UPDATE OR DELETE", "stood_aside", "ventil_refuse"),
        *(EMPTIED.format(table) for table in ("meeting", "agenda_item", "invited", "resolution", "stood_aside")),
    )


# --- and on SQLite ------------------------------------------------------------------------------


def _refused(name: str, act: str, table: str, when: str, says: str | None = None) -> str:
    says = says or f"{act} of {table} is not allowed"
    condition = f"WHEN {when}" if when else ""
    return f"CREATE TRIGGER {name} BEFORE {act} ON {table} {condition} BEGIN SELECT RAISE(ABORT, '{says}'); END"


def _meeting_is(row: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM meeting AS m WHERE m.id = {row}.meeting_id AND {condition})"  # noqa: S608 - put together from nothing but this file's own text  # nosec


def _only_erases(table: str) -> str:
    """Return the condition that an update erases texts of the table by a decision, and does nothing else."""
    texts = TEXTS[table]
    return " AND ".join(
        (
            "coalesce(NEW.erased_by_id, 0) > coalesce(OLD.erased_by_id, 0)",
            "EXISTS (SELECT 1 FROM event WHERE id = NEW.erased_by_id AND type = 'case.words_erased')",
            *(f"NEW.{name} IS OLD.{name}" for name in FIXED[table]),
            *(
                f'(NEW."{name}" IS OLD."{name}" OR (OLD."{name}" IS NOT NULL AND NEW."{name}" IS \'(raderat)\'))'
                for name in texts
            ),
            "(" + " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in texts) + ")",
        )
    )


def _same_meeting(differs: str) -> str:
    return f"""EXISTS (SELECT 1 FROM meeting AS other WHERE other.adjusted_on IS NOT NULL {differs}
        AND (other.id = NEW.id OR other.case_id = NEW.case_id
        OR (other.body_id = NEW.body_id AND other.held_on = NEW.held_on AND other.name = NEW.name)))"""  # noqa: S608 - put together from nothing but this file's own text  # nosec


def _same_item(differs: str) -> str:
    return f"""EXISTS (SELECT 1 FROM agenda_item AS other JOIN meeting AS m ON m.id = other.meeting_id
        WHERE m.closed_on IS NOT NULL {differs} AND (other.id = NEW.id
        OR other.carried_from_id = NEW.carried_from_id
        OR (other.meeting_id = NEW.meeting_id AND other.number = NEW.number)))"""  # noqa: S608 - put together from nothing but this file's own text  # nosec


SAME_INVITED = """EXISTS (SELECT 1 FROM invited AS other JOIN meeting AS m ON m.id = other.meeting_id
    WHERE m.adjusted_on IS NOT NULL AND {differs} (other.id = NEW.id))"""
SAME_RESOLUTION = """EXISTS (SELECT 1 FROM resolution WHERE id = NEW.id OR event_id = NEW.event_id
    OR replaces_id = NEW.replaces_id)"""
SAME_ASIDE = "EXISTS (SELECT 1 FROM stood_aside WHERE resolution_id = NEW.resolution_id AND person_id = NEW.person_id)"


def _sqlite() -> tuple[str, ...]:
    """REPLACE slips past a trigger of DELETE: what it would take away is looked for before it writes."""
    other = "AND other.id <> OLD.id"
    adjusted_or_open = f"(m.adjusted_on IS NOT NULL OR (m.closed_on IS NOT NULL AND NEW.{SETTLED}))"
    moved = f"{_meeting_is('OLD', 'm.closed_on IS NOT NULL')} AND NEW.meeting_id IS NOT OLD.meeting_id"
    old_or_new = f"{_meeting_is('OLD', 'm.adjusted_on IS NOT NULL')} OR {_meeting_is('NEW', adjusted_or_open)}"
    kept = f"({old_or_new} OR {moved} OR {_same_item(other)}) AND NOT ({_only_erases('agenda_item')})"
    was = "OLD.adjusted_on IS NOT NULL"
    invited_kept = " OR ".join(_meeting_is(row, "m.adjusted_on IS NOT NULL") for row in ("OLD", "NEW"))
    return (
        _refused("agenda_item_no_update", "UPDATE", "agenda_item", kept),
        _refused("agenda_item_no_delete", "DELETE", "agenda_item", _meeting_is("OLD", "m.closed_on IS NOT NULL")),
        _refused(
            "agenda_item_no_insert", "INSERT", "agenda_item",
            f"{_meeting_is('NEW', adjusted_or_open)} OR {_same_item('')}",
        ),
        _refused("invited_no_update", "UPDATE", "invited", invited_kept + " OR " + SAME_INVITED.format(
            differs="other.id <> OLD.id AND")),
        _refused("invited_no_delete", "DELETE", "invited", _meeting_is("OLD", "m.adjusted_on IS NOT NULL")),
        _refused("invited_no_insert", "INSERT", "invited",
                 f"{_meeting_is('NEW', 'm.adjusted_on IS NOT NULL')} OR {SAME_INVITED.format(differs='')}"),
        _refused("meeting_no_update", "UPDATE", "meeting",
                 f"({was} AND NOT ({_only_erases('meeting')})) OR {_same_meeting(other)}"),
        _refused("meeting_no_delete", "DELETE", "meeting", was),
        _refused("meeting_no_insert", "INSERT", "meeting", _same_meeting("")),
        _refused("meeting_closed", "UPDATE", "meeting", f"{CLOSES} AND {OPEN_ITEM}", NOT_SETTLED),
        *(_refused(f"{table}_no_{act.lower()}", act, table, "")
          for table in ("resolution", "stood_aside") for act in ("UPDATE", "DELETE")),
        _refused("resolution_no_insert", "INSERT", "resolution", SAME_RESOLUTION),
        _refused("stood_aside_no_insert", "INSERT", "stood_aside", SAME_ASIDE),
    )  # fmt: skip


# --- and back -----------------------------------------------------------------------------------


def _rebuild_as_before() -> None:
    op.drop_index("uq_agenda_item_open", table_name="agenda_item")
    op.rename_table("agenda_item", "agenda_item_after")
    op.rename_table("meeting", "meeting_after")
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
        "agenda_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("meeting_id", BIG, nullable=True),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint("why IN ('overdue', 'waits', 'chosen')", name=op.f("ck_agenda_item_why")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_agenda_item_case_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    op.execute(
        sa.text(
            'INSERT INTO meeting (id, held_on, name, "where") SELECT id, held_on, name, "where"'  # noqa: S608 - our own  # nosec B608
            f" FROM meeting_after WHERE {BEFORE}"
        )
    )
    op.execute(
        sa.text(
            "INSERT INTO agenda_item (id, case_id, why, added_at, settled_at)"  # noqa: S608 - our own  # nosec B608
            f" SELECT id, case_id, {WHY_BEFORE}, added_at, settled_at FROM agenda_item_after WHERE {ITEMS_BEFORE}"
        )
    )
    op.drop_table("agenda_item_after")
    op.drop_table("meeting_after")
    op.create_index(
        "uq_agenda_item_open", "agenda_item", ["case_id"], unique=True, postgresql_where=sa.text(SETTLED),
        sqlite_where=sa.text(SETTLED),
    )  # fmt: skip


BEFORE = f"body_id = {FORUM} AND cancelled_on IS NULL"
ITEMS_BEFORE = f"body_id = {FORUM} AND case_id IS NOT NULL"
WHY_BEFORE = "CASE WHEN why IN ('carried', 'parked') THEN 'chosen' ELSE why END"


def _alter_back() -> None:
    op.drop_index("uq_agenda_item_open", table_name="agenda_item")
    for table, name in (
        ("agenda_item", "agenda_item_kept"),
        ("meeting", "meeting_adjusted"),
        ("meeting", "meeting_closed"),
    ):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for table in ("agenda_item", "meeting"):
        op.execute(f"DROP TRIGGER {table}_never_emptied ON {table}")
    op.execute(f"DROP FUNCTION {', '.join(f'{name}()' for name in FUNCTIONS)}")
    op.execute(
        sa.text("UPDATE agenda_item SET meeting_id = NULL, under_id = NULL, carried_from_id = NULL, number = NULL")
    )
    op.execute(sa.text(f"DELETE FROM agenda_item WHERE NOT ({ITEMS_BEFORE})"))  # noqa: S608 - our own  # nosec B608
    op.execute(sa.text(f"DELETE FROM meeting WHERE NOT ({BEFORE})"))  # noqa: S608 - our own  # nosec B608
    for name in ("meeting_id_body_id", "under_id_meeting_id", "carried_from_id_body_id"):
        op.drop_constraint(f"fk_agenda_item_{name}", "agenda_item", type_="foreignkey")
    op.drop_constraint("uq_agenda_item_id_meeting_id", "agenda_item")
    op.drop_constraint("ck_agenda_item_why", "agenda_item")
    op.execute(sa.text(f"UPDATE agenda_item SET why = {WHY_BEFORE}"))  # noqa: S608 - our own  # nosec B608
    for table, columns in (("agenda_item", _item_columns()), ("meeting", _meeting_columns())):
        for column in columns:
            op.drop_column(table, column.name)
    op.create_check_constraint(op.f("ck_agenda_item_why"), "agenda_item", "why IN ('overdue', 'waits', 'chosen')")
    op.alter_column("agenda_item", "case_id", nullable=False)
    op.create_foreign_key(op.f("fk_agenda_item_meeting_id"), "agenda_item", "meeting", ["meeting_id"], ["id"])
    op.create_unique_constraint(op.f("uq_meeting_held_on_name"), "meeting", ["held_on", "name"])
    op.drop_constraint("ck_meeting_name", "meeting")
    op.create_index(
        "uq_agenda_item_open", "agenda_item", ["case_id"], unique=True, postgresql_where=sa.text(SETTLED),
        sqlite_where=sa.text(SETTLED),
    )  # fmt: skip


def _delete_policies() -> None:
    """Delete the policies of what is owed, which the triggers of their table refuse otherwise."""
    triggers = op.get_bind().execute(sa.text(SQLITE_TRIGGERS)).all() if _is_sqlite() else ()
    before = [f"DROP TRIGGER {name}" for name, _ in triggers] or ["ALTER TABLE policy DISABLE TRIGGER USER"]
    after = [sql for _, sql in triggers] or ["ALTER TABLE policy ENABLE TRIGGER USER"]
    for statement in (*before, f"DELETE FROM policy WHERE id IN ({OWN})", *after):  # noqa: S608 - our own  # nosec B608
        op.execute(sa.text(statement.replace(":", "\\:")))
