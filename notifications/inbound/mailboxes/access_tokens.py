"""Access tokens for mailboxes that take no passwords: OAuth 2.0 with client credentials (RFC 6749, 4.4).

A token is kept in this process until shortly before it expires.
"""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cases.settings.mail_in import OAuthClient
from notifications.inbound.mailboxes.errors import MailboxUnreachable, TokenRefused, one_line, why_unreachable

ANSWER_SECONDS = 15.0
LONGEST_ANSWER = 100_000  # bytes
USUAL_LIFE = 3600  # seconds, where the answer does not say
ENDS_BEFORE = 120  # seconds: a token is no longer used this long before it expires
LONGEST_REASON = 160  # characters


@dataclass
class TokenSource:
    """Fetches access tokens for one client; `current` may be called by several threads."""

    client: OAuthClient
    _token: str = field(default="", repr=False)
    _ends_at: float = 0.0  # time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> str:
        """Return an access token that holds. Raises `TokenRefused`, or `MailboxUnreachable` when nobody answers."""
        with self._lock:
            if time.monotonic() >= self._ends_at:
                self._token, life = self._fetch()
                self._ends_at = time.monotonic() + life - ENDS_BEFORE
            return self._token

    def forget(self) -> None:
        """Drop the token, since a mail server does not take it: the next one is fetched anew."""
        with self._lock:
            self._token, self._ends_at = "", 0.0

    def _fetch(self) -> tuple[str, float]:
        client = self.client
        form = {
            "grant_type": "client_credentials",
            "client_id": client.client_id,
            "client_secret": client.secret,
            "scope": client.scope,
        }
        request = urllib.request.Request(client.token_url, urllib.parse.urlencode(form).encode())  # noqa: S310 - the settings allow https, or http on this machine
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - as above  # nosec B310
                said = _read_json(answer.read(LONGEST_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                said = _read_json(error.read(LONGEST_ANSWER))
            raise TokenRefused(f"the token address refuses: {error.code} {self._reason(said)}".strip()) from None
        except (OSError, ValueError) as error:
            host = urllib.parse.urlsplit(client.token_url).hostname
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            said_why = why_unreachable(cause) if isinstance(cause, Exception) else one_line(cause)
            raise MailboxUnreachable(f"the token address at {host} cannot be reached: {said_why}") from None
        token = said.get("access_token")
        if not isinstance(token, str) or not token:
            raise TokenRefused("the token address answers without an access token")
        return token, _life_in(said)

    def _reason(self, said: dict[str, Any]) -> str:
        reason = f"{said.get('error', '')} {said.get('error_description', '')}"
        return one_line(reason, (self.client.secret,))[:LONGEST_REASON]


@cache
def token_source(client: OAuthClient) -> TokenSource:
    """Return this process's source of tokens for the client: one, so that a token is fetched once."""
    return TokenSource(client)


def _life_in(said: dict[str, Any]) -> float:
    """Return for how many seconds the token holds, as the answer says; some servers write the number as a text."""
    try:
        return float(said.get("expires_in", USUAL_LIFE))
    except (TypeError, ValueError):
        return USUAL_LIFE


def _read_json(written: bytes) -> dict[str, Any]:
    try:
        said = json.loads(written)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
