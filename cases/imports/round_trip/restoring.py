"""Restoring: an import gives its case what the row tells and no step sets, with an event that records it."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import THE_IMPORT
from cases.calendar import Calendar
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.deadlines.clocks import DAY_RUNG, Clock
from cases.history.events import CaseEscalated, CaseImported, CasePromiseBroken, CasePutOnAgenda
from cases.history.journal import Entry, SpokenWords
from cases.history.writers import EntryWriter
from cases.imports.kept import NOTHING_KEPT, Ladder
from cases.imports.rows.import_row import ImportRow
from cases.organisation.people import Person
from cases.organisation.units import FORUM
from cases.promises import promise, settle
from cases.states import LADDER_STATES, State
from cases.steps.present_policy import set_statutory

PLAIN = (
    "origin",
    "duty_on",
    "duty_first_on",
    "obligation",
    "subject",
    "published_at",
    "junk_since",
    "waiting_from",
)  # as they stand in the row


def promise_as_told(writer: EntryWriter, case: Case, row: ImportRow) -> None:
    """Promise the day that the row names to the person who asked; end the promise at once when the row says it broke.

    A promise that was kept or dropped ends with the step that did it.
    """
    if row.promised_on is None:
        return
    entry = Entry(case, by=THE_IMPORT, at=row.received_at)
    promise(writer, case, calendar_of(writer.session).roll_forward(row.promised_on), entry)
    if len(entry):
        writer.record(entry)
    if _is_broken(row, calendar_of(writer.session)):
        entry = Entry(case, by=THE_IMPORT, at=row.changed_at)
        settle(writer, case, "broken", row.changed_at)
        entry.add(CasePromiseBroken(promised_on=row.promised_on.isoformat()))
        writer.record(entry)


def restore(writer: EntryWriter, case: Case, row: ImportRow, *, clocks_at: datetime, at: datetime) -> None:
    """Give the case what its row tells and no step sets, in an entry of the moment `at`.

    The warnings of the law for a proposal are those after the moment `clocks_at`.
    """
    if row.kept is NOTHING_KEPT and not row.quick_win and row.raised_on is None and row.state is not State.RECEIVED:
        return  # as most rows of files from elsewhere
    entry, before = Entry(case, by=THE_IMPORT, at=at), case.tracked()
    _set_columns(writer, case, row, clocks_at)
    told = replace(CaseImported(source=row.source), state_set_at=_state_set_at(row))
    words = SpokenWords("note", row.note if row.state is State.RECEIVED else "", row.kept.note_for)
    agenda = None if _waits_for_forum(row) else row.kept.agenda
    if words.text or told.state_set_at or agenda or case.tracked() != before:
        entry.add(told, words)
    if agenda:
        entry.add(CasePutOnAgenda(why=agenda, meeting_on=None))
    if len(entry):
        writer.record(entry)
    ladder = row.kept.ladder
    if ladder is not None and ladder.rung_fired_at is not None and ladder.rung > 0 and case.state in LADDER_STATES:
        _tell_of_the_last_rung(writer, case, ladder, ladder.rung_fired_at)


def _is_broken(row: ImportRow, calendar: Calendar) -> bool:
    """Return whether the promise was broken: as the row says, or by its days when the row says nothing."""
    if row.kept.promise is not None or row.promised_on is None:
        return row.kept.promise == "broken"
    answered_at = row.kept.done_at or row.changed_at
    return row.state in {State.DONE, State.CLOSED} and calendar.day_of(answered_at) > row.promised_on


def _set_columns(writer: EntryWriter, case: Case, row: ImportRow, clocks_at: datetime) -> None:
    kept, calendar = row.kept, calendar_of(writer.session)
    for name in PLAIN:
        if (value := getattr(kept, name)) is not None:
            setattr(case, name, value)
    case.quick_win, case.wants_public, case.sent_back_count = row.quick_win, kept.wants_public, kept.sent_back
    if kept.unread_reply and case.state is State.DONE:
        case.unread_reply = case.version + 1  # the event that tells of the import: earlier ones are not in the table
    if kept.waiting_from_due_on is not None:
        case.waiting_from_due_at = calendar.end_of(kept.waiting_from_due_on)
    if kept.officer is not None:
        case.officer_id = writer.find(_person_id, kept.officer)
    if kept.acted_at is not None:
        case.touch(kept.acted_at)
    if row.raised_on is not None:
        case.raised_on = row.raised_on
        set_statutory(writer.session, case, clocks_at)
    if kept.ladder is not None and case.is_open:
        _set_clocks(case, row.due_on, kept.ladder, calendar)


def _set_clocks(case: Case, due_on: date | None, ladder: Ladder, calendar: Calendar) -> None:
    due_at = calendar.end_of(due_on) if due_on is not None else case.state_clock.due_at
    case.set_state_clock(Clock(due_at, case.cycle, ladder.rung, ladder.rung_at))
    if case.state in LADDER_STATES:
        case.highest_rung = max(ladder.rung - DAY_RUNG, 0)
    life = None
    if ladder.life_due_on is not None and ladder.life_at is not None:
        life = Clock(calendar.end_of(ladder.life_due_on), case.life_cycle, ladder.life_rung, ladder.life_at)
    case.set_life_clock(life)


def _tell_of_the_last_rung(writer: EntryWriter, case: Case, ladder: Ladder, fired_at: datetime) -> None:
    """Record the rung that fired last; `cases.imports.round_trip.completing` stores that it has fired."""
    entry = Entry(case, by=THE_IMPORT, at=fired_at)
    event = CaseEscalated(
        clock="state", cycle=case.cycle, rung=ladder.rung - 1, due_at=case.state_clock.due_at.isoformat(),
        next_on=calendar_of(writer.session).day_of(ladder.rung_at).isoformat(), state=case.state,
        responsible=case.responsible.slug,
    )  # fmt: skip
    entry.add(event)
    writer.record(entry)


def _state_set_at(row: ImportRow) -> str | None:
    """Return when the desk got the case back, as ISO text; None when it has lain there since it came in."""
    came_back = row.state is State.RECEIVED and row.changed_at != row.received_at
    return row.changed_at.isoformat() if came_back else None


def _waits_for_forum(row: ImportRow) -> bool:
    return row.waiting_for is not None and row.waiting_for.unit == FORUM


def _person_id(session: Session, email: str) -> int | None:
    found: int | None = session.scalar(select(Person.id).where(func.lower(Person.email) == email, Person.active))
    return found
