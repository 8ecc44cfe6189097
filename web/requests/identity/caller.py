"""Who sent a request, looked up once and only when a view needs it."""

from flask import g, request
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.access.tokens import has_expired
from web.current import current, is_for_machines, machine_now, today
from web.requests.identity.cookies import session_cookie
from web.requests.identity.sessions import Caller, caller_with_session, caller_with_token, note_session


class UnknownToken(Exception):
    """The bearer token is unknown or revoked."""

    code = "unknown-token"


class ExpiredToken(UnknownToken):
    """The bearer token was valid once, and its time is over."""

    code = "expired-token"


def current_actor() -> Actor:
    """Return who acts in this request, with the roles that decide what they may do; `A_VISITOR` if nobody is logged in.

    Raises `UnknownToken` when a request to the API has an unknown or revoked token.
    """
    return current_caller().actor


def current_caller() -> Caller:
    """Return the actor of this request with their language and page frame; most views need only `current_actor`.

    The first call in a request reads the `Caller` from the database, and later calls return that object.

    Raises `UnknownToken` when a request to the API has an unknown or revoked token.
    """
    if "caller" not in g:
        with current().database.reading() as session:
            actor_in(session)
        _note_use()
    found: Caller = g.caller
    return found


def actor_in(session: Session) -> Actor:
    """Return who acts in this request, as `Actor`; `A_VISITOR` if nobody is logged in. Only the first call reads it.

    It is read with `session`, while `current_actor` opens a database session of its own. Raises `UnknownToken` when a
    request to the API has an unknown or revoked token.
    """
    if "caller" not in g:
        g.caller = _by_token(session) if is_for_machines() else _by_cookie(session)
    found: Caller = g.caller
    return found.actor


def bearer_token() -> str | None:
    """Return the bearer token of the request's Authorization header; None without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _by_token(session: Session) -> Caller:
    if "Authorization" not in request.headers:
        return Caller()
    token, at = bearer_token() or "", machine_now()
    found = caller_with_token(session, token, at, today())
    if found is None:
        raise ExpiredToken if has_expired(session, token, at) else UnknownToken
    return found


def _by_cookie(session: Session) -> Caller:
    token = request.cookies.get(session_cookie())
    found = caller_with_session(session, token, machine_now(), today()) if token else None
    return found or Caller()


def _note_use() -> None:
    at = machine_now()
    if g.caller.is_to_be_noted(at):
        with current().database.transaction() as session:
            note_session(session, request.cookies[session_cookie()], at)
