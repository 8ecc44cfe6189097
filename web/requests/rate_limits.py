"""Rate limits for visitors, counted by network in the memory of this process, so that no other server is needed."""

from collections.abc import Callable
from enum import StrEnum
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, TypeVar

from flask import Flask, request
from flask_limiter import Limiter

from cases.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])


class Limit(StrEnum):
    """How often one network may POST, for each kind of request: handing in, logging in, following, answering.

    A value is a text such as "10 per minute; 40 per hour". What counts as one network is what `network` returns.
    """

    HAND_IN = "30 per minute; 300 per hour"
    LOG_IN = "10 per minute; 40 per hour"
    FOLLOW = "10 per minute; 40 per hour"
    ANSWER = "30 per minute; 300 per hour"


def limited(limit: Limit) -> Callable[[View], View]:
    """Decorate a view so that one network may POST to it only as often as `limit` says."""

    def declare(view: View) -> View:
        view.limit = limit  # type: ignore[attr-defined]
        return view

    return declare


def limit_requests(app: Flask, settings: Settings) -> None:
    """Apply the limits that views declare with `limited`, unless a setting switches them off (for load tests)."""
    if not settings.rate_limits:
        return
    limiter = Limiter(
        network, app=app, storage_uri="memory://", strategy="moving-window", headers_enabled=True,
    )  # fmt: skip
    for endpoint, view in app.view_functions.items():
        if limit := getattr(view, "limit", None):
            count: Any = limiter.limit(limit.value, methods=["POST"], exempt_when=has_token, scope=limit.name)
            app.view_functions[endpoint] = count(view)


def network() -> str:
    """Return the network that sent the request: its IPv4 address, or the /64 around its IPv6 address.

    Rate limits count by network. An address that cannot be read counts as the network "unknown".
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    prefix = 32 if isinstance(address, IPv4Address) else 64
    return str(ip_network((address, prefix), strict=False))


def has_token() -> bool:
    """Return whether the request has an Authorization header.

    Such a request is not limited: the API refuses it if the token is not valid.
    """
    return "Authorization" in request.headers
