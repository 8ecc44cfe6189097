"""Typed wrappers of Flask-Babel's gettext, which has no types."""

from typing import Any

import flask_babel


def gettext(words: str, **facts: Any) -> str:
    """Return the text in the language of the page, with the facts filled in."""
    return str(flask_babel.gettext(words, **facts))


def ngettext(one: str, many: str, num: int, **facts: Any) -> str:
    """Return the singular or plural text for `num`, in the language of the page."""
    return str(flask_babel.ngettext(one, many, num, **facts))


def language() -> str:
    """Return the language of the page: "sv" or "en"."""
    return str(flask_babel.get_locale() or "sv")
