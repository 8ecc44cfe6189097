"""Using what the log-in letter holds: the code, typed in the browser that asked, or the link and its button."""

from datetime import datetime
from typing import Any

from flask import make_response, render_template, request, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from cases import logging_in
from cases.access.tokens import Link, use_link
from cases.organisation.municipality import municipality
from cases.organisation.people import Person
from web.current import current, machine_now
from web.login.arriving import OpenedSession, onward, open_for, redirect_logged_in
from web.login.blueprint import BROWSER, KNOWN, bp
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.identity.known_browsers import known_browser
from web.requests.rate_limits import Limit, limited, network
from web.requests.returning import NEXT, safe_next

GONE = 410


def browser_that_asked() -> str | None:
    """Return the id of this browser if it has asked for a letter as a known one, else None."""
    known: str | None = session.get(KNOWN)
    return known


def _code_page(form: Form) -> str:
    """Return the page with the field for the code; with a link onward for whoever is, or may be, logged in already.

    A form that was sent again by somebody who is logged in, with the form token from before, is not shown as refused.
    """
    is_logged_in = current_actor().person_id is not None
    leads_on = is_logged_in or isinstance(form.refused, logging_in.CodeUsed)
    shown = Form() if is_logged_in and form.refused is None else form
    return render_template("login_sent.html", form=shown, wait=0, onward=onward() if leads_on else None)


@bp.get("/logga-in/kod")
@open_to(Audience.ANYBODY)
def show_code() -> str:
    """Show the field for the code once more."""
    return _code_page(Form())


@bp.post("/logga-in/kod")
@open_to(Audience.ANYBODY)
@limited(Limit.USE_LINK, known=browser_that_asked)
@shown_again_by(_code_page)
def use_code() -> AnyResponse:
    """Handle the code from the letter: log in and redirect; if refused, show the field again with the reason.

    For a code that this browser has used already, the page has a link onward.
    """
    form = Form(request.form)
    with form.catching_refusals():
        return redirect_logged_in(_log_in_with_code(form.text("code")))
    return make_response(_code_page(form), form.status)


def _log_in_with_code(typed: str) -> OpenedSession:
    """Log in with the code. Raises the refusal after the transaction that has counted the try."""
    at, key = machine_now(), current().settings.secret_key
    with current().database.transaction() as rows:
        found = logging_in.log_in_with_code(rows, session.get(BROWSER, ""), typed, key=key, at=at)
        opened = open_for(rows, found) if isinstance(found, int) else found
    if isinstance(opened, OpenedSession):
        return opened
    raise opened or logging_in.WrongCode(field="code")


@bp.get("/logga-in/<token>")
@open_to(Audience.ANYBODY)
def confirm(token: str) -> AnyResponse:
    """Show the page that the mailed link opens: a button to log in. Its status is 410 if the link is not valid.

    Opening the page logs nobody in, since a mail program may open the link by itself. The link names the page that was
    asked for, so that the log-in leads there in another browser too.
    """
    if NEXT in request.args:
        session[NEXT] = safe_next(request.args[NEXT])
    with current().database.reading() as rows:
        if _usable_link(rows, token) is not None:
            return make_response(render_template("login_confirm.html", token=token, usable=True))
        return _dead_link(rows, token)


@bp.post("/logga-in/<token>")
@open_to(Audience.ANYBODY)
@limited(Limit.USE_LINK, known=browser_that_asked)
def use(token: str) -> AnyResponse:
    """Handle the button: log in and redirect; 410 if the link is used, expired or was requested in another browser."""
    with current().database.transaction() as rows:
        municipality(rows, locked=True)  # before the link, as wherever both are locked
        link = _usable_link(rows, token)
        person_id = link.person_id if link and use_link(rows, link, machine_now()) else None
        opened = open_for(rows, person_id)
        if opened is None:
            return _dead_link(rows, token)
    return redirect_logged_in(opened)


def _usable_link(rows: Session, token: str) -> Link | None:
    return logging_in.usable_link(rows, token, session.get(BROWSER, ""), at=machine_now())


def _dead_link(rows: Session, token: str) -> AnyResponse:
    """Return the page of a link that does not work here; with a link onward, if this browser has used it just now."""
    browser, at = session.get(BROWSER, ""), machine_now()
    link = logging_in.link_of_another_browser(rows, token, browser, at=at)
    shown: dict[str, Any] = {
        "usable": False,
        "used": logging_in.used_here(rows, token, browser, at=at),
        "works_elsewhere": link is not None,
        "next_at": _next_letter_at(rows, link),
        "now": at,
        "can_use_code": logging_in.can_use_code(rows, browser, at=at),
        "onward": onward(),
    }
    return make_response(render_template("login_confirm.html", token=token, **shown), GONE)


def _next_letter_at(rows: Session, link: Link | None) -> datetime | None:
    """Return when the owner of this link, which works elsewhere, can ask for a letter in this browser; None for now."""
    person = rows.get(Person, link.person_id) if link and link.person_id else None
    if person is None:
        return None
    asking = logging_in.Asking(person.email, session.get(BROWSER, ""), network(), known_browser(person.email))
    return logging_in.next_letter_at(rows, asking, key=current().settings.secret_key, at=machine_now())
