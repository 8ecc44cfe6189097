"""Domain time: the present moment by which deadlines are judged and events happen.

It is that of the database's clock, and in a demonstration whose day has been moved ahead as much later. When a thing
was recorded, leases, e-mails, log-ins and rate limits follow the database's clock itself (`cases.database.clock`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.clock import now
from cases.organisation.municipality import Municipality

HOUSE = table_of(Municipality)
DAY_OF_THE_HOUSE = select(HOUSE.c.demonstration, HOUSE.c.seconds_ahead)
BOTH_CLOCKS = select(now(), select(HOUSE.c.seconds_ahead).scalar_subquery())


@dataclass(frozen=True)
class BothClocks:
    """The present moment by the database's clock, and how far domain time is ahead of it; all in UTC."""

    recorded: datetime
    ahead: timedelta

    @property
    def domain(self) -> datetime:
        """The present moment in domain time."""
        return self.recorded + self.ahead


def both_clocks(session: Session) -> BothClocks:
    """Read both clocks in one query."""
    recorded, seconds = session.connection().execute(BOTH_CLOCKS).one()
    return BothClocks(recorded, timedelta(seconds=seconds))


def domain_time(session: Session) -> datetime:
    """Return the present moment in domain time, in UTC."""
    return both_clocks(session).domain


def ahead_in_demonstration(session: Session) -> timedelta | None:
    """Return how far the domain time of a demonstration is ahead of the database's clock; None in any other house."""
    is_demonstration, seconds = session.connection().execute(DAY_OF_THE_HOUSE).one()
    return timedelta(seconds=seconds) if is_demonstration else None
