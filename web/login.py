"""Logging in by a one-time link that comes by mail, or by the code beside it, and logging out (ASVS 6.5, 6.6).

The link opens a page with a button. Only pressing the button uses the link up. Where the link opens in another browser
than the one that asked, as mail programs have it, the code is typed in the browser that asked.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from cases import logging_in
from cases.access.codes import count_try
from cases.access.tokens import Link, use_link
from cases.database.texts import storable
from cases.organisation.municipality import municipality
from cases.organisation.people import Person
from cases.organisation.units import DESK, MAY_BE_RESPONSIBLE, Unit
from web.current import current, is_open_demonstration, right_now, today
from web.pages.forms import Form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.identity.cookies import (
    drop_session_cookie,
    is_known_browser,
    remember_browser,
    session_cookie,
    set_session_cookie,
)
from web.requests.identity.sessions import end_every_session, end_session, open_session
from web.requests.kept_forms import PAGE, kept_form
from web.requests.parsing.readable import number_in
from web.requests.rate_limits import Limit, limited
from web.requests.returning import HOME, NEXT, safe_next

__all__ = ["bp", "current_actor", "safe_next"]

bp = Blueprint("login", __name__)
BROWSER = "browser"


@bp.get("/logga-in")
@open_to(Audience.ANYBODY)
def ask() -> str | AnyResponse:
    """Show the log-in form, which asks for a mail address; the demonstration's form also lists people to log in as.

    Somebody who is logged in already and was to be led on to a page is redirected there.
    """
    if NEXT in request.args:
        if current_actor().person_id is not None:
            return _redirect(safe_next(request.args[NEXT]))
        session[NEXT] = safe_next(request.args[NEXT])
    with current().database.reading() as rows:
        return render_template("login.html", people=people_of_the_demonstration(rows))


@bp.post("/logga-in")
@open_to(Audience.ANYBODY)
@limited(Limit.LOG_IN)
def ask_for_link() -> AnyResponse:
    """Handle the log-in form: mail a link and a code if the address is known.

    The page that follows has the field for the code, and says if no letter goes out and when the next one can. It is
    the same for an unknown address, so that it does not reveal which addresses are known.
    """
    email, at = storable(request.form.get("email", "")), right_now()
    browser = session.setdefault(BROWSER, secrets.token_urlsafe(16))
    with current().database.transaction() as rows:
        asking = logging_in.Asking(email, browser, is_known_browser(email))
        next_at = logging_in.ask_for_link(rows, asking, key=current().settings.secret_key, at=at)
    wait = ceil((next_at - at).total_seconds()) if next_at else 0
    response = make_response(render_template("login_sent.html", form=Form(), asked=True, wait=wait))
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


@bp.get("/logga-in/kod")
@open_to(Audience.ANYBODY)
def show_code() -> str:
    """Show the field for the code once more."""
    return render_template("login_sent.html", form=Form(), asked=False, wait=0)


@bp.post("/logga-in/kod")
@open_to(Audience.ANYBODY)
@limited(Limit.USE_LINK)
def use_code() -> AnyResponse:
    """Handle the code from the letter: log in and redirect; if refused, show the field again with the reason."""
    form = Form(request.form)
    with form.catching_refusals():
        return redirect_logged_in(_log_in_with_code(form.typed("code")))
    return make_response(render_template("login_sent.html", form=form, asked=False, wait=0), form.status)


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
@limited(Limit.USE_LINK)
def use(token: str) -> AnyResponse:
    """Handle the button: log in and redirect; 410 if the link is used, expired or was requested in another browser."""
    with current().database.transaction() as rows:
        municipality(rows, locked=True)  # before the link, as wherever both are locked
        link = _usable_link(rows, token)
        person_id = link.person_id if link and use_link(rows, link, right_now()) else None
        opened = _log_in(rows, person_id)
    if opened is None:
        return make_response(render_template("login_confirm.html", token=token, usable=False), 410)
    return redirect_logged_in(opened)


@bp.post("/demo-login")
@open_to(Audience.ANYBODY)
def be_somebody() -> AnyResponse:
    """Log in, without a mailed link, as the person chosen on the log-in page of a demonstration.

    Answer 404 if the database holds a real municipality, or the demonstration is reached from elsewhere.
    """
    with current().database.transaction() as rows:
        if not is_open_demonstration(rows):
            abort(404)
        opened = _log_in(rows, number_in(request.form.get("person", "")))
    return redirect_logged_in(opened) if opened else redirect(url_for("login.ask"), 303)


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


@dataclass(frozen=True)
class OpenedSession:
    """A log-in session that was opened: its token, for the cookie, and the mail address of its person."""

    token: str
    email: str


def _log_in(rows: Session, person_id: int | None) -> OpenedSession | None:
    """Open a log-in session for this person, and end the browser's earlier one; None without such an active person."""
    at = right_now()
    actor = logging_in.log_in(rows, person_id, on=today(), at=at) if person_id else None
    if actor is None or actor.person_id is None:
        return None
    end_session(rows, request.cookies.get(session_cookie(), ""), at)
    return OpenedSession(open_session(rows, actor.person_id, at), actor.email)


def _log_in_with_code(typed: str) -> OpenedSession:
    """Log in with the code; a try is counted in a transaction before the one in which codes are compared.

    Raises `NoCodeHere`, `CodeTriedTooOften` or `WrongCode`.
    """
    at, key = right_now(), current().settings.secret_key
    with current().database.transaction() as rows:
        municipality(rows, locked=True)
        ids, too_often = count_try(rows, session.get(BROWSER, ""), at=at)
    if not ids:
        raise logging_in.CodeTriedTooOften(field="code") if too_often else logging_in.NoCodeHere(field="code")
    with current().database.transaction() as rows:
        opened = _log_in(rows, logging_in.log_in_with_code(rows, ids, typed, key=key, at=at))
        if opened is None:
            raise logging_in.WrongCode(field="code")
    return opened


def redirect_logged_in(opened: OpenedSession) -> Response:
    """Redirect to the page that was asked for before the log-in, and set the log-in cookie.

    Flask's own signed cookie is emptied, so that nothing it held before the log-in is valid afterwards.
    """
    wanted = PAGE if kept_form() else safe_next(session.get(NEXT))
    session.clear()
    response = _redirect(url_for("login.first_page") if wanted == HOME else wanted)
    return remember_browser(set_session_cookie(response, opened.token), opened.email)


def redirect_logged_out(end: Callable[[Session], None]) -> Response:
    """End sessions by calling `end` in a transaction, delete the cookies, and redirect to the start page."""
    with current().database.transaction() as rows:
        end(rows)
    session.clear()
    return drop_session_cookie(_redirect(HOME))


def _redirect(path: str) -> Response:
    return Response(status=303, headers={"Location": path})


def people_of_the_demonstration(rows: Session) -> list[Person]:
    """Return the people one can log in as without a mailed link: in a demonstration, everybody who is active.

    Return [] if the database holds a real municipality. `rows` is the database session.
    """
    if not is_open_demonstration(rows):
        return []
    return list(rows.scalars(select(Person).where(Person.active).order_by(Person.id)))
