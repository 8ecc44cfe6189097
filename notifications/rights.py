"""The right to a letter, checked once more when it is sent. It can only be lost: then the letter is suppressed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cases.case import Case, Follower, Party
from cases.database import calendar_of, now
from cases.history import Event
from cases.keys import Link
from cases.people import Membership, Person
from cases.units import Unit
from notifications.addresses import is_address, normalised
from notifications.deliveries import Address, Delivery

NO_LONGER_WORKS = "the person is switched off"
LEFT_THE_UNIT = "the person has left the unit"
MAILBOX_GONE = "the unit no longer has this mailbox"
ADDRESS_GONE = "the address was erased or changed"
NO_LONGER_FOLLOWS = "the follower has left"
NO_LONGER_PUBLIC = "the case is no longer public"
LINK_DEAD = "the link is used or too old"


@dataclass(frozen=True)
class Checked:
    """One line of a letter, as it is to be checked."""

    session: Session
    line: dict[str, Any]
    address: str | None
    present: datetime


def still_right(session: Session, delivery: Delivery) -> str | None:
    """Say why the letter must not be sent any more; None when at least one of its lines still may."""
    lines = delivery.context["lines"]
    lost = lost_lines(session, delivery)
    return next(iter(lost.values()), None) if len(lost) == len(lines) else None


def lost_lines(session: Session, delivery: Delivery) -> dict[int, str]:
    """Give the events that the recipient may no longer be told of, with the reason."""
    address = session.get(Address, delivery.address_id) if delivery.address_id else None
    present = session.scalars(select(now())).one()
    email = address.email_normalised if address else None
    lost = {
        line["event"]: _reason_against(Checked(session, line, email, present)) for line in delivery.context["lines"]
    }
    return {event_id: reason for event_id, reason in lost.items() if reason}


def _reason_against(checked: Checked) -> str | None:
    return next((reason for check in CHECKS if (reason := check(checked))), None)


def _of_a_person(checked: Checked) -> str | None:
    person = checked.session.get(Person, checked.line.get("person") or 0)
    if person is None:
        return None
    if not person.active:
        return NO_LONGER_WORKS
    unit_id = checked.line.get("unit_id")
    return LEFT_THE_UNIT if unit_id and not _serves(checked, person, unit_id) else None


def _serves(checked: Checked, person: Person, unit_id: int) -> bool:
    """A deputy has no role of their own: the one they stand in for must have it."""
    today = calendar_of(checked.session).day_of(checked.present)
    stood_in_for = select(Person.id).where(Person.deputy_id == person.id)
    held = select(Membership.id).where(
        or_(Membership.person_id == person.id, Membership.person_id.in_(stood_in_for)),
        Membership.unit_id == unit_id,
        or_(Membership.until.is_(None), Membership.until > today),
    )
    return checked.session.scalar(held.limit(1)) is not None


def _of_a_mailbox(checked: Checked) -> str | None:
    unit_id = checked.line.get("unit_id")
    if unit_id is None or checked.line.get("person"):
        return None
    unit = checked.session.get(Unit, unit_id)
    same = unit is not None and unit.active and _is_still(unit.email, checked.address)
    return None if same else MAILBOX_GONE


def _of_a_party(checked: Checked) -> str | None:
    party = checked.session.get(Party, checked.line.get("party") or 0)
    if party is None or checked.address is None:
        return None
    return None if _is_still(party.email, checked.address) else ADDRESS_GONE


def _of_a_follower(checked: Checked) -> str | None:
    follower = checked.session.get(Follower, checked.line.get("follower") or 0)
    if follower is None or checked.line["letter"] == "opt_in":
        return None
    if follower.ended_at is not None:
        return NO_LONGER_FOLLOWS
    case = checked.session.get_one(Case, follower.case_id)
    hidden = case.published_at is None or (case.reporter is not None and case.reporter.protected)
    return NO_LONGER_PUBLIC if hidden and not checked.line.get("own_case") else None


def _of_a_link(checked: Checked) -> str | None:
    event = checked.session.get_one(Event, checked.line["event"])
    link = checked.session.get(Link, event.facts.get("link") or 0)
    if link is None:
        return None
    return LINK_DEAD if link.used_at or link.expires_at <= checked.present else None


CHECKS: tuple[Callable[[Checked], str | None], ...] = (
    _of_a_person,
    _of_a_mailbox,
    _of_a_party,
    _of_a_follower,
    _of_a_link,
)


def _is_still(email: str | None, address: str | None) -> bool:
    return is_address(email) and normalised(email or "") == address
