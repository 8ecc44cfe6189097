"""A circle: one event, its case, and the people around it, as they were read."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cases.access.actors import ActorKind
from cases.mail_addresses import normalised
from cases.states import Kind
from notifications.addresses import is_address
from notifications.audiences.directory import Directory, UnitTold
from notifications.who_is_told import EventInContext


class Outsider(NamedTuple):
    """Somebody outside the house who is told."""

    id: int
    email: str | None
    phone: str | None
    locale: str


class CaseTold(NamedTuple):
    """A case, as far as it is told. Units are named by their slugs, to be found in the directory."""

    id: int
    ref: str
    kind: Kind
    responsible_id: int
    officer_id: int | None
    due_at: datetime | None
    waiting_for: str | None
    waiting_name: str | None
    published_at: datetime | None
    last_act_at: datetime | None
    responsible: str
    group: str | None
    waiting_unit: str | None
    category: str | None
    category_en: str | None
    place: str | None
    reporter: Outsider | None


@dataclass(frozen=True)
class Following:
    """A confirmed follower, and the case of their own that was merged, if that is why they follow."""

    follower_id: int
    case_id: int
    party: Outsider
    own_case: str | None = None


@dataclass
class AudienceContext:
    """All that was read about one event: the case and the people around it."""

    act: EventInContext
    case: CaseTold | None
    directory: Directory
    following: list[Following] = field(default_factory=list)

    @property
    def responsible(self) -> UnitTold:
        """The unit that the event speaks of, or that has the case."""
        return self.unit(self.act.facts.get("responsible") or self.the_case.responsible)

    @property
    def the_case(self) -> CaseTold:
        """The case; only events of a case have audiences that ask for it."""
        if self.case is None:
            raise ValueError(f"{self.act.event.type} has no case")
        return self.case

    def unit(self, slug: str) -> UnitTold:
        """Give the unit of this slug."""
        return self.directory.units[slug]

    def officer_id(self) -> int | None:
        """Give the officer whom the event names, else the case's own while the unit is the same."""
        own = self.case and self.case.responsible_id == self.responsible.id
        return self.act.facts.get("officer") or (self.the_case.officer_id if own else None)

    def author(self) -> str | None:
        """Give the normalised address of whoever did it, who is never told of it."""
        event, party = self.act.event, self.case.reporter if self.case else None
        email = party.email if party and event.actor is ActorKind.REPORTER else None
        if event.person_id is not None and (holder := self.directory.people.get(event.person_id)):
            email = holder.person.email
        return normalised(email) if email and is_address(email) else None
