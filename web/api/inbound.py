"""API endpoint that lists the mails that came in."""

from dataclasses import replace

from flask import Response, jsonify

from notifications.inbound.listing import InboundPart, list_inbound
from web.api.blueprint import ApiBlueprint
from web.current import current
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import actor_in
from web.schemas.queries import InboundQuery
from web.schemas.responses import InboundList, InboundOut

bp = ApiBlueprint("api_inbound", __name__, description="Mails that came in")
MAIL = InboundOut()


@bp.on("GET /inbound", InboundQuery, (200, InboundList), refuses=(403, 422))
@open_to(Audience.CONTACT, Audience.ADMIN)
def list_mails(wanted: InboundPart) -> Response:
    """List the mails that came in, the latest first, with what became of each."""
    with current().database.reading() as session:
        actor = actor_in(session)
        mails, following = list_inbound(session, replace(wanted, names_protected=actor.is_contact))
        return jsonify(items=[MAIL.dump(mail._asdict()) for mail in mails], next=following)
