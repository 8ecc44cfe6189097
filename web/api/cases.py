"""API endpoints for cases: hand in, list, read, read the history, correct."""

from typing import Any

from flask import Response, jsonify
from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind, reporter_of
from cases.case import Case
from cases.correcting import Correction, correct
from cases.handing_in import Request, hand_in, in_own_name, refuse_other_doors
from cases.public.published import PublicCase, one_published, public_notes, published_among
from cases.public.publishing import latest_description
from cases.reading.lists import Filters, list_cases
from cases.reading.timeline import first_of_timeline
from cases.reading.visibility import as_read_by, seen_by, takes_part
from cases.refusals import NotFound
from web.api.blueprint import ApiBlueprint
from web.api.case_access import case_to_act_on, case_to_show, checked_ref
from web.api.published import published_page
from web.api.serializing import CASES, case_shown, event_shown, note_shown, published_shown, reporter_shown
from web.auto_publishing import publish_if_wished
from web.current import current, right_now
from web.requests.guard import Audience, open_to
from web.requests.idempotency import once
from web.requests.identity.caller import actor_in
from web.requests.rate_limits import Limit, limited
from web.schemas.queries import CaseListQuery, HistoryPart, HistoryQuery, NoQuery
from web.schemas.requests import CaseIn, CorrectionIn
from web.schemas.responses import CaseListResponse, CaseOut, FoundAgain, History

bp = ApiBlueprint("api_cases", __name__, description="Whatever somebody waits for an answer to")


@bp.on("POST /cases", CaseIn, (201, CaseOut), (200, FoundAgain))
@open_to(Audience.ANYBODY)
@limited(Limit.HAND_IN)
def hand_in_case(wanted: Request) -> Response:
    """Hand in a case. The response has the public id, which opens the case without a token, for the one who asks.

    Staff who hand in for somebody else do not get it.
    """
    with current().database.transaction() as session:
        actor = actor_in(session)
        return once(session, lambda: _handed_in(session, wanted, actor))


@bp.on("GET /cases", CaseListQuery, (200, CaseListResponse), refuses=(422,))
@open_to(Audience.ANYBODY)
def list_some_cases(wanted: Filters) -> Response:
    """List the cases that the caller may open, by default newest first. Without a token: the published cases."""
    with current().database.reading() as session:
        actor = actor_in(session)
        if actor.kind is ActorKind.VISITOR:
            return jsonify(published_page(session, wanted))
        at = right_now()
        page = list_cases(session, wanted, actor, now=at)
        targets = _merge_targets(session, page.items)
        published = _only_published(session, page.items, actor)
        items = [
            published_shown(published[case.id]) if case.id in published else case_shown(session, case, actor, at)
            for case in page.items
        ]
        del targets  # kept alive until here: else each case would query its own
        return jsonify(items=items, next=page.next)


@bp.on("GET /cases/<ref>", NoQuery, (200, CaseOut), refuses=(404,))
@open_to(Audience.ANYBODY)
def read_case(_no_query: dict[str, Any], ref: str) -> Response:
    """Read one case by its reference or public id. The response has the fields that the caller may see."""
    with current().database.reading() as session:
        try:
            case, reader = case_to_show(session, ref)
        except NotFound:
            return jsonify(_published_case(session, ref))
        words = as_read_by(reader, case, latest_description(session, case))
        more = {"description": words, "reporter": reporter_shown(case, reader)}
        return jsonify(case_shown(session, case, reader, right_now(), **more))


@bp.on("GET /cases/<ref>/events", HistoryQuery, (200, History), refuses=(404,))
@open_to(Audience.ANYBODY)
def read_history(part: HistoryPart, ref: str) -> Response:
    """Read the events of a case, oldest first, with the texts that the caller may read; `next` leads to those after."""
    with current().database.reading() as session:
        try:
            case, reader = case_to_show(session, ref)
        except NotFound:
            return jsonify(_published_notes(session, ref, part))
        entries = first_of_timeline(session, case, reader, since=part.cursor, limit=part.limit)
        following = part.cursor + part.limit
        return jsonify(
            items=[event_shown(entry, reader) for entry in entries],
            next=str(following) if following < case.version else None,
        )


@bp.on(
    "PATCH /cases/<ref>",
    CorrectionIn,
    (200, CaseOut),
    refuses=(403, 404),
)
@open_to(Audience.ANYBODY)
def correct_case(wanted: Correction, ref: str) -> Response:
    """Correct a case: its title, category or place, whether it is a quick win, whether it is published."""
    with current().database.transaction() as session:
        at = right_now()
        case, actor = case_to_act_on(session, ref)
        correct(session, case, wanted, by=actor, at=at)
        session.flush()
        session.refresh(case, ["category", "place", "policy"])
        return jsonify(case_shown(session, case, actor, at))


def _handed_in(session: Session, wanted: Request, actor: Actor) -> Response:
    at = right_now()
    refuse_other_doors(wanted.kind, actor)
    case = hand_in(session, in_own_name(wanted, actor), by=actor, at=at)
    publish_if_wished(session, case, at)
    reader = actor if takes_part(actor, case) else reporter_of(case)
    key = {} if actor.is_staff and case.reporter else {"public_id": case.public_id}
    answer = {**case_shown(session, case, reader, at, description=wanted.description), **key}
    name = case.ref if reader is actor else case.public_id
    response = jsonify(answer)
    response.status_code, response.headers["Location"] = 201, f"{CASES}/{name}"
    return response


def _published_case(session: Session, ref: str) -> Any:
    found = one_published(session, checked_ref(ref))
    if found is None:
        raise NotFound(ref=ref)
    return published_shown(found)


def _published_notes(session: Session, ref: str, part: HistoryPart) -> dict[str, Any]:
    _published_case(session, ref)
    notes = [note for note in public_notes(session, ref) if note.seq > part.cursor]
    shown = notes[: part.limit]
    return {"items": [note_shown(note) for note in shown], "next": str(shown[-1].seq) if notes[part.limit :] else None}


def _only_published(session: Session, cases: list[Case], actor: Actor) -> dict[int, PublicCase]:
    """Return those of the cases that the actor may open only because they are published, by id, as everybody reads."""
    if actor.is_staff:
        return {}
    ids = [case.id for case in cases]
    seen = set(session.scalars(select(Case.id).where(Case.id.in_(ids), seen_by(actor))))
    return published_among(session, [id_ for id_ in ids if id_ not in seen])


def _merge_targets(session: Session, cases: list[Case]) -> list[Case]:
    ids = [case.merged_into_id for case in cases if case.merged_into_id]
    return list(session.scalars(select(Case).where(Case.id.in_(ids)))) if ids else []
