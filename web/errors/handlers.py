"""The app's error handlers. `RESPONSES` maps each kind of error to its handler, `HTTP` each refusal to its status."""

import errno
from collections.abc import Mapping
from pathlib import Path
from traceback import extract_tb
from typing import Any

import structlog
from flask import Flask, Response, redirect
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from cases.calendar import OutsideCalendar
from cases.refusals import (
    AdoptedToday,
    AgendaNotSent,
    AgendaSent,
    AlreadyConfirmed,
    AlreadySettled,
    ClockTrouble,
    FieldRefusal,
    ItemOpen,
    ItemSettled,
    ItemsUnsettled,
    ItemTakenUp,
    LetterLinkDead,
    LikelyJunk,
    MeetingAhead,
    MeetingOver,
    NoDraft,
    NotAllowed,
    NotClosed,
    NotFound,
    NothingToRead,
    PlanNotWhole,
    RecordStands,
    Refusal,
    StaleAgenda,
    StaleDraft,
    StaleVersion,
    StillResponsible,
    TransitionNotAllowed,
)
from web.current import is_for_machines
from web.errors.problems import Problem, answer, problem
from web.errors.refused_forms import FormOfAnother, FormSentBefore, FormTooLarge
from web.language.dates import wait_words
from web.language.refusals import sentence_of
from web.language.village.plan_words import errors_of_lacks
from web.requests.guard import LoginNeeded
from web.requests.identity.caller import UnknownToken
from web.requests.parsing.json_parser import FieldsRefused
from web.requests.rate_limits import TooOften
from web.requests.returning import login_url

log = structlog.get_logger()

HTTP: Mapping[type[Refusal], int] = {
    NotFound: 404,
    NotAllowed: 403,
    TransitionNotAllowed: 409,
    AlreadyConfirmed: 409,
    LetterLinkDead: 409,
    NothingToRead: 409,
    StaleVersion: 409,
    StillResponsible: 409,
    AlreadySettled: 409,
    LikelyJunk: 409,
    RecordStands: 409,
    NoDraft: 409,
    StaleDraft: 409,
    AdoptedToday: 409,
    MeetingOver: 409,
    AgendaSent: 409,
    AgendaNotSent: 409,
    MeetingAhead: 409,
    NotClosed: 409,
    StaleAgenda: 409,
    ItemOpen: 409,
    ItemSettled: 409,
    ItemTakenUp: 409,
    FieldRefusal: 422,
    FormTooLarge: 413,
    FormSentBefore: 409,
    FormOfAnother: 409,
    ClockTrouble: 503,
    Refusal: 422,
}
CODES: Mapping[int, str] = {
    400: "bad-request",
    401: "login-needed",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "conflict",
    410: "gone",
    413: "too-large",
    415: "unsupported-media-type",
    422: "bad-fields",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
}
KEPT_HEADERS = ("Allow", "Retry-After")
RETRY_SOON = {"Retry-After": "5"}
DISK_TROUBLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def answer_errors(app: Flask) -> None:
    """Register this module's error handlers with the app: each error gets a page or, in the API, a problem document."""
    for kind, respond in RESPONSES.items():
        app.register_error_handler(kind, respond)


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal, from this module's dict `HTTP`: that of its class or nearest base class."""
    return next(HTTP[kind] for kind in type(refusal).__mro__ if kind in HTTP)


def problem_of(refusal: Refusal) -> Problem:
    """Return the problem that describes a refusal. If a field is at fault, the problem's `errors` name it."""
    sentence = sentence_of(refusal.code, refusal.facts)
    if isinstance(refusal, FieldRefusal) and refusal.field:
        errors = _nested(refusal.field, [sentence])
        return Problem(status_of(refusal), refusal.code, sentence, errors=errors)
    errors = errors_of_lacks(refusal.lacks) if isinstance(refusal, PlanNotWhole) else {}
    if isinstance(refusal, ItemsUnsettled):
        errors = {str(item.number): [item.title] for item in refusal.items}
    return Problem(status_of(refusal), refusal.code, sentence, errors=errors, facts=_facts_of(refusal))


def _nested(path: str, sentences: list[str]) -> dict[str, Any]:
    """Return the error of the field at this path, such as "questions.2.title", as those of a schema are nested."""
    first, _, rest = path.partition(".")
    return {first: _nested(rest, sentences) if rest else sentences}


def _facts_of(refusal: Refusal) -> dict[str, Any]:
    if isinstance(refusal, StaleVersion):
        since = [{"seq": seq, "type": kind} for seq, kind in refusal.since]
        return {"version": refusal.version, "since": since}
    if isinstance(refusal, StaleDraft | StaleAgenda):
        return {"version": refusal.version}
    if isinstance(refusal, ItemsUnsettled):
        return {"items": [{"n": item.number, "title": item.title} for item in refusal.items]}
    if isinstance(refusal, PlanNotWhole):
        return {"lacks": [{"item": lack.key, "title": lack.title, "what": lack.what} for lack in refusal.lacks]}
    return {}


