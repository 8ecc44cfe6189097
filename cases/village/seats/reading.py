"""The seats of a body as a reader may see them: which there are, who holds them, and which are empty."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from cases.access.actors import Actor
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Person, Role
from cases.organisation.sectors import Office, Sector
from cases.organisation.units import FORUM, Unit, UnitKind
from cases.village.rights import may

BODY, GROUP = aliased(Unit), aliased(Unit)


@dataclass(frozen=True)
class SeatShown:
    """One seat that is held, was held or is to be, in the body with the slug `body`.

    `group` is the slug of the group whose it is, if it is a group's, and `slot` None of a member without such a seat.
    `name` is that of the person, None to a reader who may not know it; no mail address is ever here. It is held from
    the local day `since` up to the day before `until`.
    """

    number: int
    body: str
    body_name: str
    group: str | None
    group_name: str | None
    sector: Sector | None
    slot: int | None
    office: Office | None
    since: date
    until: date | None
    name: str | None


@dataclass(frozen=True)
class EmptySeat:
    """A seat of a group, or else of a sector, that nobody holds today."""

    group: str | None
    group_name: str | None
    sector: Sector | None
    slot: int


@dataclass(frozen=True)
class SeatsShown:
    """All seats of a body: held today, to be held, held before, and those that are empty today.

    `may_give` tells whether the reader may give and end seats.
    """

    body: Unit
    held: tuple[SeatShown, ...]
    coming: tuple[SeatShown, ...]
    former: tuple[SeatShown, ...]
    empty: tuple[EmptySeat, ...]
    may_give: bool


def seats_shown(session: Session, body: Unit, *, by: Actor, day: date) -> SeatsShown:
    """Return the seats of the body on this local day, as the actor may see them. A fixed number of queries.

    Everybody sees for whom a seat is, with which office and on which days. Names are for staff, for those who sit in
    the body, and for members of the group whose seat it is.
    """
    seats = _seats(session, Membership.unit_id == body.id, by)
    held = tuple(seat for seat in seats if seat.since <= day and (seat.until is None or seat.until > day))
    return SeatsShown(
        body=body,
        held=held,
        coming=tuple(seat for seat in seats if seat.since > day and seat.until != seat.since),
        former=tuple(seat for seat in seats if seat.until is not None and seat.since < seat.until <= day),
        empty=tuple(_empty(session, body, held)),
        may_give=may("give_seat", by, body),
    )


def seat_shown(session: Session, body: Unit, seat: Membership, *, by: Actor) -> SeatShown:
    """Return one seat of the body as the actor may see it."""
    [shown] = _seats(session, (Membership.unit_id == body.id) & (Membership.id == seat.id), by)
    return shown


def seats_of_group(session: Session, group: Unit, *, by: Actor, day: date) -> list[SeatShown]:
    """Return the seats that the group holds on this local day or is to hold, in whatever body. One query."""
    seats = _seats(session, (Membership.for_unit_id == group.id) & BODY.active, by)
    return [seat for seat in seats if seat.until is None or seat.until > max(day, seat.since)]


def _seats(session: Session, which: ColumnElement[bool], by: Actor) -> list[SeatShown]:
    rows = session.execute(
        select(Membership, Person.name, BODY.slug, BODY.name, GROUP.slug, GROUP.name)
        .join(Person, Person.id == Membership.person_id)
        .join(BODY, BODY.id == Membership.unit_id)
        .outerjoin(GROUP, GROUP.id == Membership.for_unit_id)
        .where(which, Membership.role == Role.MEMBER)
        .order_by(BODY.id, Membership.slot, Membership.since, Membership.id)
    )
    return [
        SeatShown(
            number=seat.id, body=slug, body_name=body, group=group, group_name=group_name, sector=seat.sector,
            slot=seat.slot, office=seat.office, since=seat.since, until=seat.until,
            name=name if _may_know(by, seat) else None,
        )
        for seat, name, slug, body, group, group_name in rows
    ]  # fmt: skip


def _may_know(by: Actor, seat: Membership) -> bool:
    return by.is_staff or by.is_in(seat.unit_id) or by.is_in(seat.for_unit_id)


def _empty(session: Session, body: Unit, held: Sequence[SeatShown]) -> Iterable[EmptySeat]:
    """Yield the seats that nobody holds: of the forum those of each active group, of any body those of its sectors."""
    taken = {(seat.group, None if seat.group else seat.sector, seat.slot) for seat in held}
    if body.slug == FORUM:
        groups = session.scalars(select(Unit).where(Unit.kind == UnitKind.GROUP, Unit.active).order_by(Unit.id))
        most = municipality(session).forum_seats
        for group in groups:
            for slot in range(1, most + 1):
                if (group.slug, None, slot) not in taken:
                    yield EmptySeat(group.slug, group.name, None, slot)
    for sector in Sector:
        for slot in range(1, (body.sector_seats or {}).get(sector, 0) + 1):
            if (None, sector, slot) not in taken:
                yield EmptySeat(None, None, sector, slot)
