"""Replaying a row of an import: its case is handed in and takes the usual steps to its state.

Each step is recorded at the moment that the row names for it, not at the moment of the import.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from cases.access.actors import THE_IMPORT
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.deadlines.clocks import Clock
from cases.deadlines.policies import Terms
from cases.handing_in import Request, receive
from cases.history.events import CaseImported
from cases.history.journal import Entry
from cases.history.writers import EntryWriter
from cases.imports.round_trip.restoring import promise_as_told, restore
from cases.imports.rows.import_row import ImportRow, Key
from cases.organisation.units import DESK
from cases.progress import Change, take_step
from cases.promises import breaks_at
from cases.states import CLOCK_OF, RunsOut, State
from cases.steps.duties import next_duty


class Clocks(StrEnum):
    """What happens at an import to the clocks of open cases.

    HISTORY: they run from the dates in the file, even if they have run out long ago. NOW: the same, except that a clock
    that has run out by the moment of the import starts anew at that moment.
    """

    NOW = "now"
    HISTORY = "history"


@dataclass(frozen=True)
class Replay:
    """How rows are replayed: `at` is the moment of the import (UTC), `clocks` what happens to clocks that ran out.

    `next_duties` are the keys (source and external id) of the ended duties after which the next one is to be made.
    """

    at: datetime
    clocks: Clocks
    next_duties: frozenset[Key] = frozenset()


def hand_in_row(writer: EntryWriter, row: ImportRow) -> Case:
    """Create and return the case of a row: handed in, and assigned to its unit, at the row's `received_at`.

    `writer` adds the case to the database and records its events. Two kinds of cases are only handed in:
    those of the desk, and those in the state "assigned", which `bring_to_state` assigns.
    """
    case = receive(writer, _request(row), by=THE_IMPORT, at=row.received_at)
    promise_as_told(writer, case, row)
    if row.responsible != DESK and row.state is not State.ASSIGNED:
        change = Change(State.ASSIGNED, responsible=row.responsible)
        take_step(writer, case, change, by=THE_IMPORT, at=row.received_at)
    return case


def bring_to_state(writer: EntryWriter, case: Case, row: ImportRow, into: str | None, replay: Replay) -> None:
    """Let the new case take the steps to the state in its row, and restart its clock if needed (see `Clocks`).

    `into` is the reference of the case into which this case was merged, None when this case was not merged. `writer`
    stores the changes and records the events.
    """
    for change in STEPS_TO[row.state](row):
        at = row.kept.done_at if change.to is State.DONE else None
        whole = replace(change, into=into, fulfils=case.obligation)
        take_step(writer, case, whole, by=THE_IMPORT, at=at or row.changed_at)
    of_now = replay.clocks is Clocks.NOW or row.kept.ladder is not None
    restore(writer, case, row, clocks_at=replay.at if of_now else row.changed_at, at=replay.at)
    if row.key in replay.next_duties:
        next_duty(writer, case, by=THE_IMPORT, at=replay.at)
    if case.is_open:
        _settle_clocks(writer, case, row, replay)


def _request(row: ImportRow) -> Request:
    """Return what is handed in for the row; what a case owed that has ended, it is told in the end, by `restore`.

    While it is on its way to its end it would stand beside the open case that owes the same.
    """
    obligation, subject = row.owes or (None, None)
    return Request(
        kind=row.kind,
        title=row.title,
        description=row.description,
        category=row.category,
        place=row.place,
        group=row.group,
        latitude=row.latitude,
        longitude=row.longitude,
        reporter=row.reporter,
        channel=row.channel,
        every_months=row.every_months,
        perspective=row.perspective,
        obligation=obligation,
        subject=subject,
        source=None if row.kept.is_own else row.source,
        external_id=None if row.kept.is_own else row.external_id,
        ref=row.kept.ref,
        public_id=row.kept.public_id,
        junk=row.kept.junk_since is not None,
    )


def _to(state: State) -> Callable[[ImportRow], Iterator[Change]]:
    def step(row: ImportRow) -> Iterator[Change]:
        yield Change(state, note=row.note, due_on=row.due_on, visibility=row.kept.note_for)

    return step


def _assigned(row: ImportRow) -> Iterator[Change]:
    yield Change(
        State.ASSIGNED, note=row.note, responsible=row.responsible, due_on=row.due_on, visibility=row.kept.note_for
    )


def _waiting(row: ImportRow) -> Iterator[Change]:
    yield Change(
        State.WAITING, note=row.note, due_on=row.due_on, waiting_for=row.waiting_for, visibility=row.kept.note_for
    )


def _closed(row: ImportRow) -> Iterator[Change]:
    yield Change(State.DONE, note=row.note)
    yield Change(State.CLOSED)


STEPS_TO: dict[State, Callable[[ImportRow], Iterator[Change]]] = {
    State.RECEIVED: lambda _: iter(()),
    State.ASSIGNED: _assigned,
    State.PLANNED: _to(State.PLANNED),
    State.IN_PROGRESS: _to(State.IN_PROGRESS),
    State.WAITING: _waiting,
    State.PARKED: _to(State.PARKED),
    State.DONE: _to(State.DONE),
    State.CLOSED: _closed,
    State.DECLINED: _to(State.DECLINED),
    State.MERGED: _to(State.MERGED),
}
USUAL_DAYS: dict[State, Callable[[Terms], int]] = {
    State.RECEIVED: lambda terms: terms.look_days,
    State.ASSIGNED: lambda terms: terms.answer_days,
    State.PLANNED: lambda terms: terms.answer_days,
    State.IN_PROGRESS: lambda terms: terms.progress_days,
    State.WAITING: lambda terms: terms.waiting_days,
    State.PARKED: lambda _: 1,
    State.DONE: lambda terms: terms.object_calendar_days,
}


def _settle_clocks(writer: EntryWriter, case: Case, row: ImportRow, replay: Replay) -> None:
    """Restart the state's clock when it cannot go on as it is."""
    entry = Entry(case, by=THE_IMPORT, at=replay.at)
    if _needs_new_clock(writer, case, row, replay):
        _restart_clock(writer, case, row, replay)
        entry.add(CaseImported(source=row.source, due_on=_due_day(writer, case).isoformat()))
        writer.record(entry)


