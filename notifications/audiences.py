"""Audiences: a case and what happened in, recipients out. A chain ends in a person, or waits for a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from cases.case import Case, Follower, Party
from cases.people import ActorKind, Person, Role
from cases.units import Unit
from notifications.addresses import is_address, normalised
from notifications.deliveries import Channel
from notifications.directory import Directory
from notifications.who_is_told import Act, Rule

DESK_HEAD = "role:desk.head"


@dataclass(frozen=True)
class Recipient:
    """Who gets one letter: an address, somebody to ring, or a role that nobody has yet."""

    channel: Channel
    key: str  # the normalised address, "party:N" or "role:desk.head"
    locale: str = "sv"
    email: str | None = None
    name: str | None = None
    party_id: int | None = None
    person_id: int | None = None
    unit_id: int | None = None
    follower_id: int | None = None
    own_case: str | None = None  # a merged one's public id: the page that its reporter knows


WHOEVER_TAKES_THE_ROLE = Recipient(Channel.ROLE, DESK_HEAD)


@dataclass(frozen=True)
class Following:
    """A confirmed follower, and the case of their own that was merged, if that is why they follow."""

    follower: Follower
    party: Party
    own_case: str | None = None


@dataclass
class Circle:
    """All that was read about one event: the case and the people around it."""

    act: Act
    case: Case | None
    directory: Directory
    following: list[Following] = field(default_factory=list)
    admins: list[Person] = field(default_factory=list)

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


Audience = Callable[[Circle], list[Recipient]]


def recipients(circle: Circle, rules: list[Rule]) -> dict[str, tuple[Rule, Recipient]]:
    """Give each address with the rule that words its letter: the first one wins, and the author is left out."""
    chosen: dict[str, tuple[Rule, Recipient]] = {}
    for rule in rules:
        for recipient in AUDIENCES[rule.audience](circle):
            chosen.setdefault(recipient.key, (rule, recipient))
    chosen.pop(circle.author() or "", None)
    return chosen


# --- one recipient ---------------------------------------------------------------------


def _people(directory: Directory, people: list[Person], unit: Unit | None = None) -> list[Recipient]:
    return [
        Recipient(
            Channel.MAIL,
            normalised(person.email),
            person.locale,
            person.email,
            person.name,
            person_id=person.id,
            unit_id=unit.id if unit else None,
        )
        for person in people
        if directory.reaches(person.email)
    ]


def _mailbox(directory: Directory, unit: Unit) -> list[Recipient]:
    email = directory.mailbox(unit)
    if email is None or not directory.reaches(email):
        return []
    key = normalised(email)
    return [Recipient(Channel.MAIL, key, email=email, name=unit.name, unit_id=unit.id)]


def _staff(directory: Directory, unit: Unit, *roles: Role) -> list[Recipient]:
    return _people(directory, directory.present(unit, *roles), unit)


def _outside(party: Party, *, follower: int | None = None, own_case: str | None = None) -> list[Recipient]:
    """Give how somebody outside is reached: by mail, else by telephone if they have one and ask."""
    if is_address(party.email):
        key = normalised(party.email or "")
        to = Recipient(Channel.MAIL, key, party.locale, party.email, party_id=party.id)
    elif party.phone:
        to = Recipient(Channel.CALL, f"party:{party.id}", party.locale, party_id=party.id)
    else:
        return []
    return [replace(to, follower_id=follower, own_case=own_case)]


# --- the chains: each ends in a person, or in the role that the desk must fill --------------


def _first_of(links: Iterator[list[Recipient]]) -> list[Recipient]:
    return next((link for link in links if link), [WHOEVER_TAKES_THE_ROLE])


def _contact_links(directory: Directory) -> Iterator[list[Recipient]]:
    yield _staff(directory, directory.desk, Role.CONTACT)
    yield _mailbox(directory, directory.desk)
    yield _staff(directory, directory.desk, Role.HEAD)


def _officer_links(circle: Circle) -> Iterator[list[Recipient]]:
    directory, unit = circle.directory, circle.responsible
    holder = directory.people.get(circle.officer_id() or 0)
    officer = holder.present() if holder else None
    yield _people(directory, [officer] if officer else [])
    yield _mailbox(directory, unit)
    if unit.id != directory.desk.id:
        yield _staff(directory, unit, Role.HEAD)
        yield _staff(directory, unit, Role.OFFICER, Role.MEMBER)
    yield from _contact_links(directory)


def _unit_links(directory: Directory, unit: Unit) -> Iterator[list[Recipient]]:
    yield _mailbox(directory, unit)
    if unit.id != directory.desk.id:
        yield _staff(directory, unit, Role.OFFICER, Role.MEMBER)
        yield _staff(directory, unit, Role.HEAD)
    yield from _contact_links(directory)


def _head_links(directory: Directory, unit: Unit) -> Iterator[list[Recipient]]:
    yield _staff(directory, unit, Role.HEAD)
    if unit.id == directory.desk.id:
        yield _people(directory, directory.deputies(unit, Role.CONTACT), unit)
        yield _mailbox(directory, unit)
    yield from _contact_links(directory)


def of_the_desk(directory: Directory) -> list[Recipient]:
    """Give whom the desk's letters reach: contact persons, its mailbox, its head, or the role that waits."""
    return _first_of(_contact_links(directory))


