"""Logs one line for each request, always with the same keys, never with a mail address, a token or a text."""

import secrets
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()
FIRST_ERROR = 400
REFUSALS = {401: "access.unknown", 403: "access.refused", 429: "access.too_often"}
QUIET = frozenset({"health.alive", "static"})


def log_requests(app: Flask) -> None:
    """Let the app give each request an id and log its outcome."""
    app.before_request(start_request)
    app.after_request(log_request)


def start_request() -> None:
    """Before a request: set its id and start time. An id in its headers is not used, since anybody can send one."""
    g.request_id, g.began = secrets.token_hex(8), time.perf_counter()


def log_request(response: Response) -> Response:
    """After a request: log its route, status and time, and who sent it by id; return the response unchanged.

    What was refused gets a second line, with a name of its own (ASVS 16.3). The path is not logged, as it may hold a
    one-time token. Requests for /healthz and static files are not logged.
    """
    if request.endpoint not in QUIET:
        keys = {
            "id": g.request_id,
            "method": request.method,
            "route": str(request.url_rule or "none").replace("<token>", "-"),
            "status": response.status_code,
            "person": g.caller.actor.person_id if "caller" in g else None,
        }
        log.info("request", **keys, ms=round((time.perf_counter() - g.began) * 1000, 1))
        if name := _refusal(response.status_code):
            log.warning(name, **keys)
    return response


def _refusal(status: int) -> str | None:
    """Return the name under which a refused log-in, or a request that was not allowed, is logged; None for others."""
    if request.blueprint == "login" and request.method == "POST" and status >= FIRST_ERROR:
        return "login.failed"
    return REFUSALS.get(status)
