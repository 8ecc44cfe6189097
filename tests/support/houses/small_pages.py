"""Browsers for the small municipality's pages, logged in or not, whose forms carry their CSRF token."""

import hashlib
import html
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from flask.testing import FlaskClient
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from support.houses.small_web import Web
from werkzeug.test import TestResponse

from web.requests.sessions import open_session


@dataclass
class PageClient:
    """One browser, with cookies of its own."""

    web: Web
    browser: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.browser.get(path)

    def read(self, path: str) -> str:
        """Open a page, which must answer 200; return its text without markup."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, words(answer.text)[:300])
        return words(answer.text)

    def send(self, path: str, **form: object) -> TestResponse:
        """Send a form, with its CSRF token."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.browser.get("/logga-in").text).group(1)
        return self.browser.post(path, data={"csrf_token": token, **form}, content_type="multipart/form-data")


def visitor(web: Web, who: str | None = None) -> PageClient:
    """Return a browser in which this person is logged in; nobody for None."""
    browser = web.browser()
    if who:
        with web.database.transaction() as session:
            key = open_session(session, web.person_id(who), datetime.now(UTC))
        browser.set_cookie("ventil_login", key)
    return PageClient(web, browser)


def words(page: str) -> str:
    """Return the text of an HTML page, without its head and markup."""
    body = re.sub(r"(?s)<head>.*?</head>", " ", page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def stamp(web: Web, seconds: int = 10) -> str:
    """Return the signed time stamp of a form that was shown so many seconds ago."""

    class EarlierSigner(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - seconds

    how = {"digest_method": hashlib.sha256}
    return str(
        URLSafeTimedSerializer(web.settings.secret_key, salt="form", signer=EarlierSigner, signer_kwargs=how).dumps(
            "form"
        )
    )
