"""API endpoint of the relation to groups: log a contact with one."""

from flask import Response, jsonify
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.village.relations.logging_contacts import ContactGiven, log_contact
from cases.village.relations.standing import group_to_meet
from web.api.blueprint import ApiBlueprint
from web.current import current, right_now
from web.requests.guard import Audience, open_to
from web.requests.idempotency import once
from web.requests.identity.caller import actor_in
from web.schemas.village.contact_requests import ContactIn
from web.schemas.village.contact_responses import ContactOut

bp = ApiBlueprint("api_relations", __name__, description="The relation between the municipality and its groups")


@bp.on("POST /units/<slug>/contacts", ContactIn, (201, ContactOut), refuses=(403, 404))
@open_to(Audience.STAFF)
def log(wanted: ContactGiven, slug: str) -> Response:
    """Log a contact with a group: plan the next one, and hand in each question as a case of the group.

    Either all is stored or nothing. The group is told of all its questions in one e-mail.
    """
    with current().database.transaction() as session:
        actor = actor_in(session)
        return once(session, lambda: _logged(session, slug, wanted, actor))


def _logged(session: Session, slug: str, wanted: ContactGiven, actor: Actor) -> Response:
    logged = log_contact(session, group_to_meet(session, slug), wanted, by=actor, at=right_now())
    response = jsonify(number=logged.number, refs=list(logged.refs))
    response.status_code = 201
    return response
