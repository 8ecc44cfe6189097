"""A circle: one event, its case, and the people around it, as they were read."""

from dataclasses import dataclass, field

from cases.case import Case, Party
from cases.town.people import ActorKind
from cases.town.units import Unit
from notifications.addresses import is_address, normalised
from notifications.directory import Directory
from notifications.who_is_told import Act


@dataclass(frozen=True)
class Following:
    """A confirmed follower, and the case of their own that was merged, if that is why they follow."""

    follower_id: int
    case_id: int
    party: Party
    own_case: str | None = None


@dataclass
class Circle:
    """All that was read about one event: the case and the people around it."""

    act: Act
    case: Case | None
    directory: Directory
    following: list[Following] = field(default_factory=list)

    @property
    def responsible(self) -> Unit:
        """The unit that the event speaks of, or that has the case."""
        slug = self.act.facts.get("responsible")
        return self.unit(slug) if slug else self.the_case.responsible

    @property
    def the_case(self) -> Case:
        """The case; only events of a case have audiences that ask for it."""
        if self.case is None:
            raise ValueError(f"{self.act.event.type} has no case")
        return self.case

    def unit(self, slug: str) -> Unit:
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
