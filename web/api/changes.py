"""API endpoints that change a case: move it to another state, comment on it, subscribe an address to it."""

from datetime import datetime
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.commenting import comment
from cases.following import ask_to_follow
from cases.incoming.unread_replies import read_reply
from cases.progress import Change, change_state
from cases.reading.finding import case_to_follow
from cases.reporters.details import ReporterDetails
from notifications.reporters import correct_reporter, replace_key, set_protection
from web.api.blueprint import ApiBlueprint
from web.api.case_access import case_to_act_on, checked_ref
from web.api.serializing import case_shown, reporter_shown
from web.current import current, right_now
from web.requests.guard import Audience, open_to
from web.requests.idempotency import once
from web.requests.identity.caller import actor_in
from web.requests.rate_limits import Limit, limited
from web.schemas.requests import ChangeIn, CommentIn, FollowerIn, NothingIn, ReplyReadIn, ReporterCorrectionIn
from web.schemas.responses import AskedOut, CaseOut

bp = ApiBlueprint("api_changes", __name__, description="What is done to a case")


@bp.on(
    "POST /cases/<ref>/changes",
    ChangeIn,
    (200, CaseOut),
    refuses=(403, 404),
)
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
def change_case(wanted: Change, ref: str) -> Response:
    """Move a case to another state. `due_on` and `promised_on`, if on a day off, become the next working day."""
    with current().database.transaction() as session:
        return once(session, lambda: _changed(session, wanted, ref))


@bp.on(
    "POST /cases/<ref>/comments",
    CommentIn,
    (201, CaseOut),
    refuses=(403, 404),
)
@open_to(Audience.ANYBODY)
@limited(Limit.ANSWER)
def comment_on_case(wanted: dict[str, Any], ref: str) -> Response:
    """Comment on a case. If the case is waiting for the caller, a comment that is not internal ends the waiting."""
    with current().database.transaction() as session:
        return once(session, lambda: _commented(session, wanted, ref))


@bp.on("POST /cases/<ref>/reply-read", ReplyReadIn, (200, CaseOut), refuses=(403, 404))
@open_to(Audience.ANYBODY)
def note_reply_read(wanted: dict[str, Any], ref: str) -> Response:
    """Note that the reply to "done" was read. The case may be contested for as long as after it was done, from now."""
    with current().database.transaction() as session:
        return once(session, lambda: _with_reply_read(session, wanted["version"], ref))


@bp.on("POST /cases/<ref>/key", NothingIn, (200, CaseOut), refuses=(403, 404))
@open_to(Audience.ANYBODY)
def give_new_key(_nothing: dict[str, Any], ref: str) -> Response:
    """Give the case a new public id; the old one is dead. Only the reporter is told the new one, by mail."""
    with current().database.transaction() as session:
        return once(session, lambda: _with_new_key(session, ref))


@bp.on("PATCH /cases/<ref>/reporter", ReporterCorrectionIn, (200, CaseOut), refuses=(403, 404))
@open_to(Audience.ANYBODY)
def correct_who_asked(wanted: dict[str, Any], ref: str) -> Response:
    """Correct who asked: name, mail address, telephone, protected identity. Letters that wait go to the new address."""
    with current().database.transaction() as session:
        at = right_now()
        case, actor = case_to_act_on(session, ref)
        _correct_reporter(session, case, wanted, actor, at)
        return jsonify(case_shown(session, case, actor, at, reporter=reporter_shown(case, actor)))


@bp.on("POST /cases/<ref>/followers", FollowerIn, (202, AskedOut), refuses=(404,))
@open_to(Audience.ANYBODY)
@limited(Limit.FOLLOW)
def follow_case(wanted: dict[str, Any], ref: str) -> Response:
    """Subscribe an address to a case. A new follower gets a letter with a link, and no other until the link is used."""
    with current().database.transaction() as session:
        return once(session, lambda: _asked(session, wanted, ref))


def _changed(session: Session, wanted: Change, ref: str) -> Response:
    at = right_now()
    case, actor = case_to_act_on(session, ref)
    change_state(session, case, wanted, by=actor, at=at)
    return jsonify(case_shown(session, case, actor, at))


def _commented(session: Session, wanted: dict[str, Any], ref: str) -> Response:
    at = right_now()
    case, actor = case_to_act_on(session, ref)
    comment(session, case, wanted["text"], wanted["visibility"], by=actor, at=at)
    return _with_status(201, case_shown(session, case, actor, at))


def _with_reply_read(session: Session, version: int, ref: str) -> Response:
    at = right_now()
    case, actor = case_to_act_on(session, ref)
    read_reply(session, case, version=version, by=actor, at=at)
    return jsonify(case_shown(session, case, actor, at))


def _with_new_key(session: Session, ref: str) -> Response:
    at = right_now()
    case, actor = case_to_act_on(session, ref)
    replace_key(session, case, by=actor, at=at)
    return jsonify(case_shown(session, case, actor, at))


def _correct_reporter(session: Session, case: Case, wanted: dict[str, Any], actor: Actor, at: datetime) -> None:
    why, protected = wanted.pop("why"), wanted.pop("protected", None)
    known = {name: getattr(case.reporter, name, None) for name in ("name", "email", "phone")}
    correct_reporter(session, case, ReporterDetails(**(known | wanted)), why, by=actor, at=at)
    if protected is not None:
        set_protection(session, case, protected, why, by=actor, at=at)


def _asked(session: Session, wanted: dict[str, Any], ref: str) -> Response:
    key = current().settings.secret_key
    case = case_to_follow(session, actor_in(session), checked_ref(ref))
    ask_to_follow(session, case, **wanted, key=key, at=right_now())
    return _with_status(202, {"status": "asked"})


def _with_status(status: int, answer: Any) -> Response:
    response = jsonify(answer)
    response.status_code = status
    return response
