"""How often one visitor may ask: per network, in this process (so no server of ours can be in the way)."""

from collections.abc import Callable
from enum import StrEnum
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, TypeVar

from flask import Flask, request
from flask_limiter import Limiter

from cases.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])


class Limit(StrEnum):
    """What is limited for those who are not logged in, and how often it may be done."""

    HAND_IN = "30 per minute; 300 per hour"
    LOG_IN = "10 per minute; 40 per hour"
    FOLLOW = "10 per minute; 40 per hour"
    ANSWER = "30 per minute; 300 per hour"


def limited(limit: Limit) -> Callable[[View], View]:
    """Declare that one network may ask for this only so often."""

    def declare(view: View) -> View:
        view.limit = limit  # type: ignore[attr-defined]
        return view

    return declare


def limit_requests(app: Flask, settings: Settings) -> None:
    """Count what the declared views are asked for. Off (for load tests) by a setting."""
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
    """Give whom a request is counted for: the IPv4 address, or the IPv6 network that one home has."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    prefix = 32 if isinstance(address, IPv4Address) else 64
    return str(ip_network((address, prefix), strict=False))


def has_token() -> bool:
    """Say whether a machine names itself; a token that opens nothing is refused before anything is done."""
    return "Authorization" in request.headers
