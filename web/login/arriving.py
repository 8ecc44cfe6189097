"""What happens when somebody has logged in: their session, their cookies, and the page that they come to."""

from dataclasses import dataclass

from flask import Response, abort, redirect, request, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from cases import logging_in
from cases.organisation.units import DESK, MAY_BE_RESPONSIBLE, Unit, UnitKind
from web.current import current, is_open_demonstration, machine_now, right_now, today
from web.login.blueprint import bp
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.identity.cookies import session_cookie, set_session_cookie
from web.requests.identity.known_browsers import remember_browser
from web.requests.identity.sessions import end_session, open_session
from web.requests.kept_forms import PAGE, kept_form
from web.requests.parsing.readable import number_in
from web.requests.returning import HOME, NEXT, way_back


@dataclass(frozen=True)
class OpenedSession:
    """A log-in session that was opened: its token, for the cookie, and the mail address of its person."""

    token: str
    email: str


def open_for(rows: Session, person_id: int | None) -> OpenedSession | None:
    """Open a log-in session for this person, and end the browser's earlier one; None without such an active person."""
    at = machine_now()
    actor = logging_in.log_in(rows, person_id, on=today(), at=right_now()) if person_id else None
    if actor is None or actor.person_id is None:
        return None
    end_session(rows, request.cookies.get(session_cookie(), ""), at)
    return OpenedSession(open_session(rows, actor.person_id, at), actor.email)


def onward() -> str:
    """Return the path to which a log-in in this browser leads: the page that was asked for, or one's first page."""
    wanted = PAGE if kept_form() else way_back(session.get(NEXT))
    return url_for("login.first_page") if wanted == HOME else wanted


def redirect_logged_in(opened: OpenedSession) -> Response:
    """Redirect to the page that was asked for before the log-in, and set the log-in cookie.

    Flask's own signed cookie is emptied, so that nothing it held before the log-in is valid afterwards.
    """
    response = Response(status=303, headers={"Location": onward()})
    session.clear()
    return remember_browser(set_session_cookie(response, opened.token), opened.email)


@bp.post("/demo-login")
@open_to(Audience.ANYBODY)
def be_somebody() -> AnyResponse:
    """Log in, without a mailed link, as the person chosen on the log-in page of a demonstration.

    Answer 404 if the database holds a real municipality, or the demonstration is reached from elsewhere.
    """
    with current().database.transaction() as rows:
        if not is_open_demonstration(rows):
            abort(404)
        opened = open_for(rows, number_in(request.form.get("person", "")))
    return redirect_logged_in(opened) if opened else redirect(url_for("login.ask"), 303)


@bp.get("/min-sida")
@open_to(Audience.LOGGED_IN)
def first_page() -> AnyResponse:
    """Redirect to the page where this person works: the desk, their own department or village, or the forum.

    Who is in several units comes to the page of the first one, with its cases.
    """
    actor = current_actor()
    with current().database.reading() as rows:
        is_own = (Unit.id.in_(actor.unit_ids), Unit.kind.in_(MAY_BE_RESPONSIBLE), Unit.slug != DESK)
        own = rows.execute(select(Unit.slug, Unit.kind, Unit.active).where(*is_own).order_by(Unit.id)).all()
    if own and not actor.is_contact:
        slug, kind, is_active = own[0]
        is_villager = len(own) == 1 and kind is UnitKind.GROUP and is_active and not actor.is_staff
        return redirect(url_for("village.show" if is_villager else "units.show", slug=slug), 303)
    return redirect(url_for("desk.show" if actor.is_staff else "forum.show"), 303)
