"""Logging in by a one-time link that comes by mail, and logging out (ASVS 6.5, 6.6).

The link opens a page with a button. Only pressing the button uses the link up.
"""

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from cases import logging_in
from cases.access.tokens import Link, use_link
from cases.database.texts import storable
from cases.organisation.municipality import municipality
from cases.organisation.people import Person
from cases.organisation.units import DESK, MAY_BE_RESPONSIBLE, Unit
from web.current import current, right_now, today
from web.requests.caller import current_actor
from web.requests.cookies import drop_session_cookie, session_cookie, set_session_cookie
from web.requests.guard import Audience, open_to
from web.requests.rate_limits import Limit, limited
from web.requests.readable import number_in
from web.requests.sessions import end_every_session, end_session, open_session

__all__ = ["bp", "current_actor"]

bp = Blueprint("login", __name__)
BROWSER, NEXT = "browser", "next"
HOME = "/"


@bp.get("/logga-in")
@open_to(Audience.ANYBODY)
def ask() -> str:
    """Show the log-in form, which asks for a mail address; the demonstration's form also lists people to log in as."""
    session[NEXT] = safe_next(request.args.get(NEXT))
    with current().database.reading() as rows:
        return render_template("login.html", people=people_of_the_demonstration(rows))


@bp.post("/logga-in")
@open_to(Audience.ANYBODY)
@limited(Limit.LOG_IN)
def ask_for_link() -> str:
    """Handle the log-in form: mail a link if the address is known.

    The page that follows is the same for an unknown address, so that it does not reveal which addresses are known.
    """
    browser = session.setdefault(BROWSER, secrets.token_urlsafe(16))
    with current().database.transaction() as rows:
        email, key = storable(request.form.get("email", "")), current().settings.secret_key
        logging_in.ask_for_link(rows, email, browser, key=key, at=right_now())
    return render_template("login_sent.html")


@bp.get("/logga-in/<token>")
@open_to(Audience.ANYBODY)
def confirm(token: str) -> AnyResponse:
    """Show the page that the mailed link opens: a button to log in. Its status is 410 if the link is not valid.

    Opening the page logs nobody in, since a mail program may open the link by itself.
    """
    with current().database.reading() as rows:
        usable = _usable_link(rows, token) is not None
    page = render_template("login_confirm.html", token=token, usable=usable)
    return make_response(page, 200 if usable else 410)


@bp.post("/logga-in/<token>")
@open_to(Audience.ANYBODY)
@limited(Limit.LOG_IN)
def use(token: str) -> AnyResponse:
    """Handle the button: log in and redirect; 410 if the link is used, expired or was requested in another browser."""
    with current().database.transaction() as rows:
        link = _usable_link(rows, token)
        person_id = link.person_id if link and use_link(rows, link, right_now()) else None
        key = _log_in(rows, person_id)
    if key is None:
        return make_response(render_template("login_confirm.html", token=token, usable=False), 410)
    return redirect_logged_in(key)


@bp.post("/demo-login")
@open_to(Audience.ANYBODY)
def be_somebody() -> AnyResponse:
    """Log in, without a mailed link, as the person chosen on the log-in page of a demonstration.

    Answer 404 if the database holds a real municipality.
    """
    with current().database.transaction() as rows:
        if not municipality(rows).demonstration:
            abort(404)
        key = _log_in(rows, number_in(request.form.get("person", "")))
    return redirect_logged_in(key) if key else redirect(url_for("login.ask"), 303)


@bp.get("/min-sida")
@open_to(Audience.LOGGED_IN)
def first_page() -> AnyResponse:
    """Redirect to the page where this person works: the desk, their own department or group, or the forum."""
    actor = current_actor()
    with current().database.reading() as rows:
        own = select(Unit.slug).where(Unit.id.in_(actor.unit_ids), Unit.kind.in_(MAY_BE_RESPONSIBLE), Unit.slug != DESK)
        slug = rows.scalar(own.order_by(Unit.id))
    if slug and not actor.is_contact:
        return redirect(url_for("units.show", slug=slug), 303)
    return redirect(url_for("desk.show" if actor.is_staff else "forum.show"), 303)


@bp.post("/logga-ut")
@open_to(Audience.ANYBODY)
def log_out() -> AnyResponse:
    """End the log-in session of this browser, and redirect to the start page."""
    token = request.cookies.get(session_cookie(), "")
    return redirect_logged_out(lambda rows: end_session(rows, token, right_now()))


@bp.post("/logga-ut/overallt")
@open_to(Audience.LOGGED_IN)
def log_out_everywhere() -> AnyResponse:
    """End this person's log-in sessions in all browsers, and redirect to the start page."""
    person_id = current_actor().person_id or 0
    return redirect_logged_out(lambda rows: end_every_session(rows, person_id, right_now()))


def _usable_link(rows: Session, token: str) -> Link | None:
    return logging_in.usable_link(rows, token, session.get(BROWSER, ""), at=right_now())


def _log_in(rows: Session, person_id: int | None) -> str | None:
    """Open a log-in session for this person and return its token; None when there is no such active person."""
    at = right_now()
    actor = logging_in.log_in(rows, person_id, on=today(), at=at) if person_id else None
    return open_session(rows, actor.person_id, at) if actor and actor.person_id else None


def redirect_logged_in(key: str) -> Response:
    """Redirect to the page that was asked for before the log-in, and set the log-in cookie to the session token `key`.

    Flask's own signed cookie is emptied, so that nothing it held before the log-in is valid afterwards.
    """
    wanted = safe_next(session.get(NEXT))
    session.clear()
    return set_session_cookie(_redirect(url_for("login.first_page") if wanted == HOME else wanted), key)


def redirect_logged_out(end: Callable[[Session], None]) -> Response:
    """End sessions by calling `end` in a transaction, delete the cookies, and redirect to the start page."""
    with current().database.transaction() as rows:
        end(rows)
    session.clear()
    return drop_session_cookie(_redirect(HOME))


def _redirect(path: str) -> Response:
    return Response(status=303, headers={"Location": path})


def safe_next(wanted: str | None) -> str:
    """Return the path `wanted` if it leads to a page of this site; otherwise "/", the start page (ASVS 3.7.2)."""
    path = wanted or HOME
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours and not parts.scheme and not parts.netloc and "\\" not in path else HOME


def people_of_the_demonstration(rows: Session) -> list[Person]:
    """Return the people one can log in as without a mailed link: in a demonstration, everybody who is active.

    Return [] if the database holds a real municipality. `rows` is the database session.
    """
    if not municipality(rows).demonstration:
        return []
    return list(rows.scalars(select(Person).where(Person.active).order_by(Person.id)))
