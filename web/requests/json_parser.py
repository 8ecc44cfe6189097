"""Reading what machines send: JSON and parameters, checked by schemas; anything unknown is refused."""

from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Request, abort
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser


class FieldsRefused(Exception):
    """What was sent does not fit the schema. `errors` are sentences by field."""

    def __init__(self, status: int, code: str, errors: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.status, self.code, self.errors = status, code, errors


class StrictParser(FlaskParser):
    """Read JSON only as JSON, and refuse what no schema knows."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012 - as its base has it

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Give the body; 415 when it is not called JSON, 400 when it cannot be read."""
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
        """Tell of what does not fit: 400 for an unknown parameter, 422 for the rest."""
        (location, errors), *_ = error.normalized_messages().items()  # type: ignore[no-untyped-call]
        fields = plain(errors)
        if location == "query" and not set(fields) <= set(schema.load_fields):
            raise FieldsRefused(400, "unknown-parameter", fields)
        raise FieldsRefused(422, "bad-fields", fields)


def plain(errors: Any) -> Any:
    """Give the errors as JSON can hold them; those about the whole body stand under `body`."""
    if isinstance(errors, Mapping):
        return {("body" if name == "_schema" else str(name)): plain(said) for name, said in errors.items()}
    return [str(sentence) for sentence in (errors if isinstance(errors, list) else [errors])]
