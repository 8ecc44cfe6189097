"""Outages: what is down, and when. They come back each year, and are worked out for the years that are played."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from proof.simulation.scenario.scenario import Scenario


@dataclass(frozen=True)
class Outage:
    """Something down, from one moment up to another, UTC."""

    of: str
    begins: datetime
    ends: datetime


def outages_of(scenario: Scenario, first: date, last: date, zone: ZoneInfo) -> tuple[Outage, ...]:
    """Give all outages that begin between these local days, the earliest first."""
    found = []
    for year in range(first.year, last.year + 1):
        for one in scenario.outages:
            begins = datetime.fromisoformat(f"{year}-{one.begins}").replace(tzinfo=zone)
            if first <= begins.date() <= last:
                moment = begins.astimezone(UTC)
                found.append(Outage(one.of, moment, moment + timedelta(hours=one.hours)))
    return tuple(sorted(found, key=lambda outage: (outage.begins, outage.of)))


@dataclass(frozen=True)
class Weather:
    """What is down at a moment."""

    outages: tuple[Outage, ...]

    def down(self, moment: datetime, *what: str) -> Outage | None:
        """Give the outage of one of these that lasts at this moment; None when all is up."""
        return next((one for one in self.outages if one.of in what and one.begins <= moment < one.ends), None)

    def just_over(self, moment: datetime, how_long: timedelta) -> Outage | None:
        """Give the outage that ended at most so long ago."""
        return next((one for one in self.outages if one.ends <= moment < one.ends + how_long), None)


def each_year(begins: str, days: int, years: Iterable[int]) -> tuple[tuple[date, date], ...]:
    """Give for each year the day MM-DD and the day so many days later."""
    firsts = [date.fromisoformat(f"{year}-{begins}") for year in years]
    return tuple((first, first + timedelta(days=days)) for first in firsts)
