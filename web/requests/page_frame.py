"""What stands around every page: the house, when its clock last swept, and the units whose pages the menu names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.deadlines.schedule import SWEEP, Scheduled
from cases.organisation.municipality import Municipality
from cases.organisation.units import DESK, FORUM

HOUSE = table_of(Municipality)
SCHEDULE = table_of(Scheduled)
SWEPT = SCHEDULE.c.name == SWEEP
SHOWN = (HOUSE.c.name.label("house"), HOUSE.c.demonstration, HOUSE.c.contact_phone, SCHEDULE.c.last_done_at)
OF_THE_HOUSE = select(*SHOWN).select_from(HOUSE).outerjoin(SCHEDULE, SWEPT)
WITH_A_DOOR_OF_ITS_OWN = frozenset({DESK, FORUM})


@dataclass(frozen=True)
class PageFrame:
    """What the rows say about the surroundings of a page; `units` are those of the reader, by slug."""

    name: str = "Ventil"
    demonstration: bool = False
    contact_phone: str | None = None
    last_sweep: datetime | None = None
    units: tuple[tuple[str, str], ...] = ()


def read_page_frame(session: Session) -> PageFrame:
    """Give the surroundings of a page for somebody who is not logged in."""
    return PageFrame(*session.connection().execute(OF_THE_HOUSE).one())


def around_somebody(rows: Sequence[Any]) -> PageFrame:
    """Give the surroundings for whoever these rows are about: one row for each role, with `SHOWN` and its unit."""
    first = rows[0]
    units = {row.unit: row.unit_name for row in rows if row.unit and row.unit not in WITH_A_DOOR_OF_ITS_OWN}
    return PageFrame(first.house, first.demonstration, first.contact_phone, first.last_done_at, tuple(units.items()))
