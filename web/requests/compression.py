"""Compresses answers with gzip for those who take it; never one that another site could measure (BREACH).

Compressed, a page that shows a text of the request is the shorter the more that text has in common with a secret beside
it. So what another site has made a browser ask for in somebody's name, with their cookies, is sent as it is; and the
length of every other page is blurred by up to a hundred random bytes, as in Django, for browsers that do not say.
"""

import gzip
import secrets
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Accept, Headers
from werkzeug.http import parse_accept_header

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TYPES = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/problem+json",
        "application/atom+xml",
        "image/svg+xml",
        "text/plain",
    }
)
SHORTEST = 500  # bytes: below that a packet is a packet
MOST_BLUR = 100  # bytes
QUICK, BEST = 5, 9  # of gzip's levels: for what is made anew, and for static files
NO_BODY = ("204", "206", "304")  # or a part of one
OURS = frozenset({"same-origin", "none"})


class Compressed:
    """WSGI middleware that compresses the answers of the app within it."""

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Call the app, and compress what it answers."""
        begun: list[Any] = []
        written: list[bytes] = []

        def start_later(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:
            begun[:] = [status, Headers(headers), failed]
            return written.append

        if "HTTP_IF_NONE_MATCH" in environ:  # compressed, a file is the same only by its meaning
            environ["HTTP_IF_NONE_MATCH"] = environ["HTTP_IF_NONE_MATCH"].replace('W/"', '"')
        answer = self.app(environ, start_later)
        status, headers, failed = begun
        if not _is_compressible(status, headers):
            start(status, list(headers), *failed)
            return answer
        headers["Vary"] = ", ".join([*headers.getlist("Vary"), "Accept-Encoding"])
        if not _takes_gzip(environ) or _is_measured_by_others(environ):
            start(status, list(headers), *failed)
            return answer
        body = _whole(answer, written)
        if len(body) >= SHORTEST:
            body = _compressed(body, is_static="immutable" in headers.get("Cache-Control", ""))
            headers["Content-Encoding"] = "gzip"
            if headers.get("ETag", "").startswith('"'):
                headers["ETag"] = f"W/{headers['ETag']}"
        headers["Content-Length"] = str(len(body))
        start(status, list(headers), *failed)
        return [body]


def _is_compressible(status: str, headers: Headers) -> bool:
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    is_file = headers.get("Content-Disposition", "").startswith("attachment")
    return kind in TYPES and not is_file and "Content-Encoding" not in headers and status[:3] not in NO_BODY


def _takes_gzip(environ: "WSGIEnvironment") -> bool:
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING", ""), Accept)
    return environ["REQUEST_METHOD"] != "HEAD" and accepted.quality("gzip") > 0


def _is_measured_by_others(environ: "WSGIEnvironment") -> bool:
    """Return whether another site made a browser ask, with cookies: it could guess at what is in the answer."""
    return "HTTP_COOKIE" in environ and environ.get("HTTP_SEC_FETCH_SITE", "none") not in OURS


def _whole(answer: Iterable[bytes], written: list[bytes]) -> bytes:
    try:
        return b"".join((*written, *answer))
    finally:
        if hasattr(answer, "close"):
            answer.close()


def _compressed(body: bytes, *, is_static: bool) -> bytes:
    return _compressed_once(body) if is_static else _blurred(body)


@lru_cache(maxsize=32)
def _compressed_once(body: bytes) -> bytes:
    return gzip.compress(body, BEST, mtime=0)


def _blurred(body: bytes) -> bytes:
    """Return the body compressed, with a file name of random length in the header, which no browser reads."""
    made = BytesIO()
    name = "x" * secrets.randbelow(MOST_BLUR)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=QUICK, fileobj=made, mtime=0) as packed:
        packed.write(body)
    return made.getvalue()
