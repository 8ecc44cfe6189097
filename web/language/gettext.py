"""Gettext in the language of the page, with the catalogue looked up once for each request.

Flask-Babel looks the locale and the catalogue up anew for each text, which is a twelfth of the work of a page.
"""

from typing import Any

import flask_babel
from flask import Flask, g, has_app_context


def install_gettext(app: Flask) -> None:
    """Let the templates find their texts by `catalogue`. Flask-Babel must be set up before."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda words: catalogue().ugettext(words),
        ngettext=lambda one, many, num: catalogue().ungettext(one, many, num),
        newstyle=True,
    )


def catalogue() -> Any:
    """Return the translations of the language of the page; none outside of a request."""
    if not has_app_context():
        return flask_babel.get_translations()
    if "catalogue" not in g:
        g.catalogue = flask_babel.get_translations()
    return g.catalogue


def gettext(words: str, **facts: Any) -> str:
    """Return `words` in the language of the page, with the values of `facts` in place of the placeholders."""
    return str(flask_babel.gettext(words, **facts))


def ngettext(one: str, many: str, num: int, **facts: Any) -> str:
    """Return `one` if `num` is 1, else `many`, in the language of the page; `num` and `facts` replace placeholders."""
    return str(flask_babel.ngettext(one, many, num, **facts))


def language() -> str:
    """Return the language of the page, "sv" or "en", as `web.language.preference.language` has chosen it."""
    return str(flask_babel.get_locale() or "sv")
