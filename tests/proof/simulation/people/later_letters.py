"""Who wants news gathered, and officers who go away for some weeks while a colleague stands in for them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial

from cases.access.actors import A_COMMAND
from cases.administration.leaving.absence import Absence
from cases.administration.staffing import person_by_email
from cases.calendar import add_months
from notifications.deliveries import NewsPace
from notifications.planning.held.absences import end_absence, note_absence
from notifications.preferences import address_of, change_pace
from proof.simulation.people.people import People
from proof.simulation.second_calendar import local_day

CHOOSE_AT, GO_AT, BACK_AT = time(9, 15), time(16, 10), time(10, 20)
BACK_EARLY = 3  # each third comes back before the last day
CHANGES_BACK = 7  # months after which the first address wants everything at once again


@dataclass(frozen=True)
class LaterLetters:
    """Plans preferences and absences between two local days."""

    people: People
    first: date
    last: date

    def plan(self) -> None:
        """Plan what the scenario says: addresses that gather, and an officer who goes away every few months."""
        scenario = self.people.town.scenario
        for pace, slugs in ((NewsPace.MORNING, scenario.mornings), (NewsPace.MONDAY, scenario.mondays)):
            for slug in slugs:
                self._on(self.first, CHOOSE_AT, partial(self._choose, slug, pace))
        for slug in scenario.mondays[:1]:
            back = add_months(self.first, CHANGES_BACK)
            self._on(back, CHOOSE_AT, partial(self._choose, slug, NewsPace.AT_ONCE))
        months, day = scenario.staffing.officer_away_every_months, self.first
        while months and (day := add_months(day, months)) < self.last:
            self._on(day, GO_AT, self._go_away)

    def _on(self, day: date, at: time, callback: Callable[[], None]) -> None:
        if day < self.last:
            self.people.plan(self.people.at(day, at), callback)

    def _choose(self, slug: str, pace: NewsPace) -> None:
        email = self.people.town.mailbox_of(slug)
        with self.people.database.transaction() as session:
            change_pace(session, address_of(session, email), pace)

    def _go_away(self) -> None:
        """Let the longest-serving officer of a department with others go away, and a colleague stand in."""
        people, now = self.people, self.people.clock.now
        staffed = [unit.slug for unit in people.town.scenario.departments if len(people.town.officers[unit.slug]) > 1]
        if not staffed:
            return
        away, stands_in, *_ = people.town.officers[people.chance.choice(staffed)]
        first = local_day(now)
        last = first + timedelta(days=people.town.scenario.staffing.away_days)
        with people.database.transaction() as session:
            person, deputy = (person_by_email(session, email) for email in (away, stands_in))
            note_absence(session, person, Absence(first, last, deputy), by=A_COMMAND, at=now)
        if people.chance.randrange(BACK_EARLY) == 0:
            self._on(first + (last - first) // 2, BACK_AT, partial(self._come_back, away))

    def _come_back(self, email: str) -> None:
        if email in self.people.town.left_at:
            return
        with self.people.database.transaction() as session:
            end_absence(session, person_by_email(session, email), by=A_COMMAND, at=self.people.clock.now)
