"""Plans: versions with areas and items, what is dropped between two of them, and how a plan is anchored.

Each group has a plan. What guards the records is made here: a version that has been adopted is never changed, is
adopted only when it is whole, and leaves nothing of the one before it out without a reason.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FROZEN = ("focus_area", "plan_item", "plan_drop")  # with the version that they belong to
TABLES = ("anchoring", "plan_drop", "plan_item", "focus_area", "plan_version", "plan")
ENDED = "('done', 'closed', 'declined', 'merged')"
EARLIER_ITEM = """plan_item AS earlier JOIN plan_version AS earlier_version ON earlier_version.id = earlier.version_id
    WHERE earlier_version.plan_id = NEW.plan_id AND earlier_version.adopted_on IS NOT NULL"""
STANDING = """coalesce((SELECT id FROM plan_version AS standing WHERE standing.plan_id = NEW.plan_id
    AND standing.adopted_on IS NOT NULL ORDER BY standing.number DESC LIMIT 1), 0)"""
NOT_WHOLE = {  # what forbids that a version is adopted, in words of both databases
    "only a local plan is adopted by its group": "SELECT 1 FROM plan WHERE id = NEW.plan_id AND kind <> 'local'",
    "a version follows the one that stands": f"SELECT 1 WHERE coalesce(NEW.follows_id, 0) <> {STANDING}",
    "a plan has an area": "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM focus_area WHERE version_id = NEW.id)",
    "an item has a responsible unit, a year, a topic and a case": """SELECT 1 FROM plan_item WHERE version_id = NEW.id
        AND (responsible_id IS NULL OR year IS NULL OR category_id IS NULL OR case_id IS NULL)""",
    "an item carries on one of the same plan, with its case": """SELECT 1 FROM plan_item AS mine
        JOIN plan_item AS origin ON origin.id = mine.origin_id
        JOIN plan_version AS version ON version.id = origin.version_id
        WHERE mine.version_id = NEW.id AND (version.plan_id <> NEW.plan_id OR version.adopted_on IS NULL
            OR mine.case_id <> origin.case_id)""",
    "an item is carried on or dropped, not both": """SELECT 1 FROM plan_drop
        JOIN plan_item AS mine ON mine.origin_id = plan_drop.item_id AND mine.version_id = plan_drop.version_id
        WHERE plan_drop.version_id = NEW.id""",
    # of each case the latest item counts: one that had ended and was reopened since must be carried on too
    "nothing vanishes between two versions": f"""SELECT 1 FROM {EARLIER_ITEM}
        AND (SELECT state FROM "case" WHERE "case".id = earlier.case_id) NOT IN {ENDED}
        AND NOT EXISTS (SELECT 1 FROM plan_item AS later
            JOIN plan_version AS later_version ON later_version.id = later.version_id
            WHERE later.case_id = earlier.case_id AND later_version.plan_id = NEW.plan_id
            AND later_version.adopted_on IS NOT NULL AND later_version.number > earlier_version.number)
        AND NOT EXISTS (SELECT 1 FROM plan_item AS mine WHERE mine.version_id = NEW.id AND mine.origin_id = earlier.id)
        AND NOT EXISTS (SELECT 1 FROM plan_drop
            JOIN plan_version AS dropping ON dropping.id = plan_drop.version_id
            WHERE plan_drop.item_id = earlier.id AND (dropping.id = NEW.id OR dropping.adopted_on IS NOT NULL))""",  # noqa: S608 - put together from nothing but this file's own text  # nosec
}
SAME_VERSION = """EXISTS (SELECT 1 FROM plan_version AS other WHERE other.adopted_on IS NOT NULL AND {differs} (
    other.id = NEW.id OR other.event_id = NEW.event_id
    OR (other.plan_id = NEW.plan_id AND (other.number = NEW.number OR other.adopted_on = NEW.adopted_on))))"""
SAME_ANCHORING = """EXISTS (SELECT 1 FROM anchoring WHERE id = NEW.id OR event_id = NEW.event_id
    OR replaces_id = NEW.replaces_id)"""


def upgrade() -> None:
    """Build the tables, guard them, and give each group its plan."""
    for build in (_build_plan, _build_plan_version, _build_focus_area, _build_plan_item, _build_plan_drop):
        build()
    _build_anchoring()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _postgresql() if is_postgresql else _sqlite():
        op.execute(sa.text(statement.replace(":", "\\:")))
    op.execute(
        "INSERT INTO plan (slug, kind, unit_id, revise_months)"
        " SELECT slug, 'local', id, 12 FROM unit WHERE kind = 'group' ORDER BY id"
    )


def downgrade() -> None:
    """Take the tables away, and what guards them."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ventil_plan_frozen(), ventil_plan_whole()")


