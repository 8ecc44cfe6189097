"""The way back after the log-in: which page was asked for, and whether it is safe to go there."""

from urllib.parse import unquote, urlsplit

from flask import request, url_for

NEXT = "next"
HOME = "/"
LONGEST_NEXT = 1000  # characters: it is kept in a cookie, for which browsers have room for 4,096 bytes


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


def safe_next(wanted: str | None) -> str:
    """Return the path `wanted` if it leads to a page of this site; otherwise "/", the start page (ASVS 3.7.2)."""
    path = wanted or HOME
    read_on = (path, unquote(path), unquote(unquote(path)))  # whatever else decodes it on the way
    return path if len(path) <= LONGEST_NEXT and all(_is_ours(one) for one in read_on) else HOME


def _is_ours(path: str) -> bool:
    if not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path or not path.isprintable():
        return False
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
