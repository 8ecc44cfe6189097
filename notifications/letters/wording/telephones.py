"""Telephone numbers in a letter: marked in its words, so that the HTML page links them and the plain text does not."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from cases.contacts.phone_numbers import dialled

START, END = "\ue002", "\ue003"
MARKED = re.compile(f"{START}([^{END}]*){END}")


class Telephone(str):
    """A telephone number between marks, as a value for templates. Nothing that somebody wrote can hold the marks."""

    @classmethod
    def of(cls, number: str) -> Telephone:
        """Return the number with its marks; spaces must have been made no-break, so that it stays on one line."""
        return cls(f"{START}{number}{END}")


def without_marks(text: str) -> str:
    """Return the text with its telephone numbers as they were written."""
    return MARKED.sub(r"\1", text)


def with_links(text: str) -> Markup:
    """Return the text as HTML in which each telephone number can be dialled (RFC 3966)."""
    return Markup(MARKED.sub(lambda mark: _link(mark[1]), str(escape(text))))  # noqa: S704 - escaped  # nosec B704


def _link(number: str) -> str:
    address = dialled(number)
    return f'<a class="plain" href="tel:{address}">{number}</a>' if address else number
