"""The audience context: what is needed to find the recipients of one event (its case, followers, units and people)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cases.access.actors import ActorKind
from cases.mail_addresses import normalised
from cases.states import Kind
from notifications.addresses import is_address
from notifications.audiences.directory import Directory, DirectoryPerson, DirectoryUnit
from notifications.who_is_told import EventInContext


class Outsider(NamedTuple):
    """A party: somebody outside the municipality, who gets letters at `email` or is rung at `phone`."""

    id: int
    email: str | None
    phone: str | None
    locale: str


class AudienceCase(NamedTuple):
    """The columns of a case that are needed to plan its letters.

    `responsible`, `group` and `waiting_unit` are slugs of units, the keys of `Directory.units`. `waiting_for` is
    "reporter", "unit" (the waiting unit), "other" (named in `waiting_name`), or None when the case is not waiting.
    `due_at` is when the case's clock runs out, `last_act_at` when somebody at the municipality last acted on it (UTC).
    """

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
    """A follower of a case. `own_case`: the id of their own case that was merged into this one, else None."""

    follower_id: int
    case_id: int
    party: Outsider
    own_case: int | None = None


@dataclass
class AudienceContext:
    """What is needed to find the recipients of one event: its case, the people and units, and who follows the case.

    `invited` are those who are invited to the meeting that the event names, and `groups` the active groups, each only
    when a rule tells them.

    `case` is None when the event is about no case but, for example, about a person or a unit.
    """

    event: EventInContext
    case: AudienceCase | None
    directory: Directory
    following: list[Following] = field(default_factory=list)
    invited: list[DirectoryPerson | Outsider] = field(default_factory=list)
    groups: list[DirectoryUnit] = field(default_factory=list)

    @property
    def responsible(self) -> DirectoryUnit:
        """The unit that the event names as responsible, else the case's responsible unit."""
        return self.unit(self.event.facts.get("responsible") or self.required_case.responsible)

    @property
    def required_case(self) -> AudienceCase:
        """The event's case, never None. `ValueError` when the event is about no case."""
        if self.case is None:
            raise ValueError(f"{self.event.row.type} has no case")
        return self.case

    def unit(self, slug: str) -> DirectoryUnit:
        """Return the unit with this slug.

        `KeyError` unless it is the desk, or a unit that the event or its case names.
        """
        return self.directory.units[slug]

    def officer_id(self) -> int | None:
        """Return the person id of the officer whom the event names, else of the case's; None if there is neither.

        When the event names a responsible unit other than the case's, the case's officer is passed over.
        """
        same_unit = self.case and self.case.responsible_id == self.responsible.id
        return self.event.facts.get("officer") or (self.required_case.officer_id if same_unit else None)

    def is_by(self, unit: DirectoryUnit) -> bool:
        """Return whether the unit caused the event: somebody who holds a role in it, or its shared mailbox."""
        event = self.event.row
        return event.unit_id == unit.id or self.directory.belongs(event.person_id, unit)

    def author(self) -> str | None:
        """Return the normalised address of whoever caused the event, who gets no letter about it; None if unknown.

        Of what was done by a letter to a unit's shared mailbox, that is the mailbox.
        """
        event, reporter = self.event.row, self.case.reporter if self.case else None
        email = reporter.email if reporter and event.actor is ActorKind.REPORTER else None
        if event.person_id is not None and (holder := self.directory.people.get(event.person_id)):
            email = holder.person.email
        if event.unit_id is not None:
            email = next((unit.email for unit in self.directory.units.values() if unit.id == event.unit_id), None)
        return normalised(email) if email and is_address(email) else None
