"""Answers to htmx, which puts a part of a page into the page that is shown: it must not lose the reader on the way.

What it cannot put there becomes a page of its own: a redirect to another page, since a browser follows it before htmx
sees it (https://htmx.org/headers/hx-redirect/), and an error, which has no such part.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, request

NO_CONTENT = 204
WHOLE = {"HX-Retarget": "#innehall", "HX-Reselect": "#innehall", "HX-Reswap": "outerHTML show:window:top"}


def answer_parts(app: Flask) -> None:
    """Make the app lead htmx to another page where it redirects there."""
    app.after_request(lead_on)


def is_part_asked() -> bool:
    """Return whether htmx asks for a part of the page, to put it into the page that is shown."""
    return request.headers.get("HX-Request") == "true"


def show_whole(response: Response) -> Response:
    """Return the response, which htmx shows in place of the whole content of the page, not only of the part."""
    if is_part_asked():
        response.headers.update(WHOLE)
    return response


def lead_on(response: Response) -> Response:
    """Return the response, made one that leads htmx on where it redirects to another page than the one shown."""
    address = response.headers.get("Location")
    if address is None or not is_part_asked() or urlsplit(address).path == _shown():
        return response
    response.status_code, response.data = NO_CONTENT, b""
    del response.headers["Location"]
    response.headers["HX-Redirect"] = address
    return response


def _shown() -> str:
    """Return the path of the page that is shown in the browser."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path
