"""Coming and leaving: officers, heads and the contact person, each as the house lets it happen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from cases.access.actors import A_COMMAND
from cases.administration.staffing import PersonCard, Post, add_person, appoint, person_with, relieve, switch_off_person
from cases.calendar import add_months
from cases.organisation.people import Role
from cases.organisation.units import unit_named
from proof.simulation.people.people import People
from proof.simulation.people.town import DESK

LEAVES_AT = time(15, 30)
SECOND_VACANCY = 24  # months later


@dataclass(frozen=True)
class Coming:
    """Plans who comes and leaves between two local days."""

    people: People
    first: date
    last: date

    def plan(self) -> None:
        """Put everything on the agenda."""
        every = self.people.town.scenario.staffing
        self._every(every.officer_leaves_every_months, self.officer_leaves)
        self._every(every.head_leaves_every_months, self.head_leaves)
        months = every.contact_leaves_after_months
        while months and add_months(self.first, months) <= self.last:
            self._on(add_months(self.first, months), self.contact_leaves)
            months += SECOND_VACANCY

    def _every(self, months: int, happening: Callable[[], None]) -> None:
        day = add_months(self.first, months) if months else self.last
        while day < self.last:
            self._on(day, happening)
            day = add_months(day, months)

    def _on(self, day: date, happening: Callable[[], None]) -> None:
        self.people.plan(self.people.at(day, LEAVES_AT), happening)

    def officer_leaves(self) -> None:
        """Let an officer leave; somebody new comes, and takes over."""
        town = self.people.town
        unit = self.people.chance.choice([one.slug for one in town.scenario.departments])
        leaver, newcomer = town.officers[unit][0], town.newcomer("officer", unit)
        self._replace(leaver, newcomer, Role.OFFICER, unit)
        town.officers[unit].append(newcomer)

    def head_leaves(self) -> None:
        """Let a head leave; somebody new comes, and is head."""
        town = self.people.town
        unit = self.people.chance.choice([one.slug for one in town.scenario.departments])
        leaver, newcomer = town.heads[unit], town.newcomer("head", unit)
        self._replace(leaver, newcomer, Role.HEAD, unit)
        town.heads[unit] = newcomer

    def contact_leaves(self) -> None:
        """Let the desk stand empty: one contact person leaves their post, the other is away; then somebody comes."""
        people, at = self.people, self.people.clock.now
        leavers = list(people.town.contacts)
        with people.database.transaction() as session:
            post = Post(Role.CONTACT, unit_named(session, DESK))
            for email in leavers:
                relieve(session, person_with(session, email), post, by=A_COMMAND, at=at)
        for email in leavers:
            self._is_gone(email)
        comes = at + timedelta(days=people.town.scenario.staffing.vacant_days)
        for _ in leavers:
            people.plan(comes, self.contact_comes)

    def contact_comes(self) -> None:
        """Let somebody new be contact person."""
        people = self.people
        email = people.town.newcomer("officer", DESK)
        with people.database.transaction() as session:
            self._put(session, email, Post(Role.CONTACT, unit_named(session, DESK)))
        people.town.contacts.append(email)
        people.forget_roles()

    def _replace(self, leaver: str, newcomer: str, role: Role, unit: str) -> None:
        with self.people.database.transaction() as session:
            post = Post(role, unit_named(session, unit))
            self._put(session, newcomer, post)
            taker, person = person_with(session, newcomer), person_with(session, leaver)
            switch_off_person(session, person, taker, by=A_COMMAND, at=self.people.clock.now)
        self._is_gone(leaver)

    def _put(self, session: Session, email: str, post: Post) -> None:
        at = self.people.clock.now
        person = add_person(session, email, PersonCard("Den nya"), by=A_COMMAND, at=at)
        appoint(session, person, post, by=A_COMMAND, at=at)

    def _is_gone(self, email: str) -> None:
        self.people.town.leaves(email, self.people.clock.now)
        self.people.counts.left += 1
        self.people.forget_roles()