# --- what guards them on PostgreSQL ------------------------------------------------------------

# FOR SHARE: a change waits for an adoption that has begun, and then finds the version adopted
FREEZE = """
CREATE FUNCTION ventil_plan_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE adopted date;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT adopted_on INTO adopted FROM plan_version WHERE id = OLD.version_id FOR SHARE;
        IF adopted IS NOT NULL THEN
            RAISE EXCEPTION '% of an adopted version is not allowed', TG_OP USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT adopted_on INTO adopted FROM plan_version WHERE id = NEW.version_id FOR SHARE;
        IF adopted IS NOT NULL THEN
            RAISE EXCEPTION '% of an adopted version is not allowed', TG_OP USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$
"""
# FOR SHARE: nobody reopens a case of the version before while its item is left out
WHOLE = """
CREATE FUNCTION ventil_plan_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM "case" WHERE id IN (SELECT earlier.case_id FROM {earlier_item}) ORDER BY id FOR SHARE;
{checks}
    RETURN NEW;
END $$
"""
CHECK = """    IF EXISTS ({forbidden}) THEN
        RAISE EXCEPTION '{says}' USING ERRCODE = 'restrict_violation';
    END IF;"""
ROW = 'CREATE TRIGGER {name} BEFORE {act} ON "{table}" FOR EACH ROW {when} EXECUTE FUNCTION {function}()'
EMPTIED = "CREATE TRIGGER {0}_never_emptied BEFORE TRUNCATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION ventil_refuse()"


def _row(name: str, act: str, table: str, function: str, when: str = "") -> str:
    return ROW.format(name=name, act=act, table=table, function=function, when=f"WHEN ({when})" if when else "")


def _postgresql() -> tuple[str, ...]:
    checks = "\n".join(CHECK.format(forbidden=forbidden, says=says) for says, forbidden in NOT_WHOLE.items())
    was, becomes = "OLD.adopted_on IS NOT NULL", "NEW.adopted_on IS NOT NULL"
    return (
        FREEZE,
        WHOLE.format(earlier_item=EARLIER_ITEM, checks=checks),
        *(_row(f"{table}_frozen", "INSERT OR UPDATE OR DELETE", table, "ventil_plan_frozen") for table in FROZEN),
        _row("plan_version_frozen", "UPDATE OR DELETE", "plan_version", "ventil_refuse", was),
        _row("plan_version_drafted", "INSERT", "plan_version", "ventil_refuse", becomes),
        _row("plan_version_whole", "UPDATE", "plan_version", "ventil_plan_whole", becomes),
        _row("anchoring_append_only", "UPDATE OR DELETE", "anchoring", "ventil_refuse"),
        *(EMPTIED.format(table) for table in (*FROZEN, "plan_version", "anchoring")),
    )


# --- and on SQLite ------------------------------------------------------------------------------


def _refused(name: str, act: str, table: str, when: str) -> str:
    says = f"{act} of {table} is not allowed"
    return f"CREATE TRIGGER {name} BEFORE {act} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{says}'); END"


def _adopted(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM plan_version WHERE id = {row}.version_id AND adopted_on IS NOT NULL)"  # noqa: S608 - put together from nothing but this file's own text  # nosec


