"""What changes in the groups: a representative gives way to another one in spring, and a group is dissolved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from functools import partial

from sqlalchemy import text
from sqlalchemy.orm import Session

from cases.access.actors import A_COMMAND
from cases.administration.reorganising import dissolve_unit
from cases.administration.staffing import PersonDetails, Post, add_person, appoint, person_by_email, switch_off_person
from cases.calendar import add_months
from cases.organisation.people import Role
from cases.organisation.units import unit_named
from cases.states import State
from cases.village.seats.giving import SeatGiven, give_seat
from proof.simulation.environment.outages import each_year
from proof.simulation.people.people import People
from proof.simulation.people.town import ADMIN, DESK, FORUM, GROUP

AT = time(15, 40)
IS_MOVED = ("assigned", "planned", "in_progress", "waiting")
OWED = text("""
    SELECT count(*) FROM "case"
    WHERE subject = :slug AND obligation IS NOT NULL AND due_at IS NOT NULL AND state <> 'done'""")
HELD = text("""
    SELECT c.ref, c.state FROM "case" c JOIN unit u ON u.id = c.responsible_id
    WHERE u.slug = :slug AND c.due_at IS NOT NULL AND (c.obligation IS NULL OR c.state = 'done') ORDER BY c.id""")


@dataclass(frozen=True)
class GroupChanges:
    """Plans all changes in the groups between two local days."""

    people: People
    first: date
    last: date

    def plan(self) -> None:
        """Plan every change that the scenario asks for."""
        scenario = self.people.town.scenario
        if scenario.staffing.representative_leaves_on:
            for day, _ in each_year(scenario.staffing.representative_leaves_on, 0, self._years()):
                self._on(day, self.representative_leaves)
        for group in scenario.groups:
            if group.dissolved_after_months:
                day = add_months(self.first, group.dissolved_after_months)
                self._on(day, partial(self.group_is_dissolved, GROUP + group.slug))

    def representative_leaves(self) -> None:
        """Let somebody new represent one group in the forum, in place of whoever did."""
        people = self.people
        slug = people.chance.choice(people.town.groups)
        leaver, newcomer = people.town.officers[slug][0], people.town.add_newcomer("officer", slug)
        with people.database.transaction() as session:
            self._take_over(session, slug, leaver, newcomer)
        people.town.officers[slug].append(newcomer)
        self._record_leaving(leaver)
        for known in people.known_cases.values():
            known.chair = newcomer if known.chair == leaver else known.chair

    def group_is_dissolved(self, slug: str) -> None:
        """Dissolve the group while it owes a plan and is owed a contact; the desk gets its other cases."""
        people, at = self.people, self.people.clock.now
        leavers = list(people.town.officers[slug])
        with people.database.transaction() as session:
            owed: int = session.execute(OWED, {"slug": slug}).scalar_one()
            held = [(row.ref, row.state) for row in session.execute(HELD, {"slug": slug})]
            dissolve_unit(session, unit_named(session, slug), DESK, by=A_COMMAND, at=at)
            for email in leavers:
                switch_off_person(session, person_by_email(session, email), None, by=A_COMMAND, at=at)
        people.town.dissolved.add(slug)
        people.town.left_at[f"{slug.removeprefix(GROUP)}@grupper.example"] = at
        for email in leavers:
            self._record_leaving(email)
        people.counts.dissolved += 1
        people.counts.acts["case.declined"] += owed
        self._hand_over(slug, held)

    def _hand_over(self, slug: str, held: list[tuple[str, str]]) -> None:
        people = self.people
        departments = people.town.scenario.departments
        for ref, state in held:
            people.counts.acts["case.assigned"] += state in IS_MOVED
            after = State.ASSIGNED if state in IS_MOVED else State(state)
            people.hand_over(people.known_case(ref, slug), after)
        for known in people.known_cases.values():
            if known.tale.unit == slug:
                known.tale.unit = people.chance.choice(departments).slug

    def _take_over(self, session: Session, slug: str, leaver: str, newcomer: str) -> None:
        at = self.people.clock.now
        person = add_person(session, newcomer, PersonDetails("Den nya ordföranden"), by=A_COMMAND, at=at)
        group = unit_named(session, slug)
        appoint(session, person, Post(Role.MEMBER, group), by=A_COMMAND, at=at)
        seat = SeatGiven(unit_named(session, FORUM), group)
        give_seat(session, person, seat, by=self.people.actor(session, ADMIN), at=at)
        switch_off_person(session, person_by_email(session, leaver), person, by=A_COMMAND, at=at)

    def _record_leaving(self, email: str) -> None:
        self.people.town.remove(email, self.people.clock.now)
        self.people.counts.left += 1
        self.people.clear_actors()

    def _years(self) -> range:
        return range(self.first.year, self.last.year + 1)

    def _on(self, day: date, callback: Callable[[], None]) -> None:
        if self.first <= day < self.last:
            self.people.plan(self.people.at(day, AT), callback)
