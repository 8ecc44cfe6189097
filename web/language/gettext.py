"""Words in the language of the page, typed: what Flask-Babel gives is untyped."""

from typing import Any

import flask_babel


def gettext(words: str, **facts: Any) -> str:
    """Give the words in the language of the page, with the facts filled in."""
    return str(flask_babel.gettext(words, **facts))


def ngettext(one: str, many: str, num: int, **facts: Any) -> str:
    """Give the words for this number of things."""
    return str(flask_babel.ngettext(one, many, num, **facts))


def language() -> str:
    """Give the language of the page: "sv" or "en"."""
    return str(flask_babel.get_locale() or "sv")