def _sqlite() -> tuple[str, ...]:
    """REPLACE slips past a trigger of DELETE: what it would take away is looked for before it writes."""
    checks = "".join(
        f"SELECT RAISE(ABORT, '{says}') WHERE EXISTS ({forbidden});" for says, forbidden in NOT_WHOLE.items()
    )
    was, becomes = "OLD.adopted_on IS NOT NULL", "NEW.adopted_on IS NOT NULL"
    others, none = SAME_VERSION.format(differs="other.id <> OLD.id AND"), SAME_VERSION.format(differs="")
    return (
        *(statement for table in FROZEN for statement in _frozen(table)),
        _refused("plan_version_no_update", "UPDATE", "plan_version", f"WHEN {was} OR NEW.id <> OLD.id OR {others}"),
        _refused("plan_version_no_delete", "DELETE", "plan_version", f"WHEN {was}"),
        _refused("plan_version_no_insert", "INSERT", "plan_version", f"WHEN {becomes} OR {none}"),
        f"CREATE TRIGGER plan_version_whole BEFORE UPDATE ON plan_version WHEN {becomes} BEGIN {checks} END",
        _refused("anchoring_no_update", "UPDATE", "anchoring", ""),
        _refused("anchoring_no_delete", "DELETE", "anchoring", ""),
        _refused("anchoring_no_insert", "INSERT", "anchoring", f"WHEN {SAME_ANCHORING}"),
    )


def _frozen(table: str) -> tuple[str, ...]:
    moved, replaced = "", ""
    if table != "plan_drop":
        same = f"{table} AS other JOIN plan_version ON plan_version.id = other.version_id WHERE other.id = NEW.id"
        moved = "OR NEW.id <> OLD.id"
        replaced = f"OR EXISTS (SELECT 1 FROM {same} AND plan_version.adopted_on IS NOT NULL)"  # noqa: S608 - put together from nothing but this file's own text  # nosec
    return (
        _refused(f"{table}_no_update", "UPDATE", table, f"WHEN {_adopted('OLD')} OR {_adopted('NEW')} {moved}"),
        _refused(f"{table}_no_delete", "DELETE", table, f"WHEN {_adopted('OLD')}"),
        _refused(f"{table}_no_insert", "INSERT", table, f"WHEN {_adopted('NEW')} {replaced}"),
    )


# --- the tables ---------------------------------------------------------------------------------


