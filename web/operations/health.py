"""Alive, ready, and in figures: for those who watch over the house."""

import hmac

from flask import Blueprint, Response, abort, jsonify
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from cases.database.migrating import is_behind
from web.current import current
from web.operations.metrics import figures
from web.requests.caller import bearer_token
from web.requests.guard import Audience, open_to

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@open_to(Audience.ANYBODY)
def alive() -> Response:
    """Say that the process answers."""
    return jsonify(status="alive")


@bp.get("/readyz")
@open_to(Audience.ANYBODY)
def ready() -> Response:
    """Say whether requests can be handled, and if not, why."""
    trouble = what_is_missing()
    response = jsonify(status="not ready", reason=trouble) if trouble else jsonify(status="ready")
    response.status_code = 503 if trouble else 200
    return response


@bp.get("/metrics")
@open_to(Audience.ANYBODY)
def metrics() -> Response:
    """Give the figures, to whoever has the token that a setting may ask for."""
    wanted = current().settings.metrics_token
    if wanted and not hmac.compare_digest((bearer_token() or "").encode(), wanted.encode()):
        abort(401)
    with current().database.reading() as session:
        return Response(figures(session), content_type=CONTENT_TYPE_LATEST)


def what_is_missing() -> str | None:
    """Give why requests cannot be handled; None when they can."""
    try:
        return "migrations are behind: run `ventil migrate`" if is_behind(current().database) else None
    except SQLAlchemyError:
        return "the database cannot be reached"
