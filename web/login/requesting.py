"""Asking for a log-in letter."""

import secrets
from math import ceil

from flask import make_response, redirect, render_template, request, session
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from cases import logging_in
from cases.mail_addresses import read_address
from cases.organisation.people import Person
from web.current import current, is_open_demonstration, machine_now
from web.login.blueprint import BROWSER, KNOWN, bp
from web.pages.forms import Form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.identity.known_browsers import known_browser
from web.requests.rate_limits import Limit, limited, network
from web.requests.returning import NEXT, path_for_a_letter, safe_next


@bp.get("/logga-in")
@open_to(Audience.ANYBODY)
def ask() -> str | AnyResponse:
    """Show the log-in form, which asks for a mail address; the demonstration's form also lists people to log in as.

    Somebody who is logged in already and was to be led on to a page is redirected there.
    """
    if NEXT in request.args:
        wanted = safe_next(request.args[NEXT])
        if current_actor().person_id is not None:
            return redirect(wanted, 303)
        session[NEXT] = wanted
    return _page(Form())


def _page(form: Form) -> str:
    with current().database.reading() as rows:
        return render_template("login.html", form=form, people=people_of_the_demonstration(rows))


def known_here() -> str | None:
    """Return the id of this browser if the owner of the address that is typed has logged in from it; else None."""
    known = known_browser(request.form.get("email", ""))
    return known.id if known else None


@bp.post("/logga-in")
@open_to(Audience.ANYBODY)
@limited(Limit.LOG_IN, known=known_here)
def ask_for_link() -> AnyResponse:
    """Handle the log-in form: mail a link and a code if the address is known.

    The page that follows has the field for the code, and says if no letter goes out and when the next one can. It is
    the same for an unknown address, so that it does not reveal which addresses are known. What is no mail address at
    all is refused beside its field.
    """
    form = Form(request.form)
    with form.catching_refusals():
        return _answer(read_address(form.text("email")))
    return make_response(_page(form), form.status)


def _answer(email: str) -> AnyResponse:
    at = machine_now()
    with current().database.transaction() as rows:
        asked = logging_in.ask_for_link(rows, _asking(email), key=current().settings.secret_key, at=at)
    wait = ceil((asked.next_at - at).total_seconds()) if asked.next_at else 0
    shown = {"asked": asked, "wait": wait, "next_at": asked.next_at}
    response = make_response(render_template("login_sent.html", form=Form(), again=Form(request.form), **shown))
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _asking(email: str) -> logging_in.Asking:
    browser = session.setdefault(BROWSER, secrets.token_urlsafe(16))
    known = known_browser(email)
    session[KNOWN] = known.id if known else None
    return logging_in.Asking(email, browser, network(), known, wanted=path_for_a_letter(session.get(NEXT)))


def people_of_the_demonstration(rows: Session) -> list[Person]:
    """Return the people one can log in as without a mailed link: in a demonstration, everybody who is active.

    Return [] if the database holds a real municipality. `rows` is the database session.
    """
    if not is_open_demonstration(rows):
        return []
    return list(rows.scalars(select(Person).where(Person.active).order_by(Person.id)))
