"""The cookie that holds the token of the link in a letter, for the pages of this link alone."""

from flask import Response, request

from web.current import current
from web.requests.identity.cookies import is_https


def keep_token(response: Response, number: int, path: str, token: str) -> Response:
    """Put the token into a cookie for the page of this link and what lies below it, and return the response.

    Another letter's link has another path: two open letters in one browser never act on each other's cases.
    """
    secure = is_https(current().settings)
    response.set_cookie(_name(), token, secure=secure, httponly=True, samesite="Lax", path=path)
    return response


def kept_token() -> str:
    """Return the token that the browser sends to the pages of this link; "" for a browser that has none."""
    return request.cookies.get(_name(), "")


def _name() -> str:
    """Return the cookie's name: its path is none that the prefix "__Host-" allows."""
    return "__Secure-ventil_svar" if is_https(current().settings) else "ventil_svar"
