"""Fallbacks: who gets a letter instead when the officer, unit or head cannot be reached; last comes the desk.

When nobody at the desk can be reached either, the letter waits until somebody there can be reached.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cases.mail_addresses import normalised
from cases.organisation.people import Role
from notifications.addresses import is_address
from notifications.audiences.context import AudienceContext, Outsider
from notifications.audiences.directory import Directory, DirectoryPerson, DirectoryUnit
from notifications.deliveries import Channel

DESK_HEAD = "role:desk.head"


@dataclass(frozen=True)
class Recipient:
    """One recipient of a letter: a mail address, an outsider to ring, or a role when nobody can be reached.

    `key` tells recipients apart: the normalised address, "party:N" for an outsider to ring, or "role:desk.head", the
    only role; a letter to it waits until somebody at the desk can be reached. `unit_id` is the unit as whose mailbox or
    staff they get the letter. `own_case` is the id of a follower's own case that was merged into this one. Who is
    `away` is told when they are back: somebody else is told in their place.
    """

    channel: Channel
    key: str  # the normalised address, "party:N" or "role:desk.head"
    locale: str = "sv"
    email: str | None = None
    name: str | None = None
    party_id: int | None = None
    person_id: int | None = None
    unit_id: int | None = None
    follower_id: int | None = None
    own_case: int | None = None  # the reporter's own, merged case, whose page they know
    away: bool = False


UNFILLED_ROLE = Recipient(Channel.ROLE, DESK_HEAD)


# --- one recipient ---------------------------------------------------------------------


def person_recipients(
    directory: Directory, people: list[DirectoryPerson], unit: DirectoryUnit | None = None
) -> list[Recipient]:
    """Return a recipient for each of these people whose mail address can be reached.

    With `unit`, the letter is suppressed if the person no longer holds a role in that unit when it is sent.
    """
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
        if directory.can_reach(person.email)
    ]


def mailbox_recipients(directory: Directory, unit: DirectoryUnit) -> list[Recipient]:
    """Return the unit's mailbox as the only recipient; an empty list when it has none that can be reached."""
    email = directory.mailbox(unit)
    if email is None or not directory.can_reach(email):
        return []
    key = normalised(email)
    return [Recipient(Channel.MAIL, key, email=email, name=unit.name, unit_id=unit.id)]


def staff_recipients(directory: Directory, unit: DirectoryUnit, *roles: Role) -> list[Recipient]:
    """Return as recipients the holders of these roles in the unit, or their deputies; only people whom mail reaches.

    Those who are away follow their deputies, as ones who are told when they are back.
    """
    acting = person_recipients(directory, directory.acting(unit, *roles), unit)
    away = person_recipients(directory, directory.away(unit, *roles), unit)
    return acting + [replace(recipient, away=True) for recipient in away] if acting else []


def outside_recipients(
    party: Outsider, *, dead: frozenset[str] = frozenset(), follower: int | None = None, own_case: int | None = None
) -> list[Recipient]:
    """Return the party as the only recipient: by mail, else by telephone; an empty list when neither reaches them.

    `dead` are the normalised addresses that no letter reaches. For a follower, `follower` is their follower id, and
    `own_case` the id of their own merged case, if any.
    """
    key = normalised(party.email or "") if is_address(party.email) else ""
    if key and key not in dead:
        to = Recipient(Channel.MAIL, key, party.locale, party.email, party_id=party.id)
    elif party.phone:
        to = Recipient(Channel.CALL, f"party:{party.id}", party.locale, party_id=party.id)
    else:
        return []
    return [replace(to, follower_id=follower, own_case=own_case)]


# --- the fallbacks: each ends in a person, or in the role that the desk must fill --------------


def first_reachable(fallbacks: Iterator[list[Recipient]]) -> list[Recipient]:
    """Return the first of these lists that is not empty; `fallbacks` yields them in the order to try.

    If all are empty, return a list of one recipient, the constant `UNFILLED_ROLE` of this module, with the key
    "role:desk.head": a letter to it waits until somebody at the desk can be reached.
    """
    return next((recipients for recipients in fallbacks if recipients), [UNFILLED_ROLE])


def contact_fallbacks(directory: Directory) -> Iterator[list[Recipient]]:
    """Yield the recipients of a letter to the desk: lists that are tried in turn until one is not empty.

    They are the desk's contact persons, its mailbox and its heads.
    """
    yield staff_recipients(directory, directory.desk, Role.CONTACT)
    yield mailbox_recipients(directory, directory.desk)
    yield staff_recipients(directory, directory.desk, Role.HEAD)


def _officer(context: AudienceContext) -> list[Recipient]:
    """Return the officer, or the deputy of one who is switched off or away; nobody when the officer has left the unit.

    An officer who is away follows the deputy, as one who is told when they are back.
    """
    directory, holder = context.directory, context.directory.people.get(context.officer_id() or 0)
    acting = holder.acting() if holder else None
    if holder is None or acting is None:
        return []
    if holder.person.active and not directory.belongs(holder.person.id, context.responsible):
        return []
    found = person_recipients(directory, [acting])
    away = person_recipients(directory, [holder.person] if holder.is_stood_in_for() else [])
    return found + [replace(recipient, away=True) for recipient in away] if found else []


def officer_fallbacks(context: AudienceContext) -> Iterator[list[Recipient]]:
    """Yield the recipients of a letter to the officer: lists that are tried in turn until one is not empty.

    They are the officer, the responsible unit's mailbox, that unit's heads, that unit's other staff, and at last the
    lists of `contact_fallbacks` for the desk.
    """
    directory, unit = context.directory, context.responsible
    yield _officer(context)
    yield mailbox_recipients(directory, unit)
    if unit.id != directory.desk.id:
        yield staff_recipients(directory, unit, Role.HEAD)
        yield staff_recipients(directory, unit, Role.OFFICER, Role.MEMBER)
    yield from contact_fallbacks(directory)


def unit_fallbacks(directory: Directory, unit: DirectoryUnit) -> Iterator[list[Recipient]]:
    """Yield the recipients of a letter to the unit: lists that are tried in turn until one is not empty.

    They are the unit's mailbox, its staff, its heads, and at last the lists of `contact_fallbacks` for the desk.
    """
    yield mailbox_recipients(directory, unit)
    if unit.id != directory.desk.id:
        yield staff_recipients(directory, unit, Role.OFFICER, Role.MEMBER)
        yield staff_recipients(directory, unit, Role.HEAD)
    yield from contact_fallbacks(directory)


def head_fallbacks(directory: Directory, unit: DirectoryUnit) -> Iterator[list[Recipient]]:
    """Yield the recipients of a letter to the unit's head: lists that are tried in turn until one is not empty.

    They are the unit's heads and at last the lists of `contact_fallbacks` for the desk. If the unit is the desk, the
    deputies of its contact persons and then its mailbox are tried right after its heads.
    """
    yield staff_recipients(directory, unit, Role.HEAD)
    if unit.id == directory.desk.id:
        yield person_recipients(directory, directory.deputies(unit, Role.CONTACT), unit)
        yield mailbox_recipients(directory, unit)
    yield from contact_fallbacks(directory)


def desk_recipients(directory: Directory) -> list[Recipient]:
    """Return who gets the desk's letters: its contact persons, else its mailbox, else its heads.

    If none of them can be reached, the list has one recipient, the constant `UNFILLED_ROLE` of this module: letters to
    it wait until one of them can be reached.
    """
    return first_reachable(contact_fallbacks(directory))
