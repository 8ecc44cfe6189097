"""API endpoints for meetings: call them, choose and send their agendas, settle, close and adjust."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.village.forum.choosing import put_agenda
from cases.village.forum.convening.answering import answer_invitation
from cases.village.forum.convening.calling import Calling, call_meeting
from cases.village.forum.convening.inviting_more import invite_more
from cases.village.forum.convening.presence import save_presence
from cases.village.forum.convening.rearranging import Rearrangement, cancel_meeting, move_meeting
from cases.village.forum.minutes.adjusting import adjust_minutes
from cases.village.forum.minutes.closing import Closing, close_meeting
from cases.village.forum.minutes.recommending import Recommendation, correct_item, recommend
from cases.village.forum.minutes.settling import Settling, settle_item
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.meetings import meetings_listed
from cases.village.forum.sending import send_agenda
from web.api.blueprint import ApiBlueprint
from web.api.village.meeting_serializing import listed_meeting_shown, whole_agenda_shown
from web.current import current, right_now
from web.requests.guard import Audience, open_to
from web.requests.idempotency import once
from web.requests.identity.caller import actor_in
from web.schemas.queries import NoQuery
from web.schemas.requests import NothingIn
from web.schemas.village.meeting_requests import (
    AdjustmentIn,
    AgendaIn,
    AnswerIn,
    CancellationIn,
    ClosingIn,
    InvitationsIn,
    MeetingIn,
    MeetingMoveIn,
    MeetingsQuery,
    PresenceIn,
    RecommendationIn,
    SettlingOrCorrectionIn,
)
from web.schemas.village.meeting_responses import AgendaOut, MeetingList

bp = ApiBlueprint(
    "api_meetings", __name__, description="Meetings of the forum and other bodies, their agendas and minutes"
)
Act = Callable[[Session, Actor, datetime], object]


@bp.on("GET /meetings", MeetingsQuery, (200, MeetingList), refuses=(422,))
@open_to(Audience.ANYBODY)
def list_meetings(query: dict[str, Any]) -> Response:
    """List the meetings of all bodies or of one, the latest first."""
    with current().database.reading() as session:
        return jsonify(items=[listed_meeting_shown(meeting) for meeting in meetings_listed(session, **query)])


@bp.on("POST /meetings", MeetingIn, (201, AgendaOut), refuses=(403,))
@open_to(Audience.STAFF)
def call(wanted: Calling) -> Response:
    """Call a meeting: whoever sits in the body is invited, and guests besides. Its agenda is owed from now on."""
    with current().database.transaction() as session:
        return once(session, lambda: _called(session, wanted))


@bp.on("PATCH /meetings/<int:number>", MeetingMoveIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def move(wanted: Rearrangement, number: int) -> Response:
    """Move a meeting to another day, time or place. What waits for the body waits for the new day."""
    return _done(number, lambda session, by, at: move_meeting(session, number, wanted, by=by, at=at))


@bp.on("POST /meetings/<int:number>/cancellation", CancellationIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def cancel(wanted: dict[str, Any], number: int) -> Response:
    """Cancel a meeting, with a reason. What was on its agenda is proposed for the body's next one."""
    return _done_once(number, lambda session, by, at: cancel_meeting(session, number, wanted["why"], by=by, at=at))


@bp.on("POST /meetings/<int:number>/answers", AnswerIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.LOGGED_IN)
def answer(wanted: dict[str, Any], number: int) -> Response:
    """Answer an invitation: yes, no or maybe. The desk also notes what somebody else said."""
    return _done_once(number, lambda session, by, at: answer_invitation(session, number, **wanted, by=by, at=at))


