"""Logging out: in this browser, or everywhere."""

from collections.abc import Callable

from flask import Response, request, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from web.current import current, machine_now
from web.login.blueprint import bp
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.identity.cookies import drop_session_cookie, session_cookie
from web.requests.identity.sessions import end_every_session, end_session
from web.requests.returning import HOME


@bp.post("/logga-ut")
@open_to(Audience.ANYBODY)
def log_out() -> AnyResponse:
    """End the log-in session of this browser, and redirect to the start page."""
    token = request.cookies.get(session_cookie(), "")
    return redirect_logged_out(lambda rows: end_session(rows, token, machine_now()))


@bp.post("/logga-ut/overallt")
@open_to(Audience.LOGGED_IN)
def log_out_everywhere() -> AnyResponse:
    """End this person's log-in sessions in all browsers, and redirect to the start page."""
    person_id = current_actor().person_id or 0
    return redirect_logged_out(lambda rows: end_every_session(rows, person_id, machine_now()))


def redirect_logged_out(end: Callable[[Session], None]) -> Response:
    """End sessions by calling `end` in a transaction, delete the cookies, and redirect to the start page."""
    with current().database.transaction() as rows:
        end(rows)
    session.clear()
    return drop_session_cookie(Response(status=303, headers={"Location": HOME}))
