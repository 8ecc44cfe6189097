"""Staff turnover: officers, heads and contact persons leave and are replaced, by the functions of administration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from cases.access.actors import A_COMMAND
from cases.administration.staffing import (
    PersonDetails,
    Post,
    add_person,
    appoint,
    person_by_email,
    relieve,
    switch_off_person,
)
from cases.calendar import add_months
from cases.organisation.people import Role
from cases.organisation.units import unit_named
from proof.simulation.people.people import People
from proof.simulation.people.town import DESK

LEAVES_AT = time(15, 30)
SECOND_VACANCY = 24  # months later


@dataclass(frozen=True)
class StaffChanges:
    """Plans all changes of staff between two local days."""

    people: People
    first: date
    last: date

    def plan(self) -> None:
        """Plan every change that the scenario's turnover asks for."""
        turnover = self.people.town.scenario.staffing
        self._repeat(turnover.officer_leaves_every_months, self.officer_leaves)
        self._repeat(turnover.head_leaves_every_months, self.head_leaves)
        months = turnover.contact_leaves_after_months
        while months and add_months(self.first, months) <= self.last:
            self._on(add_months(self.first, months), self.contact_leaves)
            months += SECOND_VACANCY

    def _repeat(self, months: int, callback: Callable[[], None]) -> None:
        day = add_months(self.first, months) if months else self.last
        while day < self.last:
            self._on(day, callback)
            day = add_months(day, months)

    def _on(self, day: date, callback: Callable[[], None]) -> None:
        self.people.plan(self.people.at(day, LEAVES_AT), callback)

    def officer_leaves(self) -> None:
        """Replace the longest-serving officer of a random department by somebody new, who takes over the cases."""
        town = self.people.town
        unit = self.people.chance.choice([department.slug for department in town.scenario.departments])
        leaver, newcomer = town.officers[unit][0], town.add_newcomer("officer", unit)
        self._replace(leaver, newcomer, Role.OFFICER, unit)
        town.officers[unit].append(newcomer)

    def head_leaves(self) -> None:
        """Replace the head of a random department by somebody new."""
        town = self.people.town
        unit = self.people.chance.choice([department.slug for department in town.scenario.departments])
        leaver, newcomer = town.heads[unit], town.add_newcomer("head", unit)
        self._replace(leaver, newcomer, Role.HEAD, unit)
        town.heads[unit] = newcomer

    def contact_leaves(self) -> None:
        """Relieve all contact persons, so that the desk is vacant; successors come after `vacant_days`."""
        people, at = self.people, self.people.clock.now
        leavers = list(people.town.contacts)
        with people.database.transaction() as session:
            post = Post(Role.CONTACT, unit_named(session, DESK))
            for email in leavers:
                relieve(session, person_by_email(session, email), post, by=A_COMMAND, at=at)
        for email in leavers:
            self._record_leaving(email)
        comes = at + timedelta(days=people.town.scenario.staffing.vacant_days)
        for _ in leavers:
            people.plan(comes, self.contact_comes)

    def contact_comes(self) -> None:
        """Appoint somebody new as contact person."""
        people = self.people
        email = people.town.add_newcomer("officer", DESK)
        with people.database.transaction() as session:
            self._add_and_appoint(session, email, Post(Role.CONTACT, unit_named(session, DESK)))
        people.town.contacts.append(email)
        people.clear_actors()

    def _replace(self, leaver: str, newcomer: str, role: Role, unit: str) -> None:
        with self.people.database.transaction() as session:
            post = Post(role, unit_named(session, unit))
            self._add_and_appoint(session, newcomer, post)
            successor, person = person_by_email(session, newcomer), person_by_email(session, leaver)
            switch_off_person(session, person, successor, by=A_COMMAND, at=self.people.clock.now)
        self._record_leaving(leaver)

    def _add_and_appoint(self, session: Session, email: str, post: Post) -> None:
        at = self.people.clock.now
        person = add_person(session, email, PersonDetails("Den nya"), by=A_COMMAND, at=at)
        appoint(session, person, post, by=A_COMMAND, at=at)

    def _record_leaving(self, email: str) -> None:
        self.people.town.remove(email, self.people.clock.now)
        self.people.counts.left += 1
        self.people.clear_actors()
