"""The JSON API under /api/v1, described by /api/v1/openapi.json."""

from flask import Blueprint, Flask, Response, current_app

from web.api import cases, changes, inbound, lookups, statistics
from web.api.blueprint import ROOT, open_document
from web.api.village import meetings, plans, registers, relations, seats
from web.requests.guard import Audience, open_to

DOCUMENT = "ventil.openapi"

document = Blueprint("api_document", __name__)


def register(app: Flask) -> None:
    """Register the endpoints of the API with the app, and generate the OpenAPI document from them."""
    api = open_document(app)
    for blueprint in (
        cases.bp, changes.bp, inbound.bp, lookups.bp, meetings.bp, plans.bp, registers.bp, relations.bp, seats.bp,
        statistics.bp,
    ):  # fmt: skip
        api.register_blueprint(blueprint, url_prefix=ROOT)
    app.extensions[DOCUMENT] = app.json.dumps(api.spec.to_dict())
    app.register_blueprint(document, url_prefix=ROOT)


@document.get("/openapi.json")
@open_to(Audience.ANYBODY)
def describe() -> Response:
    """Return the OpenAPI document. It is generated from the schemas that check the requests."""
    return Response(current_app.extensions[DOCUMENT], content_type="application/json")
