"""Browsers for the small municipality's pages, logged in or not, whose forms carry their CSRF token."""

import hashlib
import html
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser

from flask.testing import FlaskClient
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from support.houses.small_web import Web
from werkzeug.test import TestResponse

from web.requests.identity.sessions import open_session


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

    def form_token(self) -> str:
        """Return this browser's CSRF token."""
        return str(re.search(r'name="csrf_token" value="([^"]+)"', self.browser.get("/logga-in").text).group(1))

    def send(self, path: str, **form: object) -> TestResponse:
        """Send a form, with its CSRF token."""
        data = {"csrf_token": self.form_token(), **form}
        return self.browser.post(path, data=data, content_type="multipart/form-data")


class FormReader(HTMLParser):
    """Reads the form of a page that is sent to `action`, as a browser would send it."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.fields, self._inside, self._text = action, {}, False, ""
        self.chosen, self._select = {}, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action") == self.action
        elif self._inside and tag == "input" and _is_sent(given):
            self.fields.setdefault(given["name"], []).append(given.get("value", ""))
        elif self._inside and tag == "textarea":
            self._text = given["name"]
            self.fields[self._text] = [""]
        elif self._inside and tag == "select":
            self._select = given["name"]
        elif self._inside and tag == "option":
            self.chosen.setdefault(self._select, given["value"])
            if "selected" in given:
                self.chosen[self._select] = given["value"]
                self.fields.setdefault("selected", []).append(given["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text][0] += data


def fields_of(page: str, action: str) -> dict[str, list[str]]:
    """Return the fields of the form on a page that is sent to `action`, with what is in them; {} without one."""
    reader = FormReader(action)
    reader.feed(page)
    return reader.fields


def form_as_sent(page: str, action: str) -> dict[str, str]:
    """Return the fields of this form as a browser would send it: one value of each, and no CSRF token."""
    reader = FormReader(action)
    reader.feed(page)
    fields = {name: values[0] for name, values in reader.fields.items() if name not in {"selected", "csrf_token"}}
    return fields | reader.chosen


def _is_sent(given: dict[str, str]) -> bool:
    kind = given.get("type", "text")
    return (
        "name" in given and kind not in {"file", "submit"} and (kind not in {"checkbox", "radio"} or "checked" in given)
    )


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
            secrets.token_urlsafe(12)
        )
    )
