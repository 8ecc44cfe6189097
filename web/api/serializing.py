"""Turns cases, events and public notes into JSON fields, and leaves out what the reader may not see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.public.published import PublicCase, PublicNote
from cases.reading.event_readers import facts_for
from cases.reading.timeline import TimelineEntry
from cases.reading.visibility import as_read_by
from web.api.blueprint import ROOT
from web.language.labels import mailbox_name
from web.schemas.by_reader import FOR_EVERYBODY, schema_for
from web.schemas.responses import EventOut

CASES = f"{ROOT}/cases"
EVENT = EventOut()


def case_shown(session: Session, case: Case, reader: Actor, at: datetime, **more: Any) -> Mapping[str, Any]:
    """Return the case as JSON fields, cut down to those that this reader may see.

    `at` is now. `more` are further fields, such as the description, and are cut down in the same way.
    """
    dumped: Mapping[str, Any] = schema_for(reader, case).dump(case_fields(session, case, reader, at) | more)
    return dumped


def case_fields(session: Session, case: Case, reader: Actor, at: datetime) -> dict[str, Any]:
    """Return the fields of a case by name, including those that the reader may not see. `at` is now.

    The title is as the reader may read it: masked for somebody who does not take part in the case.

    `due_on` is the local date of the moment `due_at`, `received_on` that of `received_at`.
    """
    due_at = case.due_at
    return {
        "ref": case.ref,
        "public_id": case.public_id,
        "kind": case.kind,
        "state": case.state,
        "title": as_read_by(reader, case, case.title),
        "category": _slug(case.category),
        "place": _slug(case.place),
        "group": _slug(case.group),
        "responsible": _slug(case.responsible),
        "officer": case.officer.email if case.officer else None,
        "officer_name": case.officer.name if case.officer else None,
        "due_at": due_at,
        "due_on": calendar_of(session).day_of(due_at) if due_at else None,
        "next_at": case.next_at,
        "promised_on": case.promised_on,
        "overdue": case.is_overdue(at),
        "waiting_for": awaited(case),
        "quick_win": case.quick_win,
        "published": case.published_at is not None,
        "version": case.version,
        "received_at": case.received_at,
        "received_on": calendar_of(session).day_of(case.received_at),
        "merged_into": case.merged_into.ref if case.merged_into_id and case.merged_into else None,
        "channel": case.channel,
        "perspective": case.perspective,
        "origin": case.origin,
        "latitude": case.latitude,
        "longitude": case.longitude,
        "wants_public": case.wants_public,
        "sent_back_count": case.sent_back_count,
        "unread_reply": case.unread_reply,
        "junk": case.junk_since is not None,
        "links": links(case.public_id if reader.kind is ActorKind.REPORTER else case.ref),
    }


def awaited(case: Case) -> Any:
    """Return whom the case waits for, as the API's JSON field `waiting_for`; None when it waits for nobody.

    A unit is {"unit": its slug}; somebody outside is {"name", "their_ref"}; the reporter is "reporter".
    """
    if case.waiting_for == "unit":
        return {"unit": _slug(case.waiting_unit)}
    if case.waiting_for == "other":
        return {"name": case.waiting_name, "their_ref": case.waiting_their_ref}
    return case.waiting_for


def reporter_shown(case: Case, reader: Actor) -> dict[str, Any] | None:
    """Return the reporter as JSON fields; None when the case has no reporter, or the reader is not staff.

    If the reporter's personal data are protected, only a contact person gets name, mail address and phone.
    """
    party = case.reporter
    if party is None or not reader.is_staff:
        return None
    hidden = party.protected and not reader.is_contact
    contact = {name: None if hidden else getattr(party, name) for name in ("name", "email", "phone")}
    return contact | {"locale": party.locale, "protected": party.protected}


def published_shown(case: PublicCase) -> Mapping[str, Any]:
    """Return a published case as JSON fields, all of which everybody may read."""
    more = {"overdue": case.delayed, "published": True, "links": links(case.ref)}
    dumped: Mapping[str, Any] = FOR_EVERYBODY.dump(vars(case) | more)
    return dumped


def event_shown(entry: TimelineEntry, reader: Actor) -> Mapping[str, Any]:
    """Return one event as JSON fields. `entry` is the event with only those of its texts that the reader may read."""
    event, words = entry.event, dict(entry.words)
    note = words.pop("note", None)
    dumped: Mapping[str, Any] = EVENT.dump(
        {
            "seq": event.seq,
            "type": event.type,
            "at": event.at,
            "actor": event.actor,
            "by": entry.by or mailbox_name(entry.unit) or None,
            "facts": facts_for(reader, event.facts),
            "note": note,
            "words": words,
        }
    )
    return dumped


def note_shown(note: PublicNote) -> Mapping[str, Any]:
    """Return a public note on a published case as JSON: its event with its local day "on", without facts and names."""
    shown = {"seq": note.seq, "type": note.type, "at": note.at, "on": note.on, "actor": note.actor, "note": note.text}
    dumped: dict[str, Any] = EVENT.dump(shown | {"facts": {}})
    return dumped


def links(name: str) -> dict[str, str]:
    """Return the API paths of a case ("self") and of its events ("events"). `name` is a reference or a public id."""
    return {"self": f"{CASES}/{name}", "events": f"{CASES}/{name}/events"}


def _slug(named: Any) -> str | None:
    return named.slug if named is not None else None
