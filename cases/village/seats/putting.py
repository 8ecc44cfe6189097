"""Putting seats as a setup file has them: what it does not give ends, and what it gives is given or changed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.transactions import calendar_of
from cases.organisation.people import IS_SEAT, Membership, Person
from cases.organisation.sectors import Office
from cases.village.seats.giving import SeatGiven, change_seat, end_seat, give_seat


def end_other_seats(
    session: Session, person: Person, wanted: Sequence[SeatGiven], *, by: Actor, at: datetime
) -> list[str]:
    """End today those seats of the person that are not among `wanted`, and let others end as soon as these say.

    Return a line for each change. To be called for everybody before `put_seats` is for anybody: what ends leaves room
    for others.
    """
    today, told = calendar_of(session).day_of(at), []
    pairs = list(_matched(session, person, wanted, today))
    for seat, given in pairs:
        if given is not None and given.until is not None and (seat.until is None or seat.until > given.until):
            change_seat(session, seat, office=seat.office, until=given.until, by=by, at=at)
            told.append(f"seat in {given.body.slug} until {given.until}")
        elif given is None and (seat.until is None or seat.until > max(seat.since, today)):
            end_seat(session, seat, max(seat.since, today), by=by, at=at)
            told.append("no longer a seat")
    return told


def put_seats(session: Session, person: Person, wanted: Sequence[SeatGiven], *, by: Actor, at: datetime) -> list[str]:
    """Give the person the seats that they lack of `wanted`, and change those that differ; a line for each change.

    A seat that has ended, of which nobody says when it began, is not given. Raises as `give_seat` does.
    """
    today, told = calendar_of(session).day_of(at), []
    found = {id(given): seat for seat, given in _matched(session, person, wanted, today) if given is not None}
    for given in wanted:
        seat, office = found.get(id(given)), _office_of(given)
        if seat is None and (given.since is not None or given.until is None or given.until > today):
            give_seat(session, person, given, by=by, at=at)
            told.append(f"seat in {given.body.slug}")
        elif seat is not None and change_seat(session, seat, office=office, until=given.until, by=by, at=at):
            told.append(f"seat in {given.body.slug}, changed")
    return told


def _office_of(given: SeatGiven) -> Office | None:
    return given.office or (None if given.is_numbered else Office.MEMBER)


def _matched(
    session: Session, person: Person, wanted: Sequence[SeatGiven], today: date
) -> Iterator[tuple[Membership, SeatGiven | None]]:
    """Yield each seat that the person has had, with what is wanted of it, or None."""
    own = select(Membership).where(Membership.person_id == person.id, IS_SEAT)
    seats = list(session.scalars(own.order_by(Membership.since.desc(), Membership.id.desc())))
    left = list(wanted)
    for seat in seats:
        given = next((one for one in left if _is_same(seat, one, today)), None)
        if given is not None:
            left.remove(given)
        yield seat, given


def _is_same(seat: Membership, given: SeatGiven, today: date) -> bool:
    whose = (given.body.id, given.group.id if given.group else None, given.sector)
    if (seat.unit_id, seat.for_unit_id, seat.sector) != whose:
        return False
    if given.since is not None:
        return seat.since == given.since
    is_over = seat.until is not None and (seat.until <= today or seat.until <= seat.since)
    return seat.until == given.until if is_over else True