@bp.on("POST /meetings/<int:number>/invitations", InvitationsIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def invite(wanted: dict[str, Any], number: int) -> Response:
    """Invite more people to a meeting that is called. Only those who were not invited before are told."""
    return _done_once(number, lambda session, by, at: invite_more(session, number, wanted["invited"], by=by, at=at))


@bp.on("GET /meetings/<int:number>/agenda", NoQuery, (200, AgendaOut), refuses=(404,))
@open_to(Audience.ANYBODY)
def read_agenda(_no_query: dict[str, Any], number: int) -> Response:
    """Read a meeting with its agenda: everybody once it is sent, and its minutes once they are approved."""
    with current().database.reading() as session:
        return _agenda(session, number)


@bp.on("PUT /meetings/<int:number>/agenda", AgendaIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def choose_agenda(wanted: dict[str, Any], number: int) -> Response:
    """Choose the whole agenda, in its order. What is left out is proposed for the body's next meeting again."""
    items, version = wanted["items"], wanted.get("version")
    return _done(number, lambda session, by, at: put_agenda(session, number, items, version=version, by=by, at=at))


@bp.on("POST /meetings/<int:number>/agenda/sending", NothingIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def send(_nothing: dict[str, Any], number: int) -> Response:
    """Send the agenda to whoever is invited. One that nobody has chosen takes up all that is proposed."""
    return _done_once(number, lambda session, by, at: send_agenda(session, number, by=by, at=at))


@bp.on("POST /meetings/<int:number>/settlings", SettlingOrCorrectionIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def settle(wanted: Settling, number: int) -> Response:
    """Settle one item at the table: noted, postponed to the next meeting, or withdrawn with a reason.

    With `corrects`, put right how it was settled before.
    """
    act = correct_item if wanted.corrects else settle_item
    return _done_once(number, lambda session, by, at: act(session, number, wanted, by=by, at=at))


@bp.on("PUT /meetings/<int:number>/presence", PresenceIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def save_who_is_present(wanted: dict[str, Any], number: int) -> Response:
    """Save who is at a meeting, as often as needed. A closing that does not say who came takes what is saved."""
    return _done(number, lambda session, by, at: save_presence(session, number, wanted["present"], by=by, at=at))


@bp.on("POST /meetings/<int:number>/closing", ClosingIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def close(wanted: Closing, number: int) -> Response:
    """Close a meeting that was held: who came, and how the items that are still open are settled."""
    return _done_once(number, lambda session, by, at: close_meeting(session, number, wanted, by=by, at=at))


@bp.on("POST /meetings/<int:number>/adjustment", AdjustmentIn, (200, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def adjust(wanted: dict[str, Any], number: int) -> Response:
    """Record that the minutes were approved. From then on everybody may read them, and nothing in them changes."""
    on, people = wanted.get("on"), wanted["by"]
    return _done_once(number, lambda session, by, at: adjust_minutes(session, number, on, people, by=by, at=at))


@bp.on("POST /cases/<ref>/recommendations", RecommendationIn, (201, AgendaOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def recommend_about(wanted: Recommendation, ref: str) -> Response:
    """Record what a body recommends about a case on its agenda, and settle the item. It decides nothing."""

    def act(session: Session, by: Actor, at: datetime) -> object:
        return recommend(session, ref, wanted, by=by, at=at)

    return _done_once(wanted.meeting, act, status=201)


def _called(session: Session, wanted: Calling) -> Response:
    meeting = call_meeting(session, wanted, by=actor_in(session), at=right_now())
    response = _agenda(session, meeting.id)
    response.status_code = 201
    return response


def _done(number: int, act: Act) -> Response:
    with current().database.transaction() as session:
        act(session, actor_in(session), right_now())
        return _agenda(session, number)


def _done_once(number: int, act: Act, *, status: int = 200) -> Response:
    def done(session: Session) -> Response:
        act(session, actor_in(session), right_now())
        session.flush()
        session.expire_all()
        response = _agenda(session, number)
        response.status_code = status
        return response

    with current().database.transaction() as session:
        return once(session, lambda: done(session))


def _agenda(session: Session, number: int) -> Response:
    return jsonify(whole_agenda_shown(agenda_shown(session, number, by=actor_in(session), at=right_now())))
