"""The context of an audience: one event with its case, its followers and the directory of units and people."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cases.access.actors import ActorKind
from cases.mail_addresses import normalised
from cases.states import Kind
from notifications.addresses import is_address
from notifications.audiences.directory import Directory, DirectoryUnit
from notifications.who_is_told import EventInContext


class Outsider(NamedTuple):
    """Somebody outside the municipality whom letters or calls may reach."""

    id: int
    email: str | None
    phone: str | None
    locale: str


class AudienceCase(NamedTuple):
    """A case, as far as its audiences and letters need it. Its units are slugs, to be looked up in the directory."""

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
    """A follower. `own_case`: the public id of their own case, when they follow because it was merged into this one."""

    follower_id: int
    case_id: int
    party: Outsider
    own_case: str | None = None


@dataclass
class AudienceContext:
    """All that is needed to say who is told of one event: the event, its case, the people and the followers."""

    event: EventInContext
    case: AudienceCase | None
    directory: Directory
    following: list[Following] = field(default_factory=list)

    @property
    def responsible(self) -> DirectoryUnit:
        """The unit that the event names as responsible, else the one that has the case."""
        return self.unit(self.event.facts.get("responsible") or self.required_case.responsible)

    @property
    def required_case(self) -> AudienceCase:
        """The case. `ValueError` for an event that is about none, since none of its audiences asks for one."""
        if self.case is None:
            raise ValueError(f"{self.event.row.type} has no case")
        return self.case

    def unit(self, slug: str) -> DirectoryUnit:
        """Return the unit with this slug; `KeyError` when neither event nor case names it."""
        return self.directory.units[slug]

    def officer_id(self) -> int | None:
        """Return the id of the officer whom the event names, else of the case's while the unit is the same."""
        same_unit = self.case and self.case.responsible_id == self.responsible.id
        return self.event.facts.get("officer") or (self.required_case.officer_id if same_unit else None)

    def author(self) -> str | None:
        """Return the normalised address of whoever caused the event, and is not told of it; None if there is none."""
        event, reporter = self.event.row, self.case.reporter if self.case else None
        email = reporter.email if reporter and event.actor is ActorKind.REPORTER else None
        if event.person_id is not None and (holder := self.directory.people.get(event.person_id)):
            email = holder.person.email
        return normalised(email) if email and is_address(email) else None
