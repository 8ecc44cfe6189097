"""Rate limits for visitors: how often one network, and all together, may hand in, log in, follow and answer.

A browser from which somebody has logged in before is counted by itself when they log in again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from functools import wraps
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, TypeVar

from flask import Flask, current_app, request
from limits import parse_many

from cases.access.actors import ActorKind
from cases.database.transactions import Database
from cases.settings import Settings
from web.current import is_for_machines
from web.requests.counting import Bucket, RequestCounter
from web.requests.identity.caller import current_actor

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Allowed:
    """How many requests of one kind are allowed, in texts such as "10 per minute; 40 per hour".

    `of_network` is for each network (what that is: see `network`), `of_all` for all networks together.
    """

    kind: str
    of_network: str
    of_all: str

    def buckets(self, network: str) -> tuple[list[Bucket], list[Bucket]]:
        """Return the buckets of this network, and those of all networks together."""
        return self._of(network), [Bucket(item, self.kind) for item in parse_many(self.of_all)]

    def own_buckets(self, browser: str) -> list[Bucket]:
        """Return the buckets of a known browser, with what one network is allowed; `browser` is its id."""
        return self._of(f"browser {browser}")

    def _of(self, whose: str) -> list[Bucket]:
        return [Bucket(item, f"{self.kind} {whose}") for item in parse_many(self.of_network)]


@unique
class Limit(Enum):
    """What is limited: handing in, asking for a log-in letter, using one, following, answering. Only POST is."""

    HAND_IN = Allowed("hand in", "30 per minute; 300 per hour", "600 per minute")
    LOG_IN = Allowed("log in", "10 per minute; 40 per hour", "300 per minute")
    USE_LINK = Allowed("use link", "10 per minute; 60 per hour", "600 per minute")
    FOLLOW = Allowed("follow", "10 per minute; 40 per hour", "300 per minute")
    ANSWER = Allowed("answer", "30 per minute; 300 per hour", "600 per minute")


@dataclass
class TooOften(Exception):
    """The request is over a rate limit; in `wait` seconds another is let through."""

    wait: int


def limited(limit: Limit, *, known: Callable[[], str | None] | None = None) -> Callable[[View], View]:
    """Decorate a view so that one network may POST to it only as often as `limit` says, and all only so often.

    `known` returns the id of the browser that sends the request if it is a known one, else None. Such a browser is
    counted by itself alone: neither its neighbours in the network nor all others can spend what is allowed to it.
    """

    def declare(view: View) -> View:
        view.limit, view.known = limit, known or _nobody  # type: ignore[attr-defined]
        return view

    return declare


def _nobody() -> None:
    """Return None: no browser is known."""


def limit_requests(app: Flask, settings: Settings, database: Database) -> None:
    """Apply the limits that views declare with `limited`, unless a setting switches them off (for load tests)."""
    if not settings.rate_limits:
        return
    counter = RequestCounter(database, settings.secret_key)
    for endpoint, view in app.view_functions.items():
        if limit := getattr(view, "limit", None):
            app.view_functions[endpoint] = _counted(view, limit, counter)


def _counted(view: View, limit: Limit, counter: RequestCounter) -> View:
    """Return the view, which raises `TooOften` when a request is over the limit of its network, or of all together.

    What the network's limit refuses does not count against that of all.
    """

    def count() -> None:
        is_counted = request.method == "POST" and not has_valid_token()
        if is_counted and (wait := counter.wait(*_buckets(limit.value, view.known()))):  # type: ignore[attr-defined]
            raise TooOften(wait)

    @wraps(view)
    def counting(*args: Any, **named: Any) -> Any:
        count()
        return view(*args, **named)

    counting.count = count  # type: ignore[attr-defined]
    return counting  # type: ignore[return-value]


def _buckets(allowed: Allowed, browser: str | None) -> Sequence[list[Bucket]]:
    return [allowed.own_buckets(browser)] if browser else allowed.buckets(network())


def is_too_often() -> bool:
    """Count this request, whose view is not called, and return whether it is over the limit that the view declares."""
    count = getattr(current_app.view_functions[str(request.endpoint)], "count", None)
    try:
        if count is not None:
            count()
    except TooOften:
        return True
    return False


def network() -> str:
    """Return the network that sent the request: its IPv4 address, or the /64 around its IPv6 address.

    Rate limits count by network. An IPv4 address that is written as IPv6 (::ffff:192.0.2.1) is that IPv4 address. An
    address that cannot be read counts as the network "unknown".
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    address = getattr(address, "ipv4_mapped", None) or address
    prefix = 32 if isinstance(address, IPv4Address) else 64
    return str(ip_network((address, prefix), strict=False))


def has_valid_token() -> bool:
    """Return whether an API token has told who sent this request to the API; such a request is not limited.

    Raises `UnknownToken` when the token is unknown or revoked.
    """
    if not is_for_machines() or "Authorization" not in request.headers:
        return False
    return current_actor().kind is ActorKind.PERSON
