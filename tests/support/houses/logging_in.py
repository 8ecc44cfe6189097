"""How somebody logs in over HTTP in a test: the form, the link in the letter, the button."""

import re

from flask.testing import FlaskClient
from sqlalchemy import func, select
from support.houses.small_web import Web
from werkzeug.test import TestResponse

from cases.access.tokens import Link, link_token

CONTACT = "contact@example.se"


def csrf(browser: FlaskClient) -> str:
    """Return the form token of this browser."""
    page = browser.get("/logga-in").text
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)


def ask(browser: FlaskClient, email: str = CONTACT, **more: object) -> TestResponse:
    """Ask for a log-in letter to this address."""
    return browser.post("/logga-in", data={"csrf_token": csrf(browser), "email": email}, **more)


def last_link(web: Web) -> Link:
    """Return the link that was made last."""
    with web.database.reading() as session:
        return session.scalars(select(Link).order_by(Link.id.desc())).first()


def token_of_last_link(web: Web) -> str:
    """Return the token of the link that was made last, as its letter has it."""
    return link_token(last_link(web), web.settings.secret_key)


def use(browser: FlaskClient, token: str) -> TestResponse:
    """Press the button on the page of a log-in link."""
    return browser.post(f"/logga-in/{token}", data={"csrf_token": csrf(browser)})


def log_in(web: Web, browser: FlaskClient | None = None, **more: object) -> FlaskClient:
    """Log the contact person in, with a letter that is asked for as `more` says, and return the browser."""
    browser = browser or web.browser()
    ask(browser, **more)
    assert use(browser, token_of_last_link(web)).status_code == 303
    return browser


def count(web: Web, table: type, *where: object) -> int:
    """Return how many rows of the table fulfil the conditions."""
    with web.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where))
