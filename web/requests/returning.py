"""The way back after the log-in: which page was asked for, and whether it is safe to go there."""

import re
from urllib.parse import unquote, urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

NEXT = "next"
HOME = "/"
LONGEST_NEXT = 1000  # characters: it is kept in a cookie, for which browsers have room for 4,096 bytes
DOTS = frozenset({".", ".."})
IN_LETTERS = re.compile(r"/(?:arenden/[0-9]{4}-[0-9]{4,8}|skrivbord|ring|forum(?:/[0-9]{1,9})?|undanlagt|utskick)")
DOORS = ("/logga-in", "/logga-ut", "/demo-login")  # whoever has logged in has no use for them


def login_url() -> str:
    """Return the URL of the log-in page, which leads back to the page of this request afterwards.

    From a form of a case it leads back to the page of the case, and from the log-in pages to where they were to lead.
    """
    return url_for("login.ask", next=_page_asked_for())


def _page_asked_for() -> str | None:
    if request.blueprint == "login" or request.endpoint is None:
        return None  # there it is known already, or there is no such page
    if request.method in {"GET", "HEAD"}:
        return safe_next(request.full_path.rstrip("?"))
    ref = (request.view_args or {}).get("ref")
    return safe_next(url_for("case.show", ref=ref)) if ref else None


def way_back(wanted: str | None) -> str:
    """Return the path that `safe_next` returns, if it can be opened; "/" if it only takes forms."""
    path = safe_next(wanted)
    try:
        current_app.url_map.bind("").match(unquote(urlsplit(path).path), method="GET")
    except MethodNotAllowed:
        return HOME
    except (HTTPException, RequestRedirect):
        return path  # the page itself says so
    return path


def path_for_a_letter(wanted: str | None) -> str | None:
    """Return the path of the page that was asked for, without its query, if a log-in letter may name it; else None.

    Anybody can ask for a letter to anybody, so it names only a case by its number, and pages of staff: no words that
    somebody chose, nor a private page, whose path is a key.
    """
    path = urlsplit(safe_next(wanted)).path
    return path if IN_LETTERS.fullmatch(path) else None


def safe_next(wanted: str | None) -> str:
    """Return the path `wanted` if it leads to a page of this site; otherwise "/", the start page (ASVS 3.7.2).

    A path that a browser would first make shorter ("..", "//") leads to "/", as do the log-in and the log-out.
    """
    path = wanted or HOME
    is_safe = len(path) <= LONGEST_NEXT and all(_is_ours(one) for one in _read_on(path)) and _is_plain(path)
    return path if is_safe else HOME


def _read_on(text: str) -> tuple[str, str, str]:
    """Return the text, and what is read when it is decoded once or twice more on the way."""
    return text, unquote(text), unquote(unquote(text))


def _is_ours(path: str) -> bool:
    if not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path or not path.isprintable():
        return False
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def _is_plain(text: str) -> bool:
    """Return whether the path before any ? or # has no empty segment, no "." or "..", and is none of the doors."""
    return all(_has_plain_segments(path) for path in _read_on(urlsplit(text).path))


def _has_plain_segments(path: str) -> bool:
    segments = [segment.partition(";")[0] for segment in path.split("/")]
    is_door = any(path == door or path.startswith(f"{door}/") for door in DOORS)
    return "//" not in path and DOTS.isdisjoint(segments) and not is_door
