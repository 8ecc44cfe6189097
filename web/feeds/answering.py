"""Answering whoever reads a feed again and again: with the feed, or with no more than that it is the same."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from flask import Response, request, url_for

from web.current import current, machine_now

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # when a feed changed in which there is no news


def whole_url(endpoint: str, **values: Any) -> str:
    """Return the whole address of this page."""
    return current().settings.base_url + url_for(endpoint, **values)


def answer(body: bytes, media_type: str, changed: datetime | None) -> Response:
    """Return the response, or 304 to a program that has this already. Each time it asks whether that is so."""
    response = Response(body, content_type=f"{media_type}; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(sha256(body).hexdigest()[:32])
    if changed is not None:
        response.last_modified = min(changed, machine_now())
    response.make_conditional(request)
    return response
