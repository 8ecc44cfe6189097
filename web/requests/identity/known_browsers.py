"""The cookie that tells from which browser somebody has logged in before.

It holds a random id of the browser, and for each of the last four owners who logged in from it the moment at which they
did, with a keyed hash of all three. It opens nothing: it only keeps a quota of log-in letters, and a rate limit, for
them in this browser.
"""

import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from math import ceil

from flask import Response, request

from cases.access.tokens import keyed_hash
from cases.logging_in import KnownBrowser
from cases.mail_addresses import owner_of
from web.current import current, machine_now
from web.requests.identity.cookies import cookie_name, set_cookie

A_YEAR = timedelta(days=365)
MOST_OWNERS = 4
COOKIE = re.compile(r"[0-9a-f]{32}(?:\.[0-9]{1,13}-[0-9a-f]{64}){1,4}")


def known_browser_cookie() -> str:
    """Return the full name of the cookie."""
    return cookie_name("ventil_known", current().settings)


def remember_browser(response: Response, email: str) -> Response:
    """Let the browser show later that the owner of this address has logged in from it, and return the response."""
    browser, entries = _shown()
    moment = ceil(machine_now().timestamp() * 1000)
    others = [entry for entry in entries if not _is_of(email, browser, entry)]
    kept = [f"{moment}-{_proof(email, browser, moment)}", *others][:MOST_OWNERS]
    return set_cookie(
        response, ".".join([browser, *kept]), name=known_browser_cookie(), max_age=int(A_YEAR.total_seconds())
    )


def known_browser(email: str) -> KnownBrowser | None:
    """Return the browser that sends the request, if the owner of this address has logged in from it within a year."""
    browser, entries = _shown()
    entry = next((entry for entry in entries if _is_of(email, browser, entry)), None)
    since = datetime.fromtimestamp(_moment_of(entry) / 1000, UTC) if entry else None
    return KnownBrowser(browser, since) if since and machine_now() - since < A_YEAR else None


def _shown() -> tuple[str, list[str]]:
    """Return the browser's id and its entries, the newest first; a new id and no entries without a readable cookie."""
    shown = request.cookies.get(known_browser_cookie(), "")
    if not COOKIE.fullmatch(shown):
        return secrets.token_hex(16), []
    browser, *entries = shown.split(".")
    return browser, entries


def _is_of(email: str, browser: str, entry: str) -> bool:
    return hmac.compare_digest(entry.partition("-")[2], _proof(email, browser, _moment_of(entry)))


def _moment_of(entry: str) -> int:
    """Return when the owner logged in, in milliseconds of Unix time."""
    return int(entry.partition("-")[0])


def _proof(email: str, browser: str, moment: int) -> str:
    return keyed_hash(current().settings.secret_key, f"known browser:{browser}:{moment}:{owner_of(email)}")
