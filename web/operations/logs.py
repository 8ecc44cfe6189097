"""Logs one line for each request, always with the same keys, never with a mail address, a token or a text."""

import secrets
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()
QUIET = frozenset({"health.alive", "static"})


def log_requests(app: Flask) -> None:
    """Let the app give each request an id and log its outcome."""
    app.before_request(start_request)
    app.after_request(log_request)


def start_request() -> None:
    """Before a request: set its id and start time. An id in its headers is not used, since anybody can send one."""
    g.request_id, g.began = secrets.token_hex(8), time.perf_counter()


def log_request(response: Response) -> Response:
    """After a request: log its route, status and time, and return the response unchanged.

    The path is not logged, as it may hold a one-time token. Requests for /healthz and static files are not logged.
    """
    if request.endpoint not in QUIET:
        log.info(
            "request",
            id=g.request_id,
            method=request.method,
            route=str(request.url_rule or "none"),
            status=response.status_code,
            ms=round((time.perf_counter() - g.began) * 1000, 1),
        )
    return response