# --- the audiences ---------------------------------------------------------------------


def _reporter(circle: Circle) -> list[Recipient]:
    party = circle.the_case.reporter
    is_author = circle.act.event.actor is ActorKind.REPORTER
    return _outside(party) if party and not is_author else []


def _group(circle: Circle) -> list[Recipient]:
    group, directory = circle.the_case.group, circle.directory
    if group is None:
        return []
    return _mailbox(directory, group) + _staff(directory, group, Role.MEMBER, Role.HEAD)


def _followers(circle: Circle) -> list[Recipient]:
    """Those who came by a merged case are told even while this one is not published."""
    published = circle.the_case.published_at is not None
    return [
        recipient
        for one in circle.following
        if published or one.own_case
        for recipient in _outside(one.party, follower=one.follower.id, own_case=one.own_case)
    ]


def _handler(circle: Circle) -> list[Recipient]:
    """The officer, or else the unit, unless it is the unit's own people who acted."""
    own = circle.directory.belongs(circle.act.event.person_id, circle.responsible)
    return [] if own and circle.officer_id() is None else _first_of(_officer_links(circle))


def _head(circle: Circle) -> list[Recipient]:
    return _first_of(_head_links(circle.directory, circle.responsible))


def _unit(circle: Circle) -> list[Recipient]:
    return _first_of(_unit_links(circle.directory, circle.responsible))


def _asked(circle: Circle) -> list[Recipient]:
    asked = circle.unit(circle.act.facts["unit"])
    return _first_of(_unit_links(circle.directory, asked))


def _person(circle: Circle) -> list[Recipient]:
    holder = circle.directory.people.get(circle.act.facts["person"])
    return _people(circle.directory, [holder.person] if holder and holder.person.active else [])


def _new_follower(circle: Circle) -> list[Recipient]:
    found = (_outside(one.party, follower=one.follower.id) for one in circle.following)
    return [recipient for each in found for recipient in each if recipient.email]


def _morning(circle: Circle) -> list[Recipient]:
    directory = circle.directory
    return _staff(directory, directory.desk, Role.CONTACT) + _mailbox(directory, directory.desk)


AUDIENCES: dict[str, Audience] = {
    "reporter": _reporter,
    "group": _group,
    "followers": _followers,
    "officer": lambda circle: _first_of(_officer_links(circle)),
    "handler": _handler,
    "unit": _unit,
    "head": _head,
    "contact": lambda circle: of_the_desk(circle.directory),
    "asked": _asked,
    "person": _person,
    "new_follower": _new_follower,
    "morning": _morning,
    "admins": lambda circle: _people(circle.directory, circle.admins),
}
