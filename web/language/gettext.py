"""Typed wrappers of Flask-Babel's gettext, which has no types."""

from typing import Any

import flask_babel


def gettext(words: str, **facts: Any) -> str:
    """Return `words` in the language of the page, with the values of `facts` in place of the placeholders."""
    return str(flask_babel.gettext(words, **facts))


def ngettext(one: str, many: str, num: int, **facts: Any) -> str:
    """Return `one` if `num` is 1, else `many`, in the language of the page; `num` and `facts` replace placeholders."""
    return str(flask_babel.ngettext(one, many, num, **facts))


def language() -> str:
    """Return the language of the page, "sv" or "en", as `web.language.preference.language` has chosen it."""
    return str(flask_babel.get_locale() or "sv")