def on_refusal(refusal: Refusal) -> Response:
    """Answer a refusal of the domain with its HTTP status and a sentence that explains it."""
    return answer(problem_of(refusal))


def on_fields_refused(refused: FieldsRefused) -> Response:
    """Answer a request with bad fields, with the HTTP status that `refused` holds and a sentence for each field."""
    return answer(problem(refused.status, refused.code, errors=refused.errors))


def on_http_error(error: HTTPException) -> Response:
    """Answer an HTTP error of Werkzeug; keep its Allow and Retry-After headers. A redirect is returned unchanged."""
    status = error.code or 500
    own_headers = dict(error.get_headers())
    headers = {name: own_headers[name] for name in KEPT_HEADERS if name in own_headers}
    code = CODES.get(status, "refused")
    if error.description in ("cross-site", "bad-characters", "too-large-to-read"):
        code = str(error.description)
    if error.response is not None and status < 400:
        return error.get_response()  # type: ignore[return-value]
    return answer(problem(status, code, headers=headers))


def on_login_needed(needed: LoginNeeded) -> Response:
    """Answer 401 to the API. Redirect a browser to the log-in page, which leads back to the page that was asked for."""
    if is_for_machines():
        return answer(problem(401, "login-needed", headers={"WWW-Authenticate": "Bearer"}))
    return redirect(login_url(), 303)  # type: ignore[return-value]


def on_unknown_token(unknown: UnknownToken) -> Response:
    """Answer 401 to a bearer token that is unknown, revoked or expired (RFC 6750)."""
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return answer(problem(401, unknown.code, headers=headers))


def on_too_often(error: TooOften) -> Response:
    """Answer 429 when a rate limit is exceeded, and say when to try again."""
    headers = {"Retry-After": str(error.wait)}
    return answer(problem(429, "too-many-requests", {"wait": wait_words(error.wait)}, headers=headers))


def on_old_form(error: CSRFError) -> Response:
    """Answer 400 to a form whose CSRF token is missing or too old."""
    return answer(problem(400, "form-too-old"))


def on_outside_calendar(error: OutsideCalendar) -> Response:
    """Answer 422 to a date in a year that the calendar of working days does not cover."""
    return answer(problem(422, "bad-fields"))


def on_conflict(error: IntegrityError) -> Response:
    """Answer 409 when a database constraint fails because another request has just written the same row."""
    log.warning("request.conflict", error=type(error.orig).__name__)
    return answer(problem(409, "conflict", headers=RETRY_SOON))


def on_database_unavailable(error: Exception) -> Response:
    """Answer 503, with Retry-After, when the database is down, locked or full. Nothing was changed."""
    log.error("request.no_records", error=type(getattr(error, "orig", error)).__name__)
    return answer(problem(503, "unavailable", headers=RETRY_SOON))


def on_bad_value(error: DataError) -> Response:
    """Answer 400 to a value that the database cannot hold. The log has it, since a field should have refused it."""
    log.error("request.bad_value", error=type(error.orig).__name__, where=_frames(error))
    return answer(problem(400, "bad-request"))


def on_lost_connection(error: DBAPIError) -> Response:
    """Answer 503 when the connection to the database was lost, and 500 to another database error."""
    return on_database_unavailable(error) if error.connection_invalidated else on_crash(error)


def on_disk_trouble(error: OSError) -> Response:
    """Answer 503 when the disk is full or read-only, and 500 to any other `OSError`."""
    return on_database_unavailable(error) if error.errno in DISK_TROUBLE else on_crash(error)


def on_crash(error: Exception) -> Response:
    """Answer 500 to an unforeseen error. The response gives no details; the log has them, under the request's id."""
    log.error("request.crashed", error=type(error).__name__, where=_frames(error))
    return answer(problem(500, "internal-error"))


def _frames(error: Exception) -> list[str]:
    """Return the stack as "file:line function", without any value: values can be about people."""
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]


RESPONSES: Mapping[type[Exception], Any] = {
    Refusal: on_refusal,
    FieldsRefused: on_fields_refused,
    HTTPException: on_http_error,
    LoginNeeded: on_login_needed,
    UnknownToken: on_unknown_token,
    TooOften: on_too_often,
    CSRFError: on_old_form,
    OutsideCalendar: on_outside_calendar,
    IntegrityError: on_conflict,
    OperationalError: on_database_unavailable,
    InterfaceError: on_database_unavailable,
    TimeoutError: on_database_unavailable,
    DataError: on_bad_value,
    DBAPIError: on_lost_connection,
    OSError: on_disk_trouble,
    Exception: on_crash,
}
