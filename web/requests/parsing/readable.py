"""Refuses a request whose path or query cannot be stored or looked up; forms and bodies are checked field by field."""

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, ValidationError

from cases.database.cursors import LARGEST_ID
from cases.database.texts import is_storable, is_storable_line

LARGEST_NUMBER = 2**31 - 1  # that every column for whole numbers holds
LONGEST_NUMBER = len(str(LARGEST_ID))


class RowId(IntegerConverter):
    """The part of a path that is the id of a row: a number that both databases can hold. Any other path is a 404."""

    regex = rf"[0-9]{{1,{LONGEST_NUMBER}}}"

    def to_python(self, value: str) -> int:
        """Return the number. Raises Werkzeug's `ValidationError` for one that is too large: then no rule matches."""
        number: int = super().to_python(value)
        if number > LARGEST_ID:
            raise ValidationError
        return number


def refuse_unreadable(app: Flask) -> None:
    """Make the app check path and query before each request, and take only ids that fit for `<int:...>` in a rule."""
    app.url_map.converters["int"] = RowId
    app.before_request(only_readable)


def only_readable() -> None:
    """Abort with 404 for a path, and with 400 for a query, that holds characters which cannot be stored."""
    if any(isinstance(part, str) and not is_storable_line(part) for part in (request.view_args or {}).values()):
        abort(404)
    if not all(is_storable(text) for pair in request.args.items(multi=True) for text in pair):
        abort(400, "bad-characters")


def number_in(text: str) -> int | None:
    """Return the whole number that was typed; None for anything but one from 0 to the constant `LARGEST_NUMBER`."""
    number = int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else LARGEST_NUMBER + 1
    return number if number <= LARGEST_NUMBER else None
