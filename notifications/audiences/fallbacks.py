"""Chains: one recipient after the other is tried until somebody is there; at the end a role waits for somebody."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cases.mail_addresses import normalised
from cases.organisation.people import Role
from notifications.addresses import is_address
from notifications.audiences.context import AudienceContext, Outsider
from notifications.audiences.directory import Directory, PersonTold, UnitTold
from notifications.deliveries import Channel

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


UNFILLED_ROLE = Recipient(Channel.ROLE, DESK_HEAD)


# --- one recipient ---------------------------------------------------------------------


def people_of(directory: Directory, people: list[PersonTold], unit: UnitTold | None = None) -> list[Recipient]:
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


def mailbox_of(directory: Directory, unit: UnitTold) -> list[Recipient]:
    email = directory.mailbox(unit)
    if email is None or not directory.reaches(email):
        return []
    key = normalised(email)
    return [Recipient(Channel.MAIL, key, email=email, name=unit.name, unit_id=unit.id)]


def staff_of(directory: Directory, unit: UnitTold, *roles: Role) -> list[Recipient]:
    return people_of(directory, directory.present(unit, *roles), unit)


def outside(party: Outsider, *, follower: int | None = None, own_case: str | None = None) -> list[Recipient]:
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


def first_of(links: Iterator[list[Recipient]]) -> list[Recipient]:
    return next((link for link in links if link), [UNFILLED_ROLE])


def contact_links(directory: Directory) -> Iterator[list[Recipient]]:
    yield staff_of(directory, directory.desk, Role.CONTACT)
    yield mailbox_of(directory, directory.desk)
    yield staff_of(directory, directory.desk, Role.HEAD)


def _officer(circle: AudienceContext) -> PersonTold | None:
    """Give the officer, or the deputy of one who is switched off; one who has left the unit is no longer it."""
    holder = circle.directory.people.get(circle.officer_id() or 0)
    if holder is None:
        return None
    has_left = holder.person.active and not circle.directory.belongs(holder.person.id, circle.responsible)
    return None if has_left else holder.present()


def officer_fallbacks(circle: AudienceContext) -> Iterator[list[Recipient]]:
    directory, unit = circle.directory, circle.responsible
    officer = _officer(circle)
    yield people_of(directory, [officer] if officer else [])
    yield mailbox_of(directory, unit)
    if unit.id != directory.desk.id:
        yield staff_of(directory, unit, Role.HEAD)
        yield staff_of(directory, unit, Role.OFFICER, Role.MEMBER)
    yield from contact_links(directory)


def unit_links(directory: Directory, unit: UnitTold) -> Iterator[list[Recipient]]:
    yield mailbox_of(directory, unit)
    if unit.id != directory.desk.id:
        yield staff_of(directory, unit, Role.OFFICER, Role.MEMBER)
        yield staff_of(directory, unit, Role.HEAD)
    yield from contact_links(directory)


def head_links(directory: Directory, unit: UnitTold) -> Iterator[list[Recipient]]:
    yield staff_of(directory, unit, Role.HEAD)
    if unit.id == directory.desk.id:
        yield people_of(directory, directory.deputies(unit, Role.CONTACT), unit)
        yield mailbox_of(directory, unit)
    yield from contact_links(directory)


def of_the_desk(directory: Directory) -> list[Recipient]:
    """Give whom the desk's letters reach: contact persons, its mailbox, its head, or the role that waits."""
    return first_of(contact_links(directory))
