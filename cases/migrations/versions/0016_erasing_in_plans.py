"""What plans say of a case can be erased by decision: the one change that their frozen rows let through.

A text that is there becomes "(raderat)", in the same change as `erased_by_id` names the event of the erasure, and
nothing else of the row changes.
"""

from collections.abc import Callable
from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = {
    "plan_version": ("vision", "situation", "strengths"),
    "focus_area": ("name", "why"),
    "plan_item": ("title", "text"),
    "plan_drop": ("reason",),
    "anchoring": ("text",),
}
FIXED = {
    "plan_version": (
        "id", "plan_id", "unit_id", "number", "year", "follows_id", "revision", "changed_at", "changed_by_id",
        "adopted_on", "event_id",
    ),
    "focus_area": ("id", "version_id", "rank", "origin_id"),
    "plan_item": (
        "id", "version_id", "unit_id", "focus_id", "number", "kind", "category_id", "place_id", "responsible_id",
        "year", "quarter", "cost_ore", "origin_id", "case_id",
    ),
    "plan_drop": ("version_id", "item_id", "unit_id", "fate"),
    "anchoring": ("id", "unit_id", "kind", "on_day", "reached", "answered", "event_id", "replaces_id"),
}  # fmt: skip
OF_VERSION = ("focus_area", "plan_item", "plan_drop")  # frozen with it
FIRST_TIME = "NEW.adopted_on IS NOT NULL AND OLD.adopted_on IS NULL"
ALWAYS = "NEW.adopted_on IS NOT NULL"
LETS_THROUGH = " AND NOT (coalesce(NEW.erased_by_id, 0)"  # begins what is added to a trigger of SQLite


def upgrade() -> None:
    """Add the columns, and let erasing through."""
    for table in TEXTS:
        _add_column(table)
    if not _is_sqlite():
        _run(*_postgresql())
        return
    for table in TEXTS:
        _change_trigger(f"{table}_no_update", partial(_and, _but_erasing(table)))
    _change_trigger("plan_version_whole", lambda _when: FIRST_TIME)


def downgrade() -> None:
    """Let nothing through any more; what was erased stays erased, and says no longer by which decision."""
    if _is_sqlite():
        for table in TEXTS:
            _change_trigger(f"{table}_no_update", lambda when: when.partition(LETS_THROUGH)[0])
        _change_trigger("plan_version_whole", lambda _when: ALWAYS)
    else:
        _run(*_postgresql_before())
    for table in TEXTS:
        op.drop_column(table, "erased_by_id")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _add_column(table: str) -> None:
    if _is_sqlite():
        named = f"CONSTRAINT fk_{table}_erased_by_id REFERENCES event (id)"
        op.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN erased_by_id INTEGER {named}"))
    else:
        op.add_column(table, sa.Column("erased_by_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_erased_by_id"), table, "event", ["erased_by_id"], ["id"])


def _run(*statements: str) -> None:
    for statement in statements:
        op.execute(sa.text(statement.replace(":", "\\:")))


# --- on SQLite ----------------------------------------------------------------------------------


def _change_trigger(name: str, condition: Callable[[str], str]) -> None:
    """Make the trigger anew with another condition: what `condition` returns of the one that it has."""
    sql = (
        op.get_bind().execute(sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}).scalar_one()
    )
    head, _, body = sql.partition(" BEGIN ")
    act, _, when = head.partition(" WHEN ")
    _run(f'DROP TRIGGER "{name}"', f"{act.rstrip()} WHEN {condition(when.strip() or '1')} BEGIN {body}")


def _and(added: str, condition: str) -> str:
    return f"({condition}){added}"


def _but_erasing(table: str) -> str:
    """Return what keeps a trigger from refusing an update that erases texts of the table, and does nothing else."""
    texts = TEXTS[table]
    conditions = (
        "EXISTS (SELECT 1 FROM event WHERE id = NEW.erased_by_id AND type = 'case.words_erased')",
        *(f"NEW.{name} IS OLD.{name}" for name in FIXED[table]),
        *(f"(NEW.{name} IS OLD.{name} OR (OLD.{name} IS NOT NULL AND NEW.{name} IS '(raderat)'))" for name in texts),
        f"({' OR '.join(f'NEW.{name} IS NOT OLD.{name}' for name in texts)})",
    )
    return f"{LETS_THROUGH} > coalesce(OLD.erased_by_id, 0) AND {' AND '.join(conditions)})"


