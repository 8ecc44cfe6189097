"""The frame shown around every page: the municipality's name, its last sweep, and the reader's units in the menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.tables.scheduled_jobs import SWEEP, Scheduled
from cases.organisation.municipality import Municipality
from cases.organisation.units import DESK, FORUM, UnitKind

MUNICIPALITY = table_of(Municipality)
SCHEDULE = table_of(Scheduled)
IS_SWEEP = SCHEDULE.c.name == SWEEP
FRAME_COLUMNS = (
    MUNICIPALITY.c.name.label("municipality"),
    MUNICIPALITY.c.demonstration,
    MUNICIPALITY.c.contact_phone,
    SCHEDULE.c.last_done_at,
)
VISITOR_FRAME = select(*FRAME_COLUMNS).select_from(MUNICIPALITY).outerjoin(SCHEDULE, IS_SWEEP)
IN_EVERY_MENU = frozenset({DESK, FORUM})


@dataclass(frozen=True)
class PageFrame:
    """What is shown around every page: the municipality's name and telephone number, and the reader's units.

    `units` are pairs (slug, name) for the menu, without the desk and the forum; `groups` those of them that are groups.
    `last_sweep` is when the last sweep ended; None if none has.
    """

    name: str = "Ventil"
    demonstration: bool = False
    contact_phone: str | None = None
    last_sweep: datetime | None = None
    units: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, str], ...] = ()


def read_page_frame(session: Session) -> PageFrame:
    """Read the page frame for a visitor who is not logged in: the municipality and its last sweep, but no units."""
    return PageFrame(*session.connection().execute(VISITOR_FRAME).one())


def frame_from(rows: Sequence[Any]) -> PageFrame:
    """Return the page frame of a person who is logged in, from the rows that `caller_with_session` has read.

    There is a row for each of the person's roles, with its unit; every row repeats the columns `FRAME_COLUMNS`.
    """
    first = rows[0]
    units = {row.unit: row.unit_name for row in rows if row.unit and row.unit not in IN_EVERY_MENU}
    groups = {row.unit: row.unit_name for row in rows if row.unit and row.kind == UnitKind.GROUP}
    return PageFrame(
        first.municipality, first.demonstration, first.contact_phone, first.last_done_at, tuple(units.items()),
        tuple(groups.items()),
    )  # fmt: skip
