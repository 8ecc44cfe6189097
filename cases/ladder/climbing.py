"""Climbing the ladder: fire the due rungs of many cases together, at most one for each clock, with few statements."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy import ForeignKey, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from cases.access.actors import Actor, clock_for_batch
from cases.case import Case
from cases.database.base import Base, UtcDateTime, table_of
from cases.database.transactions import calendar_of, insert_of
from cases.database.writing.bulk import insert_many, update_many
from cases.deadlines import clocks
from cases.deadlines.clocks import Clock
from cases.deadlines.policies import Policy, Terms, terms_from
from cases.history.bulk_entries import written_in_bulk
from cases.history.events import CaseEscalated, CaseKeptOffAgenda, CasePromiseBroken, CasePutOnAgenda
from cases.history.journal import Entry, insert_entries
from cases.ladder.due_cases import DueCase
from cases.meetings.agenda_items import AgendaItem, ItemSort
from cases.meetings.meeting import body_id_of, next_meeting
from cases.organisation.units import FORUM
from cases.progress import Change, take_step
from cases.promises import settle_broken
from cases.states import CLOCK_OF, RunsOut, State
from cases.steps.duties import report_to_council


class FiredRung(Base):
    """A rung that has fired: one row of the table fired_rung. The primary key keeps the same rung from firing twice."""

    __tablename__ = "fired_rung"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    clock: Mapped[str] = mapped_column(String(10), primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    rung: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    fired_at: Mapped[datetime] = mapped_column(UtcDateTime)


COLUMNS_OF = {  # by clock, the columns of a case that it changes
    "state": ("rung", "rung_at", "highest_rung"),
    "life": ("life_rung", "life_at"),
    "statutory": ("statutory_rung", "statutory_due_at", "statutory_at"),
    "promise": ("promise_breaks_at",),
}
POLICY = table_of(Policy)
TERMS_OF = select(POLICY.c.id, POLICY.c.terms).where(POLICY.c.id.in_(bindparam("policies", expanding=True)))
ALWAYS_CHANGED = ("id", "version", "head_hash", "next_at")


def handle(session: Session, cases: list[DueCase], now: datetime, tick_id: int) -> int:
    """Do everything that is due by `now` (UTC) for these cases; return the number of rungs fired.

    The caller has locked the rows of the cases. `tick_id` is the id of the sweep's event batch.
    """
    batch = Batch(session, now, tick_id)
    batch.load_terms(cases)
    for case in cases:
        batch.add(case)
    return batch.write()


@dataclass
class Batch:
    """The cases of one transaction of a sweep: `add` finds what is due for each, `write` writes it for all together."""

    session: Session
    now: datetime
    tick_id: int
    entries: list[Entry] = field(default_factory=list)
    cases: list[DueCase] = field(default_factory=list)
    changed_clocks: set[str] = field(default_factory=set)  # the clocks whose columns changed, in any of the cases
    # each rung as entry, place of its event in the entry, clock, cycle, rung
    rungs: list[tuple[Entry, int, str, int, int]] = field(default_factory=list)
    agenda: list[int] = field(default_factory=list)
    at_agenda_rung: set[int] = field(default_factory=set)
    broken_promises: list[int] = field(default_factory=list)
    overtime: list[DueCase] = field(default_factory=list)  # proposals that will not be decided within their year by law
    run_out: list[int] = field(default_factory=list)
    terms: dict[int, Terms] = field(default_factory=dict)

    @cached_property
    def clock(self) -> Actor:
        """The actor in whose name all events of this sweep are recorded: the system itself, not a person."""
        return clock_for_batch(self.tick_id)

    @cached_property
    def on_agenda(self) -> CasePutOnAgenda:
        """The event of a case that comes on the agenda of the forum's next meeting, if one is planned."""
        meeting = next_meeting(self.session, calendar_of(self.session).day_of(self.now))
        return (
            CasePutOnAgenda(meeting_on=meeting.held_on.isoformat(), meeting=meeting.id)
            if meeting
            else CasePutOnAgenda()
        )

    def load_terms(self, cases: list[DueCase]) -> None:
        """Read the terms (deadlines) of the policies of these cases into `terms`; call this before `add`."""
        policies = {case.policy_id for case in cases}
        found = self.session.connection().execute(TERMS_OF, {"policies": list(policies)})
        self.terms = {policy_id: terms_from(stored) for policy_id, stored in found}

    def add(self, case: DueCase) -> None:
        """Fire everything that is due for one case. What changes is only collected here; `write` stores it."""
        entry, was = Entry(case, by=self.clock, at=self.now), case.next_at
        for name, fire in FIRE_WHEN_DUE.items():
            moment = getattr(case, name)
            if moment is not None and moment <= self.now:
                fire(self, case, entry)
        case.update_next_at()
        if entry:
            self.entries.append(entry)
        if entry or case.next_at != was:
            self.cases.append(case)

    def write(self) -> int:
        """Write the events, cases, fired rungs and agenda items that `add` collected; return the number of rungs fired.

        It then returns parked cases to the desk and closes done cases, if their clock has run out. For each proposal
        that will not be decided within its year, it creates a duty to report that.
        """
        ids = insert_entries(self.session, self.entries)
        names = ALWAYS_CHANGED + tuple(name for clock in sorted(self.changed_clocks) for name in COLUMNS_OF[clock])
        update_many(self.session, Case, [case.row(names) for case in self.cases])
        fired = [
            {"case_id": entry.subject.stream, "clock": clock, "cycle": cycle, "rung": rung,
             "event_id": ids[id(entry)][place], "fired_at": self.now}
            for entry, place, clock, cycle, rung in self.rungs
        ]  # fmt: skip
        insert_many(self.session, FiredRung, fired)
        _put_on_agenda(self.session, self.agenda, self.now)
        settle_broken(self.session, self.broken_promises, self.now)
        self._end_what_ran_out()
        return len(fired)

    def _end_what_ran_out(self) -> None:
        """Take up parked cases, close done ones, and make a duty to report each proposal that is late by law."""
        if not (self.run_out or self.overtime):
            return
        found = select(Case).where(Case.id.in_(self.run_out)).order_by(Case.id)
        cases = self.session.scalars(found.options(joinedload(Case.responsible), joinedload(Case.policy))).all()
        with written_in_bulk(self.session) as writer:
            for case in cases:
                to = State.RECEIVED if CLOCK_OF[case.state] is RunsOut.TAKEN_UP else State.CLOSED
                take_step(writer, case, Change(to=to), by=self.clock, at=self.now)
            for late in self.overtime:
                report_to_council(writer, late.ref, late.statutory_due_at or self.now, by=self.clock, at=self.now)

    def _climb(self, case: DueCase, entry: Entry) -> None:
        if not case.climbs:
            self.run_out.append(case.id)
            return
        clock = case.state_clock
        rung, after = self._next_step(case, clock)
        case.highest_rung = max(case.highest_rung, rung)
        self._fire(case, entry, "state", (clock, rung, after))
        case.rung, case.rung_at = after.rung, after.fires_at
        self._put_on_agenda_if_due(case, entry, rung)

    def _climb_life(self, case: DueCase, entry: Entry) -> None:
        due_at, fires_at = case.life_due_at or self.now, case.life_at or self.now
        clock = Clock(due_at, case.life_cycle, case.life_rung, fires_at)
        rung, after = self._next_step(case, clock)
        self._fire(case, entry, "life", (clock, rung, after))
        case.life_rung, case.life_at = after.rung, after.fires_at
        self._put_on_agenda_if_due(case, entry, rung)

    def _climb_statutory(self, case: DueCase, entry: Entry) -> None:
        calendar, rung, terms = calendar_of(self.session), case.statutory_rung, self.terms[case.policy_id]
        if case.raised_on is None or case.statutory_due_at is None:
            raise ValueError("a statutory clock runs from the day when the proposal was raised")
        after = clocks.statutory(case.raised_on, rung, self.now, terms, calendar)
        self.changed_clocks.add("statutory")
        if after is None:
            case.statutory_due_at = case.statutory_at = None
            return
        latest = after.rung - 1  # after an outage, only the latest warning fires
        clock = Clock(case.statutory_due_at, case.statutory_cycle, latest, case.statutory_at or self.now)
        self._fire(case, entry, "statutory", (clock, latest, after))
        case.statutory_rung, case.statutory_at = after.rung, after.fires_at
        if rung <= len(terms.statutory_warnings) <= latest:
            self.overtime.append(case)

    def _break_promise(self, case: DueCase, entry: Entry) -> None:
        case.promise_breaks_at = None
        self.changed_clocks.add("promise")
        self.broken_promises.append(case.id)
        entry.add(CasePromiseBroken(promised_on=case.promised_on.isoformat() if case.promised_on else ""))

    def _fire(self, case: DueCase, entry: Entry, name: str, step: tuple[Clock, int, Clock]) -> None:
        clock, rung, after = step
        event = CaseEscalated(
            clock=name, cycle=clock.cycle, rung=rung, due_at=clock.due_at.isoformat(),
            next_on=calendar_of(self.session).day_of(after.fires_at).isoformat(),
            state=case.state, responsible=case.responsible, junk=True if case.junk_since else None,
        )  # fmt: skip
        self.changed_clocks.add(name)
        self.rungs.append((entry, entry.add(event), name, clock.cycle, rung))

    def _put_on_agenda_if_due(self, case: DueCase, entry: Entry, rung: int) -> None:
        """Put the case on the agenda on the rung for it, once however many of its clocks are there in this sweep.

        A case whose reporter lives under protected identity is kept off it, and the event says so. Junk never comes
        there.
        """
        if rung != clocks.AGENDA_RUNG or case.id in self.at_agenda_rung or case.junk_since is not None:
            return
        self.at_agenda_rung.add(case.id)
        if case.protected:
            entry.add(CaseKeptOffAgenda())
            return
        entry.add(self.on_agenda)
        self.agenda.append(case.id)

    def _next_step(self, case: DueCase, clock: Clock) -> tuple[int, Clock]:
        calendar = calendar_of(self.session)
        rung = clocks.due_rung(clock, self.now, calendar)
        return rung, clocks.after_rung(clock, rung, self.now, self.terms[case.policy_id], calendar)


# By the column that holds the moment. The state's clock comes last.
FIRE_WHEN_DUE: dict[str, Callable[[Batch, DueCase, Entry], None]] = {
    "promise_breaks_at": Batch._break_promise,
    "life_at": Batch._climb_life,
    "statutory_at": Batch._climb_statutory,
    "rung_at": Batch._climb,
}


def _put_on_agenda(session: Session, case_ids: list[int], now: datetime) -> None:
    """Add items of the forum's agenda for these cases; nothing changes for a case that has an open one there."""
    if not case_ids:
        return
    insert_item, forum = insert_of(session)(table_of(AgendaItem)), session.scalar(select(body_id_of(FORUM)))
    rows = [
        {"case_id": case_id, "body_id": forum, "why": "overdue", "sort": ItemSort.DISCUSSION, "added_at": now}
        for case_id in case_ids
    ]
    session.execute(insert_item.on_conflict_do_nothing(), rows)
