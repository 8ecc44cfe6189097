"""The Flask app: pages for people and the JSON API for machines."""

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from cases.database.transactions import Database
from cases.settings import Settings
from cases.settings.values import BadSetting
from web.current import Ventil, current, read_domain_clock
from web.errors.handlers import answer_errors
from web.language.preference import set_up_language
from web.operations.logs import log_requests
from web.requests.compression import Compressed
from web.requests.guard import Audience, guard, open_to
from web.requests.identity.caller import current_actor
from web.requests.identity.cookies import keep_cookies_safe
from web.requests.kept_forms import note_kept_form
from web.requests.parsing.multipart import FormRequest
from web.requests.parsing.readable import refuse_unreadable
from web.requests.partial_pages import answer_parts
from web.requests.rate_limits import limit_requests
from web.requests.security import SafeHeaders, secure
from web.static_files import StaticFiles, hash_addresses

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["Audience", "create_app", "current", "current_actor", "open_to"]


def create_app(settings: Settings, database: Database) -> Flask:
    """Build the app: API, pages, log-in, health and metrics.

    Raises `UndeclaredView` when an endpoint does not say who may use it, and `BadSetting` when debugging is on.
    """
    app = Flask("web", root_path=str(Path(__file__).parent))
    if app.debug:
        raise BadSetting("debugging must be off: it shows everybody what is inside")
    app.request_class = FormRequest
    app.extensions["ventil"] = Ventil(database, settings)
    log_requests(app)
    app.before_request(read_domain_clock)
    keep_cookies_safe(app, settings)
    secure(app, settings)
    refuse_unreadable(app)
    set_up_language(app, settings)
    answer_errors(app)
    answer_parts(app)  # after the next one, which reads what it changes: Flask calls the last one first
    app.after_request(note_kept_form)
    register(app)
    guard(app)
    limit_requests(app, settings, database)
    wrap_wsgi(app, settings)
    return app


def import_blueprints() -> tuple[ModuleType, ...]:
    """Import and return the modules with the blueprints: log-in, health, API, pages.

    That happens here and not at the top of the file, because they import names of this package.
    """
    from web import api, login, pages
    from web.operations import health

    return login, health, api, pages


def register(app: Flask) -> None:
    """Register all blueprints."""
    login, health, api, pages = import_blueprints()
    app.register_blueprint(login.bp)
    app.register_blueprint(health.bp)
    api.register(app)
    pages.register(app)


def wrap_wsgi(app: Flask, settings: Settings) -> None:
    """Add the WSGI middleware: static files, security headers, compression, the visitor's address by our proxies."""
    files = StaticFiles(app.wsgi_app, hash_addresses(app))
    wrapped: WSGIApplication = Compressed(SafeHeaders(files, settings))
    if hops := settings.trusted_proxies:
        wrapped = ProxyFix(wrapped, x_for=hops, x_proto=hops, x_host=0)
    app.wsgi_app = wrapped  # type: ignore[assignment, method-assign]
