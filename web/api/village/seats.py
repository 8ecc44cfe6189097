"""API endpoints for the seats of the forum and of advisory boards: read them, give one, end one."""

from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.administration.staffing import person_by_email
from cases.organisation.people import Membership
from cases.organisation.units import Unit, unit_named
from cases.village.seats.giving import SeatGiven, body_named, end_seat, give_seat, seat_numbered
from cases.village.seats.reading import EmptySeat, SeatShown, seat_shown, seats_shown
from web.api.blueprint import ApiBlueprint
from web.current import current, right_now, today
from web.requests.guard import Audience, open_to
from web.requests.idempotency import once
from web.requests.identity.caller import actor_in
from web.schemas.queries import NoQuery
from web.schemas.village.seat_requests import SeatEndingIn, SeatIn
from web.schemas.village.seat_responses import SeatList, SeatOut

bp = ApiBlueprint("api_seats", __name__, description="Who sits in the forum and in advisory boards, and for whom")


@bp.on("GET /units/<slug>/seats", NoQuery, (200, SeatList), refuses=(404,))
@open_to(Audience.ANYBODY)
def list_seats(_no_query: dict[str, Any], slug: str) -> Response:
    """List the seats of the forum or of an advisory board: held today, to be held, held before, and empty today.

    Names are for staff, those who sit there, and members of the group whose seat it is; to others they are null.
    """
    with current().database.reading() as session:
        shown = seats_shown(session, body_named(session, slug), by=actor_in(session), day=today())
    return jsonify(
        held=[_seat(seat) for seat in shown.held],
        coming=[_seat(seat) for seat in shown.coming],
        former=[_seat(seat) for seat in shown.former],
        empty=[_empty(seat) for seat in shown.empty],
    )


@bp.on("POST /units/<slug>/seats", SeatIn, (201, SeatOut), refuses=(403, 404))
@open_to(Audience.CONTACT, Audience.ADMIN)
def give(wanted: dict[str, Any], slug: str) -> Response:
    """Give somebody who can log in a seat, the first of the group or sector that is free on all the days."""
    with current().database.transaction() as session:
        actor = actor_in(session)
        return once(session, lambda: _given(session, slug, wanted, actor))


@bp.on("POST /units/<slug>/seats/<int:number>/ending", SeatEndingIn, (200, SeatOut), refuses=(403, 404))
@open_to(Audience.CONTACT, Audience.ADMIN)
def end(wanted: dict[str, Any], slug: str, number: int) -> Response:
    """Let a seat end: `on` is the first day on which it is not held any more, today at the earliest."""
    with current().database.transaction() as session:
        actor = actor_in(session)
        return once(session, lambda: _ended(session, slug, number, wanted, actor))


def _given(session: Session, slug: str, wanted: dict[str, Any], actor: Actor) -> Response:
    body = body_named(session, slug)
    group = unit_named(session, wanted["group"], field="group") if wanted["group"] else None
    given = SeatGiven(body, group, wanted["sector"], wanted["office"], wanted["since"], wanted["until"])
    person = person_by_email(session, wanted["email"], field="email")
    response = jsonify(_shown(session, body, give_seat(session, person, given, by=actor, at=right_now()), actor))
    response.status_code = 201
    return response


def _ended(session: Session, slug: str, number: int, wanted: dict[str, Any], actor: Actor) -> Response:
    body = body_named(session, slug)
    seat = seat_numbered(session, body, number)
    end_seat(session, seat, wanted["on"], by=actor, at=right_now())
    return jsonify(_shown(session, body, seat, actor))


def _shown(session: Session, body: Unit, seat: Membership, actor: Actor) -> dict[str, Any]:
    return _seat(seat_shown(session, body, seat, by=actor))


def _seat(seat: SeatShown) -> dict[str, Any]:
    return {
        "number": seat.number, "group": seat.group, "sector": seat.sector, "slot": seat.slot, "office": seat.office,
        "since": seat.since.isoformat(), "until": seat.until.isoformat() if seat.until else None, "name": seat.name,
    }  # fmt: skip


def _empty(seat: EmptySeat) -> dict[str, Any]:
    return {"group": seat.group, "sector": seat.sector, "slot": seat.slot}