# --- and on PostgreSQL --------------------------------------------------------------------------

ONLY_ERASES = """
CREATE FUNCTION ventil_only_erases(before jsonb, after jsonb, texts text[]) RETURNS boolean LANGUAGE sql AS $$
    SELECT coalesce((after ->> 'erased_by_id')::bigint, 0) > coalesce((before ->> 'erased_by_id')::bigint, 0)
    AND EXISTS (SELECT 1 FROM event WHERE id = (after ->> 'erased_by_id')::bigint AND type = 'case.words_erased')
    AND (after - texts - 'erased_by_id') = (before - texts - 'erased_by_id')
    AND (SELECT bool_or(after ->> name IS DISTINCT FROM before ->> name)
        AND bool_and(after ->> name IS NOT DISTINCT FROM before ->> name
            OR (before ->> name IS NOT NULL AND after ->> name IS NOT DISTINCT FROM '(raderat)'))
        FROM unnest(texts) AS name)
$$
"""
REFUSE_BUT_ERASING = """
CREATE FUNCTION ventil_refuse_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF ventil_only_erases(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is not allowed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
FROZEN_BUT_ERASING = """
CREATE FUNCTION ventil_plan_frozen_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE adopted date;
BEGIN
    SELECT adopted_on INTO adopted FROM plan_version WHERE id = OLD.version_id FOR SHARE;
    IF adopted IS NULL THEN
        SELECT adopted_on INTO adopted FROM plan_version WHERE id = NEW.version_id FOR SHARE;
    END IF;
    IF adopted IS NOT NULL AND NOT ventil_only_erases(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN
        RAISE EXCEPTION '% of an adopted version is not allowed', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
ROW = "CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {function}({texts})"
WAS = "WHEN (OLD.adopted_on IS NOT NULL)"


def _row(name: str, act: str, table: str, function: str, when: str = "", texts: tuple[str, ...] = ()) -> str:
    """Return the statement that makes this trigger, of a function that is given the names of texts."""
    named = ", ".join(f"'{text}'" for text in texts)
    return ROW.format(name=name, act=act, table=table, function=function, when=when, texts=named)


def _postgresql() -> tuple[str, ...]:
    whole, refuse, frozen = "ventil_plan_whole", "ventil_refuse_but_erasing", "ventil_plan_frozen_but_erasing"
    of_version = (
        statement
        for table in OF_VERSION
        for statement in (
            f"DROP TRIGGER {table}_frozen ON {table}",
            _row(f"{table}_frozen", "INSERT OR DELETE", table, "ventil_plan_frozen"),
            _row(f"{table}_kept", "UPDATE", table, frozen, texts=TEXTS[table]),
        )
    )
    return (
        ONLY_ERASES,
        REFUSE_BUT_ERASING,
        FROZEN_BUT_ERASING,
        *of_version,
        *DROPPED,
        _row("plan_version_frozen", "UPDATE OR DELETE", "plan_version", refuse, WAS, TEXTS["plan_version"]),
        _row("plan_version_whole", "UPDATE", "plan_version", whole, f"WHEN ({FIRST_TIME})"),
        _row("anchoring_append_only", "UPDATE OR DELETE", "anchoring", refuse, texts=TEXTS["anchoring"]),
    )


DROPPED = (
    "DROP TRIGGER plan_version_frozen ON plan_version",
    "DROP TRIGGER plan_version_whole ON plan_version",
    "DROP TRIGGER anchoring_append_only ON anchoring",
)


def _postgresql_before() -> tuple[str, ...]:
    of_version = (
        statement
        for table in OF_VERSION
        for statement in (
            f"DROP TRIGGER {table}_kept ON {table}",
            f"DROP TRIGGER {table}_frozen ON {table}",
            _row(f"{table}_frozen", "INSERT OR UPDATE OR DELETE", table, "ventil_plan_frozen"),
        )
    )
    return (
        *of_version,
        *DROPPED,
        _row("plan_version_frozen", "UPDATE OR DELETE", "plan_version", "ventil_refuse", WAS),
        _row("plan_version_whole", "UPDATE", "plan_version", "ventil_plan_whole", f"WHEN ({ALWAYS})"),
        _row("anchoring_append_only", "UPDATE OR DELETE", "anchoring", "ventil_refuse"),
        "DROP FUNCTION ventil_refuse_but_erasing(), ventil_plan_frozen_but_erasing()",
        "DROP FUNCTION ventil_only_erases(jsonb, jsonb, text[])",
    )
