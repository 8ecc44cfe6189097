"""A newer version of Ventil, during a rollout: it writes an event of a type that this version does not know.

`python -m proof.chaos.faults.newer_version DATABASE_URL` adds it to the oldest case. It is a program of its own, so
that no other process learns of the type.
"""

import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cases.access.actors import THE_CLOCK
from cases.calendar import Calendar
from cases.case import Case
from cases.database.transactions import Database
from cases.history.events import DomainEvent
from cases.history.journal import Entry


class FromTheFuture(DomainEvent):
    """An event type that only a later version has."""

    type: ClassVar[str] = "case.from_the_future"
    changing: ClassVar[bool] = False


def main() -> None:
    """Write the event into the oldest case."""
    database = Database(sys.argv[1], Calendar(ZoneInfo("Europe/Stockholm")))
    with closing(database), database.transaction() as session:
        case = session.scalars(select(Case).order_by(Case.id).limit(1).with_for_update()).one()
        entry = Entry(case, by=THE_CLOCK, at=datetime.now(UTC))
        entry.add(FromTheFuture())
        entry.write(session)


if __name__ == "__main__":
    main()
