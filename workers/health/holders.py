"""The doctor's look at those who owe something: is there anybody who can give it?"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from cases.organisation.domain_time import domain_time
from cases.settings import Settings
from cases.village.obligations.listing import holders_without_people
from workers.health.findings import Health, HealthFinding

MOST_NAMED = 10  # units
REMEDY = "`ventil user add ADDRESS --name NAME --role ROLE --unit SLUG`, or dissolve the unit"


def absent_holders(session: Session, settings: Settings, present: datetime) -> Iterator[HealthFinding]:
    """Yield a warning when something is owed by units in which nobody serves: the ladder climbs past them."""
    found = holders_without_people(session, settings.calendar.day_of(domain_time(session)))
    if found:
        named = ", ".join(found[:MOST_NAMED]) + (", ..." if len(found) > MOST_NAMED else "")
        yield HealthFinding(Health.WARN, f"nobody serves in units that owe something: {named}", REMEDY)
    else:
        yield HealthFinding(Health.OK, "whoever owes something has somebody who serves")
