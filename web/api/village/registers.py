"""API endpoints for registers: read that of a topic, and enter who decides about a case."""

from flask import Response, jsonify

from cases.refusals import NotFound, UnknownName
from cases.village.registers.entering import EntryGiven, enter_in_register
from cases.village.registers.exporting import row_values
from cases.village.registers.filters import RegisterFilters, refuse_unknown
from cases.village.registers.listing import is_cursor, list_register
from cases.village.registers.reading_entries import entry_of
from cases.village.registers.topics import topic_named
from web.api.blueprint import ApiBlueprint
from web.api.case_access import case_to_act_on
from web.current import current, right_now
from web.requests.guard import Audience, open_to
from web.schemas.village.register_requests import RegisterEntryIn, RegisterQueryIn
from web.schemas.village.register_responses import RegisterEntryOut, RegisterOut

LONGEST_SLUG = 60
OUT, ENTRY = RegisterOut(), RegisterEntryOut()
bp = ApiBlueprint("api_registers", __name__, description="Who decides about what is asked, and what they answered")


@bp.on("GET /registers/<category>", RegisterQueryIn, (200, RegisterOut), refuses=(404, 422))
@open_to(Audience.ANYBODY)
def read_register(wanted: tuple[RegisterFilters, int, str], category: str) -> Response:
    """Read the published cases of a topic, newest first, with who decides about each and what they answered."""
    filters, limit, cursor = wanted
    if len(category) > LONGEST_SLUG:
        raise NotFound(ref=category)
    if cursor and not is_cursor(cursor, filters):
        raise UnknownName(field="cursor", name=cursor)
    with current().database.reading() as session:
        topic = topic_named(session, category)
        refuse_unknown(session, topic, filters)
        rows, following = list_register(session, category, filters, at=right_now(), after=cursor, limit=limit)
        words = {"decides": topic.words.decides, "keeper": topic.words.keeper, "sorts": topic.words.sorts}
        items = [row_values(row) for row in rows]
        return jsonify(
            OUT.dump({"category": topic.slug, "name": topic.name, **words, "items": items, "next": following or None})
        )


@bp.on("PUT /cases/<ref>/register-entry", RegisterEntryIn, (200, RegisterEntryOut), refuses=(403, 404))
@open_to(Audience.ANYBODY)
def put_entry(wanted: EntryGiven, ref: str) -> Response:
    """Enter who decides about a case, who keeps the road, when it was sent on, and the answer: the whole entry.

    Everyone concerned is told of what is new. With `version`, the entry is refused when somebody has changed it since.
    """
    with current().database.transaction() as session:
        case, actor = case_to_act_on(session, ref)
        enter_in_register(session, case, wanted, by=actor, at=right_now())
        return jsonify(ENTRY.dump({"ref": case.ref} | vars(entry_of(session, case.id))))
