"""What an export tells of cases beside their own columns: words, moments of steps, promises, rungs and agenda items."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.history.journal import Event
from cases.history.words import Words
from cases.imports.kept import REGISTER_COLUMNS
from cases.imports.names import OWED_BY_MEETINGS, names_of_meetings
from cases.ladder.climbing import FiredRung
from cases.meetings.agenda_items import AgendaItem
from cases.meetings.meeting import body_id_of
from cases.organisation.units import FORUM
from cases.parties import Follower, Party
from cases.promises import Promise
from cases.states import STEPS, State
from cases.village.registers.entry import RegisterEntry
from cases.village.registers.reading_entries import ENTRIES

Details = dict[str, Any]
IMPORTED = "case.imported"
STATE_EVENTS = ("case.received", *sorted({step.event for step in STEPS}), IMPORTED)


def details_of(session: Session, cases: list[Case]) -> dict[int, Details]:
    """Query and return, as dicts of values by column of an export, what stands in other tables about these cases."""
    details: dict[int, Details] = {case.id: {} for case in cases}
    spoken = _add_moments(session, details, {case.id: case.state for case in cases})
    _add_words(session, details, spoken)
    _add_promises(session, details)
    _add_rungs(session, details, cases)
    _add_followers(session, details)
    _add_registers(session, details)
    _add_meetings(session, details, cases)
    items = select(AgendaItem.case_id, AgendaItem.why).where(
        AgendaItem.case_id.in_(details), AgendaItem.settled_at.is_(None), AgendaItem.body_id == body_id_of(FORUM)
    )
    for case_id, why in session.execute(items):
        details[case_id or 0]["agenda"] = why
    return details


def _add_moments(session: Session, details: dict[int, Details], states: dict[int, State]) -> dict[int, set[int]]:
    """Add when the state was last set and when a closed case was done.

    Return, by case, the events that may hold the words of its last step.
    """
    spoken: dict[int, set[int]] = {}
    columns = (Event.stream, Event.id, Event.type, Event.at, Event.facts)
    events = select(*columns).where(Event.stream.in_(details), Event.type.in_(STATE_EVENTS))
    for case_id, event_id, type_, at, facts in session.execute(events.order_by(Event.stream, Event.seq)):
        if type_ == IMPORTED:
            if since := facts.get("state_set_at"):
                details[case_id]["changed_at"] = datetime.fromisoformat(since)
            if states[case_id] is State.RECEIVED:
                spoken[case_id].add(event_id)
            continue
        details[case_id]["changed_at"] = at
        if type_ != "case.closed":
            spoken[case_id] = {event_id}
        if type_ == "case.done" and states[case_id] is State.CLOSED:
            details[case_id]["done_at"] = at
    return spoken


def _add_words(session: Session, details: dict[int, Details], spoken: dict[int, set[int]]) -> None:
    words = select(Words.case_id, Words.event_id, Words.field, Words.text, Words.visibility)
    of_these = words.where(Words.case_id.in_(details), Words.field.in_(("description", "note")))
    for case_id, event_id, field, text, visibility in session.execute(of_these.order_by(Words.id)):
        if case_id is not None and field == "description":
            details[case_id]["description"] = text
        elif case_id is not None and event_id in spoken[case_id]:
            details[case_id] |= {"note": text, "note_for": visibility}


def _add_promises(session: Session, details: dict[int, Details]) -> None:
    promises = select(Promise.case_id, Promise.outcome).where(Promise.case_id.in_(details)).order_by(Promise.id)
    for case_id, outcome in session.execute(promises):
        details[case_id]["promise"] = outcome


def _add_registers(session: Session, details: dict[int, Details]) -> None:
    found = ENTRIES.add_columns(RegisterEntry.case_id).where(RegisterEntry.case_id.in_(details))
    for row in session.execute(found):
        entry = row._asdict()
        details[row.case_id]["register"] = {column: entry[name] for name, column in REGISTER_COLUMNS.items()}


def _add_meetings(session: Session, details: dict[int, Details], cases: list[Case]) -> None:
    """Add how the file names the meeting of each case by which an agenda or minutes are owed."""
    owing = [case for case in cases if case.obligation in OWED_BY_MEETINGS]
    names = names_of_meetings(session) if owing else {}
    for case in owing:
        details[case.id]["subject"] = names.get(case.subject or "", case.subject)


def _add_followers(session: Session, details: dict[int, Details]) -> None:
    parties = select(Follower.case_id, Party.email, Party.locale).join(Party, Party.id == Follower.party_id)
    following = parties.where(
        Follower.case_id.in_(details), Follower.confirmed_at.is_not(None), Follower.ended_at.is_(None)
    )
    for case_id, email, locale in session.execute(following.where(Party.email.is_not(None)).order_by(Party.email)):
        name = email if locale == "sv" else f"{email}/{locale}"
        names = details[case_id].setdefault("followers", "")
        details[case_id]["followers"] = f"{names} {name}".strip() if name not in names.split() else names


def _add_rungs(session: Session, details: dict[int, Details], cases: list[Case]) -> None:
    last = {case.id: (case.cycle, case.rung - 1) for case in cases}
    fired = select(FiredRung).where(FiredRung.case_id.in_(details), FiredRung.clock == "state")
    for rung in session.scalars(fired):
        if (rung.cycle, rung.rung) == last[rung.case_id]:
            details[rung.case_id]["rung_fired_at"] = rung.fired_at
