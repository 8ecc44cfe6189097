"""Chooses Swedish or English for a page: by ?lang=, else the cookie, else the person's language, else the setting."""

from flask import Flask, Response, g, request
from flask_babel import Babel

from cases.settings import LOCALES, Settings
from web.current import current, is_for_machines
from web.language.gettext import install_gettext
from web.requests.identity.cookies import cookie_name, is_https

COOKIE = "ventil_lang"
A_YEAR = 365 * 24 * 3600
SORTED_AFTER_Z = str.maketrans({"å": "{", "ä": "|", "ö": "}"})


def set_up_language(app: Flask, settings: Settings) -> None:
    """Set Flask-Babel up so that every response is in the language that `language` returns."""
    app.config.update(
        BABEL_DEFAULT_LOCALE=settings.locale,
        BABEL_DEFAULT_TIMEZONE=settings.timezone.key,
        BABEL_TRANSLATION_DIRECTORIES="translations",
    )
    Babel(app, locale_selector=language, default_locale=settings.locale)
    install_gettext(app)
    app.after_request(keep_choice)


def language() -> str:
    """Choose the language of this request, "sv" or "en"; Flask-Babel calls this, and `gettext.language` reads it.

    The API follows Accept-Language, else the setting. A page follows ?lang=, else the cookie, else the language stored
    for the person who is logged in, else the setting.
    """
    if is_for_machines():
        return request.accept_languages.best_match(LOCALES) or current().settings.locale
    chosen = (request.args.get("lang"), request.cookies.get(_cookie_name()), _persons_choice())
    return next((code for code in chosen if code in LOCALES), current().settings.locale)


def in_swedish(name: str) -> str:
    """Return the sort key of a name in Swedish order: å, ä and ö follow z. A database may order names otherwise."""
    return name.lower().translate(SORTED_AFTER_Z)


def keep_choice(response: Response) -> Response:
    """After a request: store a language that was chosen with ?lang= in a cookie, for a year."""
    if request.args.get("lang") in LOCALES and not is_for_machines():
        secure = is_https(current().settings)
        response.set_cookie(
            _cookie_name(), request.args["lang"], max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax"
        )
    return response


def _cookie_name() -> str:
    return cookie_name(COOKIE, current().settings)


def _persons_choice() -> str | None:
    return g.caller.locale if "caller" in g else None
