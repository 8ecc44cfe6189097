"""Swedish or English: the address, the cookie, the person, or the house says."""

from flask import Flask, Response, g, request
from flask_babel import Babel

from cases.settings import LOCALES, Settings
from web.current import current, is_for_machines
from web.requests.cookies import cookie_name, is_https

COOKIE = "ventil_lang"
A_YEAR = 365 * 24 * 3600
AFTER_Z = str.maketrans({"å": "{", "ä": "|", "ö": "}"})


def speak(app: Flask, settings: Settings) -> None:
    """Let pages and refusals be in the asker's language."""
    app.config.update(
        BABEL_DEFAULT_LOCALE=settings.locale,
        BABEL_DEFAULT_TIMEZONE=settings.timezone.key,
        BABEL_TRANSLATION_DIRECTORIES="translations",
    )
    Babel(app, locale_selector=language, default_locale=settings.locale)
    app.after_request(keep_choice)


def language() -> str:
    """Give the asker's language: machines by Accept-Language, people by what they chose."""
    if is_for_machines():
        return request.accept_languages.best_match(LOCALES) or current().settings.locale
    chosen = (request.args.get("lang"), request.cookies.get(_cookie()), _persons_own())
    return next((code for code in chosen if code in LOCALES), current().settings.locale)


def in_swedish(name: str) -> str:
    """Return what a name is sorted by: å, ä and ö come last, whatever the database's sorting knows."""
    return name.lower().translate(AFTER_Z)


def keep_choice(response: Response) -> Response:
    """Keep the language that somebody chose with ?lang=."""
    if request.args.get("lang") in LOCALES and not is_for_machines():
        secure = is_https(current().settings)
        response.set_cookie(
            _cookie(), request.args["lang"], max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax"
        )
    return response


def _cookie() -> str:
    return cookie_name(COOKIE, current().settings)


def _persons_own() -> str | None:
    return g.caller.locale if "caller" in g else None
