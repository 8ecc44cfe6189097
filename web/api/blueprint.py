"""What all API endpoints share: they refuse unknown fields, and the OpenAPI document lists their error statuses."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Flask
from flask_smorest import Api, Blueprint
from flask_smorest.utils import prepare_response
from marshmallow import Schema

from web.errors.problems import KIND
from web.requests.parsing.json_parser import StrictParser
from web.schemas.requests import Awaited
from web.schemas.responses import ProblemOut

View = TypeVar("View", bound=Callable[..., Any])
ROOT = "/api/v1"
TOKEN = {"type": "http", "scheme": "bearer", "description": "From `ventil token EMAIL`."}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Makes a retry safe: the same key with the same body gets the first answer again, for 7 days."
    " Without a token,"
    " the public id is repeated only to the cookie, or within 10 minutes to the network, that sent the first request.",
}
ALWAYS = (400, 401, 429, 500, 503)
READS_BODY = (409, 413, 415, 422)


class OurApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's API, but errors are answered by the app's own error handlers (`web.errors.handlers`)."""

    ERROR_SCHEMA = ProblemOut

    def _register_error_handlers(self) -> None:
        """Register none: errors are answered by `web.errors.handlers`."""

    def _register_responses(self) -> None:
        named = {status.name: status.phrase for status in HTTPStatus}
        for name, description in (named | {self.DEFAULT_ERROR_RESPONSE_NAME: "Any other refusal"}).items():
            response = {"description": description, "schema": ProblemOut}
            prepare_response(response, self.spec, KIND)
            self.spec.components.response(name, response, lazy=True)


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint whose endpoints refuse fields and query parameters that their schema does not declare."""

    ARGUMENTS_PARSER = StrictParser()

    def on(
        self,
        rule: str,
        takes: type[Schema],
        *gives: tuple[int, type[Schema]],
        refuses: tuple[int, ...] = (),
    ) -> Callable[[View], View]:
        """Return a decorator that registers a view as the endpoint `rule`, such as "POST /cases".

        `takes` is the schema of the request: of the query for GET, else of the body. `gives` documents the responses,
        each by status and schema, the usual one first; the view creates them. `refuses` adds error statuses to those
        documented for every endpoint.
        """
        method, path = rule.split()

        def answer(view: View) -> View:
            view._apidoc = self._documented(method, refuses)  # type: ignore[attr-defined]
            view = self.response(*gives[0])(view)
            for status, schema in gives[1:]:
                view = self.alt_response(status, schema=schema)(view)
            view = self.arguments(takes(), location="query" if method == "GET" else "json")(view)
            return cast(View, self.route(path, methods=[method])(view))

        return answer

    def _documented(self, method: str, refuses: tuple[int, ...]) -> dict[str, Any]:
        statuses = sorted({*ALWAYS, *refuses, *(READS_BODY if method != "GET" else ())})
        answers = {status: [HTTPStatus(status).name] for status in statuses}
        by_hand = {"manual_doc": {"parameters": [IDEMPOTENCY_KEY]}} if method == "POST" else {}
        return {"response": {"responses": answers}, **by_hand}


def open_document(app: Flask) -> OurApi:
    """Create the app's API and return it. Each blueprint registered with it is added to its OpenAPI document."""
    app.config.update(API_TITLE="Ventil", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    api = OurApi()
    api.init_app(app, spec_kwargs={"security": [{}, {"token": []}]})
    api.spec.components.security_scheme("token", TOKEN)
    api.ma_plugin.map_to_openapi_type(Awaited, None, None)
    return api
