"""The outages of a simulation: what is down and when, from a scenario whose outages come back each year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from proof.simulation.scenario.scenario import Scenario


@dataclass(frozen=True)
class Outage:
    """One outage, from `begins` until before `ends`, both UTC."""

    kind: str  # what is down: everything, clock, mail or grey (greylisting)
    begins: datetime
    ends: datetime


def outages_of(scenario: Scenario, first: date, last: date, zone: ZoneInfo) -> tuple[Outage, ...]:
    """Return all outages that begin between these local days, both included, earliest first."""
    outages = []
    for year in range(first.year, last.year + 1):
        for outage in scenario.outages:
            begins = datetime.fromisoformat(f"{year}-{outage.begins}").replace(tzinfo=zone)
            if first <= begins.date() <= last:
                moment = begins.astimezone(UTC)
                outages.append(Outage(outage.of, moment, moment + timedelta(hours=outage.hours)))
    return tuple(sorted(outages, key=lambda outage: (outage.begins, outage.kind)))


@dataclass(frozen=True)
class OutagePlan:
    """All outages of a simulation, to be asked which one is active at a moment."""

    outages: tuple[Outage, ...]

    def active(self, moment: datetime, *kinds: str) -> Outage | None:
        """Return the outage of one of these kinds that is active at the moment; None when there is none."""
        return next(
            (outage for outage in self.outages if outage.kind in kinds and outage.begins <= moment < outage.ends), None
        )

    def ended_within(self, moment: datetime, duration: timedelta) -> Outage | None:
        """Return the outage that ended less than `duration` before the moment; None when there is none."""
        return next((outage for outage in self.outages if outage.ends <= moment < outage.ends + duration), None)


def each_year(begins: str, days: int, years: Iterable[int]) -> tuple[tuple[date, date], ...]:
    """Return for each year the day `begins` (MM-DD), and the day `days` later."""
    firsts = [date.fromisoformat(f"{year}-{begins}") for year in years]
    return tuple((first, first + timedelta(days=days)) for first in firsts)
