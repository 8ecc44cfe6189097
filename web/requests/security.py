"""Security headers on every response, errors and files included, and forms that other sites cannot send."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from flask_wtf.csrf import CSRFProtect

from cases.settings import LOOPBACK, Settings
from web.current import is_for_machines
from web.requests.identity.cookies import is_https
from web.requests.parsing.multipart import LARGEST_BODY, FormRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OURS = frozenset({"same-origin", "none"})
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",  # unless the response says otherwise itself: a file, a feed
}
ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}

csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


class SafeHeaders:
    """WSGI middleware that adds the security headers that a response does not set itself."""

    def __init__(self, app: "WSGIApplication", settings: Settings) -> None:
        self.app = app
        self.headers = list((HEADERS | (ONLY_HTTPS if is_https(settings) else {})).items())

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        def start_safely(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:
            present = {name.lower() for name, _ in headers}
            headers += [header for header in self.headers if header[0].lower() not in present]
            return start(status, headers, *failed)

        return self.app(environ, start_safely)


def secure(app: Flask, settings: Settings) -> None:
    """Set Flask's secret key, trusted hosts and size limits, and make `only_our_forms` check every request."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=trusted_hosts(settings),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=200,
        WTF_CSRF_CHECK_DEFAULT=False,  # `only_our_forms` asks for the check
        WTF_CSRF_TIME_LIMIT=None,  # it lives as long as the browser's session
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which no-referrer forbids
    )
    csrf.init_app(app)
    app.before_request(only_our_forms)


def trusted_hosts(settings: Settings) -> list[str]:
    """Return the hosts that requests may name: the base URL's and loopback's (not ::1, which Werkzeug cannot match)."""
    return [str(urlsplit(settings.base_url).hostname), *sorted(LOOPBACK - {"::1"})]


def only_our_forms() -> None:
    """Refuse a form that was sent from another site or without a valid form token; called before each request.

    Not checked: requests to the API, and one-click unsubscribing by mail programs (ASVS 3.5.1, 3.5.3).
    """
    if request.method not in CHANGING or is_for_machines() or request.endpoint is None:
        return
    if getattr(current_app.view_functions[request.endpoint], "sent_by_mail_programs", False):
        return
    if not comes_from_us():
        abort(403, "cross-site")
    if isinstance(request, FormRequest) and request.is_left_unread:
        abort(413, "too-large-to-read")
    csrf.protect()
    if isinstance(request, FormRequest) and request.is_too_large and not takes_form_with_files():
        abort(413)


def takes_files(view: View) -> View:
    """Decorate a view to declare that it takes forms with files, also too large ones, which it shows again.

    Such a form has no more than its words and 10 MB of its files.
    """
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def takes_form_with_files() -> bool:
    """Return whether the view of this request takes forms with files."""
    return bool(getattr(current_app.view_functions[str(request.endpoint)], "takes_files", False))


def may_be_shown_again() -> bool:
    """Return whether a form without a valid form token may be shown with a new one, to be sent again.

    Only if the browser says that a page of ours sent it, or if it is no browser that could say otherwise: another site
    must not get its own words into a form of ours.
    """
    said = "Sec-Fetch-Site" in request.headers or request.headers.get("Origin", "") not in ("", "null")
    return comes_from_us() and (said or "Origin" not in request.headers)


def comes_from_us() -> bool:
    """Return False if the browser names another site as the request's origin (Sec-Fetch-Site, else Origin), else True.

    Our Referrer-Policy makes browsers send Origin "null" with our own forms, so that value counts as ours.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in OURS
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.host