def _build_plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("revise_months", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('local', 'municipal', 'strategy')", name=op.f("ck_plan_kind")),
        sa.CheckConstraint("revise_months BETWEEN 1 AND 120", name=op.f("ck_plan_revise_months")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_plan_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("id", "unit_id", name=op.f("uq_plan_id_unit_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_plan_slug")),
    )
    op.create_index(
        "uq_plan_local",
        "plan",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'local'"),
        sqlite_where=sa.text("kind = 'local'"),
    )
    op.create_index(
        "uq_plan_municipal",
        "plan",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind = 'municipal'"),
        sqlite_where=sa.text("kind = 'municipal'"),
    )


def _build_plan_version() -> None:
    op.create_table(
        "plan_version",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("vision", sa.Text(), nullable=True),
        sa.Column("situation", sa.Text(), nullable=True),
        sa.Column("strengths", sa.Text(), nullable=True),
        sa.Column("follows_id", BIG, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", BIG, nullable=True),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("event_id", BIG, nullable=True),
        sa.CheckConstraint("(adopted_on IS NULL) = (event_id IS NULL)", name=op.f("ck_plan_version_adopted")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_plan_version_number")),
        sa.CheckConstraint("year BETWEEN 1900 AND 2200", name=op.f("ck_plan_version_year")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_plan_version_changed_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_plan_version_event_id")),
        sa.ForeignKeyConstraint(
            ["follows_id", "plan_id"],
            ["plan_version.id", "plan_version.plan_id"],
            name=op.f("fk_plan_version_follows_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "unit_id"], ["plan.id", "plan.unit_id"], name=op.f("fk_plan_version_plan_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
        sa.UniqueConstraint("event_id", name=op.f("uq_plan_version_event_id")),
        sa.UniqueConstraint("id", "plan_id", name=op.f("uq_plan_version_id_plan_id")),
        sa.UniqueConstraint("id", "unit_id", name=op.f("uq_plan_version_id_unit_id")),
        sa.UniqueConstraint("plan_id", "adopted_on", name=op.f("uq_plan_version_plan_id_adopted_on")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_version_plan_id_number")),
    )
    op.create_index(
        "uq_plan_version_draft",
        "plan_version",
        ["plan_id"],
        unique=True,
        postgresql_where=sa.text("adopted_on IS NULL"),
        sqlite_where=sa.text("adopted_on IS NULL"),
    )


def _build_focus_area() -> None:
    op.create_table(
        "focus_area",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("origin_id", BIG, nullable=True),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_focus_area_name")),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_focus_area_rank")),
        sa.ForeignKeyConstraint(["origin_id"], ["focus_area.id"], name=op.f("fk_focus_area_origin_id")),
        sa.ForeignKeyConstraint(["version_id"], ["plan_version.id"], name=op.f("fk_focus_area_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_focus_area")),
        sa.UniqueConstraint("id", "version_id", name=op.f("uq_focus_area_id_version_id")),
        sa.UniqueConstraint("version_id", "rank", name=op.f("uq_focus_area_version_id_rank")),
    )


def _build_plan_item() -> None:
    op.create_table(
        "plan_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("focus_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("category_id", BIG, nullable=True),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("responsible_id", BIG, nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("quarter", sa.Integer(), nullable=True),
        sa.Column("cost_ore", sa.BigInteger(), nullable=True),
        sa.Column("origin_id", BIG, nullable=True),
        sa.Column("case_id", BIG, nullable=True),
        sa.CheckConstraint("kind IN ('own', 'joint', 'asked')", name=op.f("ck_plan_item_kind")),
        sa.CheckConstraint("cost_ore >= 0", name=op.f("ck_plan_item_cost")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 200", name=op.f("ck_plan_item_title")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_plan_item_number")),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_plan_item_quarter")),
        sa.CheckConstraint("year BETWEEN 1900 AND 2200", name=op.f("ck_plan_item_year")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_plan_item_case_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_plan_item_category_id")),
        sa.ForeignKeyConstraint(
            ["focus_id", "version_id"],
            ["focus_area.id", "focus_area.version_id"],
            name=op.f("fk_plan_item_focus_id_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["origin_id", "unit_id"], ["plan_item.id", "plan_item.unit_id"], name=op.f("fk_plan_item_origin_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_plan_item_place_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["unit.id"], name=op.f("fk_plan_item_responsible_id")),
        sa.ForeignKeyConstraint(
            ["version_id", "unit_id"],
            ["plan_version.id", "plan_version.unit_id"],
            name=op.f("fk_plan_item_version_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_item")),
        sa.UniqueConstraint("id", "unit_id", name=op.f("uq_plan_item_id_unit_id")),
        sa.UniqueConstraint("version_id", "case_id", name=op.f("uq_plan_item_version_id_case_id")),
        sa.UniqueConstraint("version_id", "number", name=op.f("uq_plan_item_version_id_number")),
        sa.UniqueConstraint("version_id", "origin_id", name=op.f("uq_plan_item_version_id_origin_id")),
    )
    op.create_index("ix_plan_item_case", "plan_item", ["case_id"])


def _build_plan_drop() -> None:
    op.create_table(
        "plan_drop",
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("fate", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("fate IN ('dropped', 'joined', 'moved')", name=op.f("ck_plan_drop_fate")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_plan_drop_reason")),
        sa.ForeignKeyConstraint(
            ["item_id", "unit_id"], ["plan_item.id", "plan_item.unit_id"], name=op.f("fk_plan_drop_item_id_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "unit_id"],
            ["plan_version.id", "plan_version.unit_id"],
            name=op.f("fk_plan_drop_version_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("version_id", "item_id", name=op.f("pk_plan_drop")),
    )


def _build_anchoring() -> None:
    op.create_table(
        "anchoring",
        sa.Column("id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=True),
        sa.Column("answered", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("replaces_id", BIG, nullable=True),
        sa.CheckConstraint("kind IN ('survey', 'meeting', 'information')", name=op.f("ck_anchoring_kind")),
        sa.CheckConstraint("answered >= 0", name=op.f("ck_anchoring_answered")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_anchoring_text")),
        sa.CheckConstraint("reached >= 0", name=op.f("ck_anchoring_reached")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_anchoring_event_id")),
        sa.ForeignKeyConstraint(
            ["replaces_id", "unit_id"],
            ["anchoring.id", "anchoring.unit_id"],
            name=op.f("fk_anchoring_replaces_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_anchoring_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchoring")),
        sa.UniqueConstraint("event_id", name=op.f("uq_anchoring_event_id")),
        sa.UniqueConstraint("id", "unit_id", name=op.f("uq_anchoring_id_unit_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_anchoring_replaces_id")),
    )
