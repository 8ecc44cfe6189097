"""Parses JSON bodies and query parameters by schema; anything that the schema does not name is refused."""

from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Request, abort
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser


class FieldsRefused(Exception):
    """The request does not fit the schema.

    `status` is the HTTP status, `code` the kind of error, `errors` maps each wrong field to the sentences about it.
    """

    def __init__(self, status: int, code: str, errors: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.status, self.code, self.errors = status, code, errors


class StrictParser(FlaskParser):
    """A webargs parser that refuses unknown fields, and bodies whose media type is not JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012 - as its base has it

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Return the parsed body; abort with 415 when its media type is not JSON, with 400 when it cannot be parsed."""
        if not req.is_json:
            abort(415)
        try:
            return req.get_json()
        except (ValueError, RecursionError):
            abort(400)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Raise `FieldsRefused`, with status 400 for an unknown query parameter and 422 for any other error."""
        (location, errors), *_ = error.normalized_messages().items()  # type: ignore[no-untyped-call]
        fields = plain(errors)
        if location == "query" and not set(fields) <= set(schema.load_fields):
            raise FieldsRefused(400, "unknown-parameter", fields)
        raise FieldsRefused(422, "bad-fields", fields)


def plain(errors: Any) -> Any:
    """Return marshmallow's errors as plain dicts, lists and strings; those about the whole body stand under `body`."""
    if isinstance(errors, Mapping):
        return {("body" if name == "_schema" else str(name)): plain(nested) for name, nested in errors.items()}
    return [str(sentence) for sentence in (errors if isinstance(errors, list) else [errors])]