def _needs_new_clock(writer: EntryWriter, case: Case, row: ImportRow, replay: Replay) -> bool:
    """Return whether the clock must be restarted: it has run out already, or is not for the day of the row."""
    if replay.clocks is Clocks.NOW and (case.next_at is None or case.next_at <= replay.at):
        return True
    return row.state is State.RECEIVED and row.due_on not in {None, _due_day(writer, case)}


def _restart_clock(writer: EntryWriter, case: Case, row: ImportRow, replay: Replay) -> None:
    calendar, at = calendar_of(writer.session), row.changed_at
    due_on = row.due_on or _due_day(writer, case)
    if replay.clocks is Clocks.NOW:
        at, usual = replay.at, USUAL_DAYS[case.state](case.terms)
        due_on = max(due_on, calendar.add_working_days(calendar.day_of(at), usual))
    case.set_life_clock(None)
    if case.promise_breaks_at is not None and case.promise_breaks_at <= at:
        case.promise_breaks_at = breaks_at(due_on, calendar)
    case.set_state_clock(_clock(writer, case, calendar.roll_forward(due_on), at))


def _clock(writer: EntryWriter, case: Case, due_on: date, at: datetime) -> Clock:
    calendar, cycle = calendar_of(writer.session), case.cycle + 1
    runs_out = CLOCK_OF[case.state]
    if runs_out is RunsOut.TAKEN_UP:
        return clocks.on_the_morning(due_on, cycle, calendar)
    if runs_out is RunsOut.CLOSED:
        return clocks.at_end_of(due_on, cycle, calendar)
    return clocks.escalating(due_on, cycle, at, case.terms, calendar)


def _due_day(writer: EntryWriter, case: Case) -> date:
    if case.due_at is None:
        raise ValueError("a case that has ended has no due day")
    return calendar_of(writer.session).day_of(case.due_at)
