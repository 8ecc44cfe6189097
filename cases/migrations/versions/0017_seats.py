"""Seats: for which group or sector a member sits in the forum or in an advisory board, and from when to when.

What guards them is made here: a group has at most `forum_seats` seats, and no seat is held by two on the same day. The
table of memberships is not built again: its new columns carry their constraints themselves on SQLite.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

USUAL_SEATS = "2"  # of each group
OF_A_GROUP = sa.text("for_unit_id IS NOT NULL")
SECTORS = "'municipality', 'region', 'business', 'associations', 'citizens'"
CHECKS = {  # of membership, by the column with which each begins to hold
    "for_unit_id": {},
    "sector": {"sector": f"sector IS NULL OR sector IN ({SECTORS})"},
    "slot": {
        "slot": "slot IS NULL OR slot >= 1",
        "a_seat_has_a_slot": "(slot IS NULL) = (for_unit_id IS NULL AND sector IS NULL)",
    },
    "office": {
        "office": "office IS NULL OR office IN ('chair', 'secretary', 'member', 'substitute')",
        "only_members_sit": "role = 'member' OR (slot IS NULL AND office IS NULL)",
        "a_seat_ends_after_it_began": "until IS NULL OR until >= since OR (slot IS NULL AND office IS NULL)",
    },
}
TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "for_unit_id": sa.BigInteger(),
    "slot": sa.Integer(),
    "sector": sa.String(30),
    "office": sa.String(30),
}
ON_SQLITE = {"for_unit_id": "INTEGER", "slot": "INTEGER", "sector": "VARCHAR(30)", "office": "VARCHAR(30)"}
TO_UNIT = "fk_membership_for_unit_id"

SITS = "(NEW.slot IS NOT NULL OR NEW.office IS NOT NULL)"
FAR = "'9999-12-31'"
# An update that only ends a seat sooner makes nothing worse, and is let through whatever the house has changed since.
WIDENED = (
    f"{SITS} AND NOT (NEW.unit_id = OLD.unit_id AND coalesce(NEW.for_unit_id, 0) = coalesce(OLD.for_unit_id, 0)"
    " AND coalesce(NEW.sector, '') = coalesce(OLD.sector, '') AND coalesce(NEW.slot, 0) = coalesce(OLD.slot, 0)"
    " AND coalesce(NEW.office, '') = coalesce(OLD.office, '') AND NEW.since >= OLD.since"
    f" AND coalesce(NEW.until, {FAR}) <= coalesce(OLD.until, {FAR}))"
)
FORBIDDEN = {  # in words of both databases
    "a seat is in a body of kind forum": "SELECT 1 WHERE NOT EXISTS"
    " (SELECT 1 FROM unit WHERE id = NEW.unit_id AND kind = 'forum')",
    "a seat is held for a group": "SELECT 1 WHERE NEW.for_unit_id IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM unit WHERE id = NEW.for_unit_id AND kind = 'group')",
    "a group has no more seats": "SELECT 1 FROM house WHERE NEW.for_unit_id IS NOT NULL AND NEW.slot > forum_seats",
    "a sector has no more seats": "SELECT 1 FROM unit WHERE NEW.for_unit_id IS NULL AND NEW.slot IS NOT NULL"
    " AND unit.id = NEW.unit_id AND unit.sector_seats IS NOT NULL"
    " AND NEW.slot > coalesce(CAST(unit.sector_seats ->> NEW.sector AS INTEGER), 0)",
    "the seat is held already": f"""SELECT 1 FROM membership AS other WHERE NEW.slot IS NOT NULL
        AND other.id <> coalesce(NEW.id, 0) AND other.unit_id = NEW.unit_id AND other.slot = NEW.slot
        AND coalesce(other.for_unit_id, 0) = coalesce(NEW.for_unit_id, 0)
        AND (NEW.for_unit_id IS NOT NULL OR other.sector = NEW.sector)
        AND other.since < coalesce(other.until, {FAR}) AND NEW.since < coalesce(NEW.until, {FAR})
        AND other.since < coalesce(NEW.until, {FAR}) AND NEW.since < coalesce(other.until, {FAR})""",  # noqa: S608 - put together from nothing but this file's own text  # nosec
}
GROUPS_LOSE = "SELECT 1 FROM membership WHERE for_unit_id IS NOT NULL AND slot > NEW.forum_seats AND until IS NULL"
SECTORS_LOSE = (
    "SELECT 1 FROM membership WHERE unit_id = NEW.id AND for_unit_id IS NULL AND NEW.sector_seats IS NOT NULL"
    " AND slot > coalesce(CAST(NEW.sector_seats ->> sector AS INTEGER), 0) AND until IS NULL"
)
LOWERED = {
    "house": ("forum_seats", {"a group has more seats": GROUPS_LOSE}),
    "unit": ("sector_seats", {"a sector has more seats": SECTORS_LOSE}),
}


def upgrade() -> None:
    """Add the columns, and what guards them."""
    _add_columns()
    op.create_index(
        "ix_membership_for_unit_id", "membership", ["for_unit_id"],
        postgresql_where=OF_A_GROUP, sqlite_where=OF_A_GROUP,
    )  # fmt: skip
    for statement in _sqlite() if _is_sqlite() else _postgresql():
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    """Take all of it away: who sits in a body is a member of it, as before."""
    for name, table in _names():
        op.execute(sa.text(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}")))
    op.drop_index("ix_membership_for_unit_id", table_name="membership")
    for name in reversed(CHECKS):
        op.drop_column("membership", name)
    op.drop_column("unit", "sector_seats")
    op.drop_column("house", "forum_seats")
    if not _is_sqlite():
        op.execute(sa.text("DROP FUNCTION ventil_seat(), ventil_seats_of_groups(), ventil_seats_of_sectors()"))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _names() -> tuple[tuple[str, str], ...]:
    return (
        ("membership_seat_given", "membership"),
        ("membership_seat_changed", "membership"),
        ("house_forum_seats", "house"),
        ("unit_sector_seats", "unit"),
    )


def _add_columns() -> None:
    if _is_sqlite():
        for name, checks in CHECKS.items():
            held = [f"CONSTRAINT ck_membership_{check} CHECK ({says})" for check, says in checks.items()]
            named = [f"CONSTRAINT {TO_UNIT} REFERENCES unit (id)"] if name == "for_unit_id" else []
            _add("membership", f"{name} {ON_SQLITE[name]}", *named, *held)
        _add("house", f"forum_seats INTEGER DEFAULT {USUAL_SEATS} NOT NULL",
             "CONSTRAINT ck_house_forum_seats CHECK (forum_seats >= 1)")  # fmt: skip
        _add("unit", "sector_seats JSON",
             "CONSTRAINT ck_unit_sector_seats CHECK (sector_seats IS NULL OR kind = 'forum')")  # fmt: skip
        return
    for name, checks in CHECKS.items():
        op.add_column("membership", sa.Column(name, TYPES[name], nullable=True))
        for check, says in checks.items():
            op.create_check_constraint(op.f(f"ck_membership_{check}"), "membership", says)
    op.create_foreign_key(op.f(TO_UNIT), "membership", "unit", ["for_unit_id"], ["id"])
    op.add_column("house", sa.Column("forum_seats", sa.Integer(), nullable=False, server_default=USUAL_SEATS))
    op.create_check_constraint(op.f("ck_house_forum_seats"), "house", "forum_seats >= 1")
    op.add_column("unit", sa.Column("sector_seats", sa.JSON(), nullable=True))
    op.create_check_constraint(op.f("ck_unit_sector_seats"), "unit", "sector_seats IS NULL OR kind = 'forum'")


def _add(table: str, *words: str) -> None:
    op.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN {' '.join(words)}"))


# --- on SQLite ----------------------------------------------------------------------------------


def _sqlite() -> tuple[str, ...]:
    lowered = (
        _trigger(f"{table}_{column}", f"UPDATE OF {column}", table, "1", forbidden)
        for table, (column, forbidden) in LOWERED.items()
    )
    return (
        _trigger("membership_seat_given", "INSERT", "membership", SITS, FORBIDDEN),
        _trigger("membership_seat_changed", "UPDATE", "membership", WIDENED, FORBIDDEN),
        *lowered,
    )


def _trigger(name: str, act: str, table: str, when: str, forbidden: dict[str, str]) -> str:
    refusals = " ".join(f"SELECT RAISE(ABORT, '{says}') WHERE EXISTS ({what});" for says, what in forbidden.items())
    return f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {when} BEGIN {refusals} END"


# --- and on PostgreSQL --------------------------------------------------------------------------

# The row of the house is locked first: of two who give the same seat at once, the second finds that of the first.
FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM house FOR NO KEY UPDATE;
{checks}
    RETURN NEW;
END $$
"""
CHECK = """    IF EXISTS ({what}) THEN
        RAISE EXCEPTION '{says}' USING ERRCODE = 'restrict_violation';
    END IF;"""
ROW = "CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {function}()"


def _postgresql() -> tuple[str, ...]:
    (_, of_groups), (_, of_sectors) = LOWERED.values()
    given, changed, house, unit = (name for name, _ in _names())
    return (
        _function("ventil_seat", FORBIDDEN),
        _function("ventil_seats_of_groups", of_groups),
        _function("ventil_seats_of_sectors", of_sectors),
        ROW.format(name=given, act="INSERT", table="membership", when=f"WHEN ({SITS})", function="ventil_seat"),
        ROW.format(name=changed, act="UPDATE", table="membership", when=f"WHEN ({WIDENED})", function="ventil_seat"),
        ROW.format(name=house, act="UPDATE OF forum_seats", table="house", when="", function="ventil_seats_of_groups"),
        ROW.format(name=unit, act="UPDATE OF sector_seats", table="unit", when="", function="ventil_seats_of_sectors"),
    )


def _function(name: str, forbidden: dict[str, str]) -> str:
    checks = "\n".join(CHECK.format(what=what, says=says) for says, what in forbidden.items())
    return FUNCTION.format(name=name, checks=checks)
