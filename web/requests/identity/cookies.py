"""The cookies: their names, and the flags that keep scripts from reading and other hosts from setting them."""

import secrets
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from cases.database.tables.idempotency_keys import IDEMPOTENCY_KEYS_KEPT_FOR
from cases.settings import Settings
from web.current import current, is_for_machines
from web.requests.identity.sessions import LIFETIME


class CookieOfPages(SecureCookieSessionInterface):
    """Flask's session in a signed cookie, for pages only: a request to the API gets an empty one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session that the cookie holds; an empty one for a request to the API."""
        return self.session_class() if is_for_machines() else super().open_session(app, request)


def is_https(settings: Settings) -> bool:
    """Return whether the installation's base URL is https. Plain http is allowed only on this machine itself."""
    return settings.base_url.startswith("https://")


def cookie_name(name: str, settings: Settings) -> str:
    """Return the full name of the cookie `name`: under https "__Host-" and the name, otherwise the name alone.

    The prefix keeps other hosts from setting the cookie (ASVS 3.3.3).
    """
    return f"__Host-{name}" if is_https(settings) else name


def session_cookie() -> str:
    """Return the name of the log-in cookie."""
    return cookie_name("ventil_login", current().settings)


def set_session_cookie(response: Response, token: str) -> Response:
    """Set the log-in cookie of the response to the session's token, and return the response."""
    return set_cookie(response, token, max_age=int(LIFETIME.total_seconds()))


def drop_session_cookie(response: Response) -> Response:
    """Delete the log-in cookie by this response, and return the response."""
    return set_cookie(response, "", max_age=0)


def _sender_name() -> str:
    return cookie_name("ventil_sender", current().settings)


def sender_cookie() -> str:
    """Return the cookie by which an anonymous sender to the API is known again; a new one if they have none."""
    return request.cookies.get(_sender_name()) or secrets.token_urlsafe(16)


def remember_sender(response: Response, sender: str) -> Response:
    """Give this cookie to an anonymous sender to the API, and return the response."""
    return set_cookie(response, sender, name=_sender_name(), max_age=int(IDEMPOTENCY_KEYS_KEPT_FOR.total_seconds()))


def keep_cookies_safe(app: Flask, settings: Settings) -> None:
    """Configure Flask's own signed cookie, which holds form tokens and messages (the log-in has another cookie)."""
    app.session_interface = CookieOfPages()
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name("ventil", settings),
        SESSION_COOKIE_SECURE=is_https(settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )


def set_cookie(response: Response, value: str, *, name: str | None = None, **more: Any) -> Response:
    """Set a cookie by this response, with the flags that all have, and return it; without `name` the log-in cookie."""
    secure = is_https(current().settings)
    response.set_cookie(name or session_cookie(), value, secure=secure, httponly=True, samesite="Lax", path="/", **more)
    return response
