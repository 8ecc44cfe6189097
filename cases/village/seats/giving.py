"""Giving and ending seats in bodies of kind forum. A seat is a membership, and is never deleted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.transactions import calendar_of
from cases.history.events import PersonChanged
from cases.history.municipality_events import record_for_municipality
from cases.organisation.municipality import municipality
from cases.organisation.people import IS_SEAT, Membership, Person, Role
from cases.organisation.sectors import Office, Sector
from cases.organisation.units import Unit, UnitKind
from cases.refusals import DateOutside, NoFreeSeat, NotFound, SeatsStillHeld, SitsAlready, UnknownName
from cases.village.rights import require

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SeatGiven:
    """A seat that somebody is to have in `body`: for a group, or else for a sector; with neither, beside the seats.

    It is held from the local day `since` (None: from today) up to the day before `until`. Such a seat of a group may
    say its sector too.
    """

    body: Unit
    group: Unit | None = None
    sector: Sector | None = None
    office: Office | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_numbered(self) -> bool:
        """Whether it is one of the seats of a group or a sector, of which there are so many."""
        return self.group is not None or self.sector is not None


def give_seat(session: Session, person: Person, given: SeatGiven, *, by: Actor, at: datetime) -> Membership:
    """Give the person a seat, the first that is free on all its days, and return it.

    Somebody who was a member of the body without a seat has the seat in place of that. Raises `NotAllowed` to all but
    contact persons and admins, `UnknownName` for a body, group or person that is not active or is none, `DateOutside`
    when it ends before it begins, `NoFreeSeat` when the group or sector has no seat that is free on all these days, and
    `SitsAlready` when the person has another seat there on one of them.
    """
    require("give_seat", by, given.body)
    _refuse_unfitting(person, given)
    since = given.since or calendar_of(session).day_of(at)
    if given.until is not None and given.until <= since:
        raise DateOutside(field="until", earliest=since + A_DAY)
    session.flush()
    municipality(session, locked=True)  # of two who give a seat at once, the second finds that of the first
    _refuse_second(session, person, given.body, since, given.until)
    slot = _free_slot(session, given, since) if given.is_numbered else None
    _end_plain_membership(session, person, given.body, since)
    seat = Membership(
        person_id=person.id, unit_id=given.body.id, role=Role.MEMBER, since=since, until=given.until,
        for_unit_id=given.group.id if given.group else None, sector=given.sector, slot=slot,
        office=given.office or (None if given.is_numbered else Office.MEMBER),
    )  # fmt: skip
    session.add(seat)
    record_seat(session, seat, "", by=by, at=at)
    return seat


def end_seat(session: Session, seat: Membership, on: date, *, by: Actor, at: datetime) -> None:
    """Let the seat end: `on` is the first local day on which it is not held any more.

    One that has not begun yet may end on its first day: then it is never held. Raises `NotAllowed` as `give_seat` does,
    and `DateOutside` for a day before today, before it begins or after it ends anyway.
    """
    body = session.get_one(Unit, seat.unit_id)
    require("give_seat", by, body)
    earliest = max(seat.since, calendar_of(session).day_of(at))
    if on < earliest or (seat.until is not None and on > seat.until):
        raise DateOutside(field="on", earliest=earliest, latest=seat.until)
    seat.until = on
    record_seat(session, seat, "-", by=by, at=at)


def change_seat(
    session: Session, seat: Membership, *, office: Office | None, until: date | None, by: Actor, at: datetime
) -> bool:
    """Set the office of the seat, and the day by which it is not held any more; return whether that changed anything.

    Raises as `give_seat` does, when somebody else has the seat on one of its days.
    """
    body = session.get_one(Unit, seat.unit_id)
    require("give_seat", by, body)
    if (seat.office, seat.until) == (office, until):
        return False
    if until is not None and until <= seat.since:
        raise DateOutside(field="until", earliest=seat.since + A_DAY)
    session.flush()
    municipality(session, locked=True)
    same = _of_same(seat.unit_id, seat.for_unit_id, seat.sector)
    others = select(Membership.slot).where(same, overlapping(seat.since, until), Membership.id != seat.id)
    if seat.slot is not None and seat.slot in set(session.scalars(others)):
        group = session.get(Unit, seat.for_unit_id) if seat.for_unit_id else None
        raise _none_free(group, seat.sector, seat.slot)
    seat.office, seat.until = office, until
    record_seat(session, seat, "", by=by, at=at)
    return True


def refuse_fewer_seats(session: Session, body: Unit | None, seats: dict[str, int] | int | None) -> None:
    """Raise `SeatsStillHeld` when a seat without an end would be one too many of a sector of the body, or of a group.

    `seats` has the seats of each sector, or those of each group when `body` is None.
    """
    held = select(Membership).where(Membership.slot.is_not(None), Membership.until.is_(None))
    if isinstance(seats, int):
        too_many = held.where(Membership.for_unit_id.is_not(None), Membership.slot > seats)
    elif body is not None and seats is not None:
        of_body = held.where(Membership.unit_id == body.id, Membership.for_unit_id.is_(None))
        limits = [and_(Membership.sector == sector, Membership.slot > seats.get(sector, 0)) for sector in Sector]
        too_many = of_body.where(or_(*limits))
    else:
        return
    if session.scalar(too_many.limit(1)) is not None:
        raise SeatsStillHeld(field="seats")


def record_seat(session: Session, seat: Membership, sign: str, *, by: Actor, at: datetime) -> None:
    """Record that the seat was given or changed, or with `sign` "-" that its end was set, such as
    "seat:forum:grupp-almvinda:1 2026-04-01/2027-04-01"; without a second day it has no end.
    """
    session.flush()
    slugs = {unit.id: unit.slug for unit in session.scalars(select(Unit).where(Unit.id.in_(_units_of(seat))))}
    whose = slugs.get(seat.for_unit_id or 0) or seat.sector or "-"
    name = f"{sign}seat:{slugs[seat.unit_id or 0]}:{whose}:{seat.slot or '-'} {seat.since}/{seat.until or ''}"
    record_for_municipality(session, PersonChanged(person=seat.person_id, what=[name]), by=by, at=at)


def body_named(session: Session, slug: str) -> Unit:
    """Return the active body of kind forum with this slug. Raises `NotFound` when there is none."""
    body = session.scalar(select(Unit).where(Unit.slug == slug, Unit.kind == UnitKind.FORUM, Unit.active))
    if body is None:
        raise NotFound(ref=slug)
    return body


def seat_numbered(session: Session, body: Unit, number: int) -> Membership:
    """Return the seat of this body with this number (the id of the membership). Raises `NotFound` when it has none."""
    seat = session.scalar(select(Membership).where(Membership.id == number, Membership.unit_id == body.id))
    if seat is None:
        raise NotFound(ref=str(number))
    return seat


def overlapping(since: date, until: date | None) -> ColumnElement[bool]:
    """Return the condition on `Membership` that it is in force on a day from `since` up to the day before `until`."""
    begins_before = Membership.since < until if until is not None else true()
    ends_after = or_(Membership.until.is_(None), (Membership.until > since) & (Membership.until > Membership.since))
    return begins_before & ends_after


def _units_of(seat: Membership) -> list[int]:
    return [number for number in (seat.unit_id, seat.for_unit_id) if number is not None]


def _refuse_unfitting(person: Person, given: SeatGiven) -> None:
    if given.body.kind is not UnitKind.FORUM or not given.body.active:
        raise UnknownName(field="unit", name=given.body.slug)
    if given.group is not None and (given.group.kind is not UnitKind.GROUP or not given.group.active):
        raise UnknownName(field="group", name=given.group.slug)
    if not person.active:
        raise UnknownName(field="email", name=person.email)


def _refuse_second(session: Session, person: Person, body: Unit, since: date, until: date | None) -> None:
    own = (Membership.person_id == person.id, Membership.unit_id == body.id, IS_SEAT)
    if session.scalar(select(Membership.id).where(*own, overlapping(since, until)).limit(1)):
        raise SitsAlready(field="email", name=person.name)


def _free_slot(session: Session, given: SeatGiven, since: date) -> int:
    """Return the number of the first seat of the group or sector that is free on all the days."""
    same = _of_same(given.body.id, given.group.id if given.group else None, given.sector)
    taken = set(session.scalars(select(Membership.slot).where(same, overlapping(since, given.until))))
    slot = next(number for number in count(1) if number not in taken)
    most = seats_of(session, given.body, given.group, given.sector)
    if most is not None and slot > most:
        raise _none_free(given.group, given.sector, most)
    return slot


def seats_of(session: Session, body: Unit, group: Unit | None, sector: Sector | None) -> int | None:
    """Return how many seats the group, or else the sector, has in the body; None where nobody has said how many."""
    if group is not None:
        return municipality(session).forum_seats
    return None if body.sector_seats is None or sector is None else body.sector_seats.get(sector, 0)


def _none_free(group: Unit | None, sector: Sector | None, most: int) -> NoFreeSeat:
    if group is not None:
        return NoFreeSeat(field="group", name=group.name, count=most)
    return NoFreeSeat(field="sector", name=str(sector), count=most)


def _of_same(body_id: int | None, group_id: int | None, sector: Sector | None) -> ColumnElement[bool]:
    """Return the condition that a membership is a seat of this body for this group, or else for this sector."""
    if group_id is not None:
        return (Membership.unit_id == body_id) & (Membership.for_unit_id == group_id)
    of_sector = (Membership.sector == sector) & Membership.for_unit_id.is_(None)
    return (Membership.unit_id == body_id) & of_sector & Membership.slot.is_not(None)


def _end_plain_membership(session: Session, person: Person, body: Unit, since: date) -> None:
    own = select(Membership).where(
        Membership.person_id == person.id, Membership.unit_id == body.id, Membership.role == Role.MEMBER, ~IS_SEAT
    )
    for plain in session.scalars(own.where(overlapping(since, None))):
        plain.until = max(plain.since, since)
