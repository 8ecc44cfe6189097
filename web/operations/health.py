"""The endpoints for monitoring: /healthz, /readyz and /metrics."""

import hmac

from flask import Blueprint, Response, abort, jsonify
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from cases.database.migrating import is_behind
from web.current import current
from web.operations.metrics import figures
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import bearer_token

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@open_to(Audience.ANYBODY)
def alive() -> Response:
    """Answer 200 as long as the process runs, even if the database is down: /readyz asks about that."""
    return jsonify(status="alive")


@bp.get("/readyz")
@open_to(Audience.ANYBODY)
def ready() -> Response:
    """Answer 200 when requests can be handled, else 503 with the reason."""
    reason = reason_not_ready()
    response = jsonify(status="not ready", reason=reason) if reason else jsonify(status="ready")
    response.status_code = 503 if reason else 200
    return response


@bp.get("/metrics")
@open_to(Audience.ANYBODY)
def metrics() -> Response:
    """Answer with the metrics for Prometheus; 401 when the settings name a token and the request does not have it."""
    wanted = current().settings.metrics_token
    if wanted and not hmac.compare_digest((bearer_token() or "").encode(), wanted.encode()):
        abort(401)
    with current().database.reading() as session:
        return Response(figures(session, current().settings.incoming), content_type=CONTENT_TYPE_LATEST)


def reason_not_ready() -> str | None:
    """Return why requests cannot be handled: no database, or migrations not applied. None when they can."""
    try:
        return "migrations are behind: run `ventil migrate`" if is_behind(current().database) else None
    except SQLAlchemyError:
        return "the database cannot be reached"
