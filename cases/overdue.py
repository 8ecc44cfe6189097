"""Overdue: the sweep. It asks what is due and not handled, and climbs one rung per case and clock.

Events of a sweep belong to its tick, whose letters are planned together once it is sealed.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from cases import clocks
from cases.bulk import insert_many, update_many
from cases.case import Case, FiredRung
from cases.clocks import Clock
from cases.database import Database, calendar_of, insert_of, table_of
from cases.database import now as database_now
from cases.duties import report_to_council
from cases.events import CaseEscalated, CasePromiseBroken, CasePutOnAgenda, Happening
from cases.forum import AgendaItem, next_meeting
from cases.history import Entry, insert_entries
from cases.people import Actor, clock_of
from cases.policies import Terms, terms_from
from cases.progress import Change, change_state
from cases.promises import settle_broken
from cases.refusals import ClockTrouble
from cases.states import CLOCK_OF, RunsOut, State
from cases.ticks import Tick

BATCH = 1000
MOST_CLOCK_DRIFT = timedelta(minutes=5)
TICK_LEASE = timedelta(minutes=5)
MOVED = (
    "id", "version", "head_hash", "next_at", "rung", "rung_at", "highest_rung", "life_rung", "life_at",
    "statutory_rung", "statutory_due_at", "statutory_at", "promise_breaks_at",
)  # fmt: skip


def sweep(database: Database, *, now: datetime | None = None) -> int:
    """Let everything that is due by `now` (UTC; default: the database's present) happen; give the rungs fired.

    Any number of sweepers may run. Raises `ClockTrouble` when no `now` is given and this machine's clock and the
    database's differ by more than five minutes. A case that cannot be handled holds up no other: what was wrong with
    the first such one is raised when all others are done.
    """
    moment = now or _present(database)
    sweeper = Sweeper(database, moment)
    _seal_the_dead(database)
    while sweeper.one_batch():
        pass
    sweeper.seal()
    if sweeper.trouble is not None:
        raise sweeper.trouble
    return sweeper.fired


def _present(database: Database) -> datetime:
    with database.reading() as session:
        present = session.scalars(select(database_now())).one()
    drift = abs(datetime.now(UTC) - present)
    if drift > MOST_CLOCK_DRIFT:
        raise ClockTrouble(seconds=int(drift.total_seconds()))
    return present


def _seal_the_dead(database: Database) -> None:
    """Seal the ticks whose sweeper died: what it committed is told."""
    unsealed = (Tick.sealed_at.is_(None), Tick.lease_until < database_now())
    with database.reading() as session:
        if session.scalar(select(Tick.id).where(*unsealed).limit(1)) is None:
            return
    with database.transaction() as session:
        session.execute(update(Tick).where(*unsealed).values(sealed_at=database_now()))


@dataclass
class Sweeper:
    """One run of the sweep: batches of due cases, each in a transaction of its own."""

    database: Database
    now: datetime
    fired: int = 0
    trouble: Exception | None = None
    _size: int = BATCH
    _at_hand: list[int] = field(default_factory=list)
    _stuck: list[int] = field(default_factory=list)
    _tick: int | None = None
    _token: str = field(default_factory=lambda: secrets.token_hex(16))

    def one_batch(self) -> bool:
        """Handle up to a thousand due cases, or one by one once a batch has failed; False when none is left."""
        if not self._anything_due():
            return False
        try:
            return self._handle_some()
        except OperationalError:
            raise  # the database itself: nothing else would go better
        except Exception as trouble:
            self._set_aside(trouble)
            return True

    def _handle_some(self) -> bool:
        self._at_hand = []
        with self.database.transaction() as session:
            cases = list(session.scalars(self._due_cases()))
            self._at_hand = [case.id for case in cases]
            rungs = handle(session, cases, self.now, self._tick_of(session)) if cases else 0
        self.fired += rungs
        return len(cases) == self._size

    def _set_aside(self, trouble: Exception) -> None:
        if not self._at_hand:
            raise trouble  # it was no case's fault
        if self._size == 1:
            self._stuck += self._at_hand
            self.trouble = self.trouble or trouble
        self._size = 1

    def seal(self) -> None:
        """Say that the tick is complete, so that its letters are planned."""
        if self._tick is not None:
            with self.database.transaction() as session:
                mine = (Tick.id == self._tick, Tick.sealed_at.is_(None))
                session.execute(update(Tick).where(*mine).values(sealed_at=database_now()))

    def _anything_due(self) -> bool:
        with self.database.reading() as session:
            return session.scalar(select(Case.id).where(*self._due).limit(1)) is not None

    @property
    def _due(self) -> tuple[ColumnElement[bool], ...]:
        return (Case.next_at <= self.now, *([Case.id.not_in(self._stuck)] if self._stuck else []))

    def _due_cases(self) -> Select[Case]:
        return (
            select(Case)
            .where(*self._due)
            .order_by(Case.next_at, Case.id)
            .limit(self._size)
            .options(joinedload(Case.responsible), joinedload(Case.policy))
            .with_for_update(of=Case, skip_locked=True)
        )

    def _tick_of(self, session: Session) -> int:
        """Keep the lease on the open tick, or begin a new one when somebody sealed it meanwhile."""
        kept = (
            update(Tick)
            .where(Tick.id == self._tick, Tick.sealed_at.is_(None))
            .values(lease_until=_in(session, TICK_LEASE))
            .returning(Tick.id)
        )
        if self._tick is None or session.scalar(kept) is None:
            row = {"at": self.now, "lease_token": self._token, "claims": 0}
            values = {"started_at": database_now(), "lease_until": _in(session, TICK_LEASE)}
            made = insert(table_of(Tick)).values(**row, **values).returning(Tick.id)
            self._tick = session.execute(made).scalar_one()
        return self._tick


def _in(session: Session, time: timedelta) -> datetime:
    return session.scalars(select(database_now())).one() + time


def handle(session: Session, cases: list[Case], now: datetime, tick_id: int) -> int:
    """Let what is due happen to these locked cases, in bulk; give the rungs fired."""
    batch = Batch(session, now, tick_id)
    for case in cases:
        batch.take(case)
    return batch.write()


@dataclass
class Batch:
    """What a sweep found in one transaction, gathered so that it is written with few statements."""

    session: Session
    now: datetime
    tick_id: int
    entries: list[Entry] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    rungs: list[tuple[Entry, int, str, int, int]] = field(default_factory=list)  # entry, which, clock, cycle, rung
    written: dict[int, list[int]] = field(default_factory=dict)  # entries that could not wait, by id(entry)
    agenda: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    _terms: dict[int, Terms] = field(default_factory=dict)

    @property
    def clock(self) -> Actor:
        """Who acts."""
        return clock_of(self.tick_id)

    @cached_property
    def meeting_on(self) -> str | None:
        """The day of the forum's next meeting, if one is planned."""
        meeting = next_meeting(self.session, calendar_of(self.session).day_of(self.now))
        return meeting.held_on.isoformat() if meeting else None

    def take(self, case: Case) -> None:
        """Let everything that is due of one case happen, at most one rung per clock."""
        entry = Entry(case, by=self.clock, at=self.now)
        if case.promise_breaks_at is not None and case.promise_breaks_at <= self.now:
            self._break_promise(case, entry)
        if case.life_at is not None and case.life_at <= self.now:
            self._climb_life(case, entry)
        if case.statutory_at is not None and case.statutory_at <= self.now:
            self._warn_of_the_law(case, entry)
        runs_out = case.rung_at is not None and case.rung_at <= self.now
        if runs_out and CLOCK_OF[case.state] is RunsOut.LADDER:
            self._climb(case, entry)
        case.find_next()
        if runs_out and CLOCK_OF[case.state] is not RunsOut.LADDER:
            self._run_out(case, entry)
        elif entry:
            self.entries.append(entry)
            self.cases.append(case)

    def write(self) -> int:
        """Write events, cases, rungs and agenda items; give the number of rungs."""
        ids = self.written | self._write_entries()
        fired = [
            {"case_id": entry.subject.stream, "clock": clock, "cycle": cycle, "rung": rung,
             "event_id": ids[id(entry)][which], "fired_at": self.now}
            for entry, which, clock, cycle, rung in self.rungs
        ]  # fmt: skip
        insert_many(self.session, FiredRung, fired)
        _put_on_agenda(self.session, self.agenda, self.now)
        settle_broken(self.session, self.broken, self.now)
        return len(fired)

    def _write_entries(self) -> dict[int, list[int]]:
        """Write the entries with the cases' moved clocks, as a set instead of one by one."""
        for case in self.cases:
            self.session.expunge(case)
        ids = insert_entries(self.session, self.entries)
        update_many(self.session, Case, [{name: getattr(case, name) for name in MOVED} for case in self.cases])
        return ids

    def _climb(self, case: Case, entry: Entry) -> None:
        clock = case.state_clock
        rung, after = self._step(case, clock)
        case.highest_rung = max(case.highest_rung, rung)
        self._fire(case, entry, "state", (clock, rung, after))
        case.rung, case.rung_at = after.rung, after.fires_at
        if rung == clocks.AGENDA_RUNG:
            self._to_the_forum(case, entry)

    def _climb_life(self, case: Case, entry: Entry) -> None:
        due_at, fires_at = case.life_due_at or self.now, case.life_at or self.now
        clock = Clock(due_at, case.life_cycle, case.life_rung, fires_at)
        rung, after = self._step(case, clock)
        self._fire(case, entry, "life", (clock, rung, after))
        case.life_rung, case.life_at = after.rung, after.fires_at

    def _warn_of_the_law(self, case: Case, entry: Entry) -> None:
        calendar, rung = calendar_of(self.session), case.statutory_rung
        if case.raised_on is None or case.statutory_due_at is None:
            raise ValueError("a statutory clock runs from the day when the proposal was raised")
        after = clocks.statutory(case.raised_on, rung, self.now, self._terms_of(case), calendar)
        if after is None:
            case.statutory_due_at = case.statutory_at = None
            return
        latest = after.rung - 1  # after an outage only the last warning that has come
        clock = Clock(case.statutory_due_at, case.statutory_cycle, latest, case.statutory_at or self.now)
        self._fire(case, entry, "statutory", (clock, latest, after))
        case.statutory_rung, case.statutory_at = after.rung, after.fires_at
        if rung <= len(self._terms_of(case).statutory_warnings) <= latest:
            report_to_council(self.session, case, by=self.clock, at=self.now)

    def _break_promise(self, case: Case, entry: Entry) -> None:
        case.promise_breaks_at = None
        self.broken.append(case.id)
        entry.add(CasePromiseBroken(promised_on=case.promised_on.isoformat() if case.promised_on else ""))

    def _fire(self, case: Case, entry: Entry, name: str, step: tuple[Clock, int, Clock]) -> None:
        clock, rung, after = step
        happening: Happening = CaseEscalated(
            clock=name, cycle=clock.cycle, rung=rung, due_at=clock.due_at.isoformat(),
            next_on=calendar_of(self.session).day_of(after.fires_at).isoformat(),
            state=case.state, responsible=case.responsible.slug,
        )  # fmt: skip
        self.rungs.append((entry, entry.add(happening), name, clock.cycle, rung))

    def _to_the_forum(self, case: Case, entry: Entry) -> None:
        entry.add(CasePutOnAgenda(meeting_on=self.meeting_on))
        self.agenda.append(case.id)

    def _run_out(self, case: Case, entry: Entry) -> None:
        """A parked case comes back; a case that is done closes."""
        self.written[id(entry)] = entry.write(self.session)
        to = State.RECEIVED if CLOCK_OF[case.state] is RunsOut.TAKEN_UP else State.CLOSED
        change_state(self.session, case, Change(to=to), by=self.clock, at=self.now)

    def _step(self, case: Case, clock: Clock) -> tuple[int, Clock]:
        calendar = calendar_of(self.session)
        rung = clocks.due_rung(clock, self.now, calendar)
        return rung, clocks.after_rung(clock, rung, self.now, self._terms_of(case), calendar)

    def _terms_of(self, case: Case) -> Terms:
        if case.policy_id not in self._terms:
            self._terms[case.policy_id] = terms_from(case.policy.terms)
        return self._terms[case.policy_id]


def _put_on_agenda(session: Session, case_ids: list[int], now: datetime) -> None:
    """Put cases on the next meeting's agenda; one that stands there already stays as it is."""
    if not case_ids:
        return
    put = insert_of(session)(table_of(AgendaItem))
    rows = [{"case_id": case_id, "why": "overdue", "added_at": now} for case_id in case_ids]
    session.execute(put.on_conflict_do_nothing(), rows)
