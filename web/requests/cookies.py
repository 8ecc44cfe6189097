"""The cookies: what they are called, and that nobody else reads them."""

from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from cases.settings import Settings
from web.current import current, is_for_machines
from web.requests.sessions import LIVES


class CookieOfPages(SecureCookieSessionInterface):
    """Flask's own signed cookie, for pages: a call to the API does not read it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Give what the cookie holds; nothing to a machine."""
        return self.session_class() if is_for_machines() else super().open_session(app, request)


def is_https(settings: Settings) -> bool:
    """Say whether people reach us over https; plain http is for this machine itself."""
    return settings.base_url.startswith("https://")


def cookie_name(name: str, settings: Settings) -> str:
    """Give the cookie's name, with the prefix that keeps other hosts from setting it (ASVS 3.3.3)."""
    return f"__Host-{name}" if is_https(settings) else name


def session_cookie() -> str:
    """Give the name of the cookie of somebody who is logged in."""
    return cookie_name("ventil_login", current().settings)


def set_session_cookie(response: Response, token: str) -> Response:
    """Let the browser keep the session's token."""
    return _set(response, token, max_age=int(LIVES.total_seconds()))


def drop_session_cookie(response: Response) -> Response:
    """Let the browser forget it."""
    return _set(response, "", max_age=0)


def keep_cookies_safe(app: Flask, settings: Settings) -> None:
    """Set what Flask leaves open about its own signed cookie (forms, language, messages: no log-in)."""
    app.session_interface = CookieOfPages()
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name("ventil", settings),
        SESSION_COOKIE_SECURE=is_https(settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )


def _set(response: Response, token: str, **how: Any) -> Response:
    secure = is_https(current().settings)
    response.set_cookie(session_cookie(), token, secure=secure, httponly=True, samesite="Lax", path="/", **how)
    return response
