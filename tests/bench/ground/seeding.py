"""Filling a database with cases: a few templates made by Ventil's own steps, and any number of copies of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bench.ground.stamping import Mould, moulds_of, stamp
from cases.access.actors import THE_IMPORT, Actor, actor_for
from cases.case import Case
from cases.correcting import Correction, correct
from cases.database.clock import now as present
from cases.database.transactions import Database, calendar_of
from cases.handing_in import Request, hand_in
from cases.history.outbox import OutboxEntry
from cases.ladder.sweep import sweep
from cases.organisation.categories import Category
from cases.organisation.people import Person
from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.progress import Change, WaitingFor, change_state
from cases.states import Kind, State

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PERIODS = 20
MOST_MOULDS = 400
DUE_MOULDS = 40
SENT_BACK, ONE_IS_QUICK = 0.2, 12
DESK = "kontakt@kommunen.example"
TOWN = {  # by state: share of the cases, and how many days ago they came in at most
    State.CLOSED: (0.60, 1800), State.DECLINED: (0.08, 1800), State.ASSIGNED: (0.08, 90), State.PLANNED: (0.06, 300),
    State.IN_PROGRESS: (0.08, 150), State.RECEIVED: (0.02, 20), State.WAITING: (0.04, 120), State.PARKED: (0.02, 300),
    State.DONE: (0.02, 10),
}  # fmt: skip
LAST: dict[State, dict[str, Any]] = {
    State.PLANNED: {}, State.IN_PROGRESS: {}, State.DONE: {}, State.CLOSED: {},
    State.WAITING: {"waiting_for": WaitingFor("reporter")}, State.PARKED: {}, State.DECLINED: {},
}  # fmt: skip


@dataclass
class Maker:
    """Makes template cases in one transaction, as the import does it, so that nobody is told."""

    session: Session
    chance: random.Random
    names: dict[str, list[str]]
    text: str = "Text"

    def make(self, state: State, at: datetime) -> int:
        """Hand a case in at this moment and take it to the state; return its id."""
        picked: dict[str, Any] = {name: self.chance.choice(self.names[name]) for name in ("category", "place")}
        case = hand_in(self.session, Request(Kind.ISSUE, "Titel", self.text, **picked), by=THE_IMPORT, at=at)
        for hours, change in enumerate(self._changes_to(state, at), 1):
            change_state(self.session, case, change, by=THE_IMPORT, at=at + hours * HOUR)
        self.session.flush()
        return case.id

    def _changes_to(self, state: State, at: datetime) -> list[Change]:
        """Return the changes that lead from received to this state; some received cases were assigned and sent back."""
        assign = Change(State.ASSIGNED, responsible=self.chance.choice(self.names["unit"]), note="Not")
        if state is State.RECEIVED:
            back = self.chance.random() < SENT_BACK
            return [assign, Change(State.RECEIVED, reason="Not")] if back else []
        if state is State.ASSIGNED:
            return [assign]
        day = calendar_of(self.session).day_of(at) + self.chance.randint(100, 330) * DAY
        given: dict[str, Any] = {"due_on": day} if state in {State.PLANNED, State.PARKED} else {}
        reached = State.DONE if state is State.CLOSED else state
        last = Change(reached, note="Not", reason="Not" if state in {State.PARKED, State.DECLINED} else None,
                      **given, **LAST[state])  # fmt: skip
        return [assign, last, Change(State.CLOSED)] if state is State.CLOSED else [assign, last]


def town(database: Database, count: int, now: datetime) -> None:
    """Fill the database with `count` cases of five years: of every state, unit, place and category, with words."""
    many = max(min(MOST_MOULDS, count // 4) // PERIODS, 1)
    with database.transaction() as session:
        maker = _maker(session)
        periods = [[_make_any(maker, now) for _ in range(many)] for _ in range(PERIODS)]
    _find_quick_wins(database, periods, now)
    sweep(database, now=now)
    stamp(database, _in_turn(database, periods, count - many * PERIODS))


def _make_any(maker: Maker, now: datetime) -> int:
    shares = [share for share, _ in TOWN.values()]
    (state,) = maker.chance.choices(list(TOWN), shares)
    return maker.make(state, now - maker.chance.random() * TOWN[state][1] * DAY - 12 * HOUR)


def _find_quick_wins(database: Database, periods: list[list[int]], now: datetime) -> None:
    """Let the desk mark some of the cases as quick wins, and the outbox count as relayed."""
    wins = [made for period in periods for made in period if made % ONE_IS_QUICK == 0]
    with database.transaction() as session:
        desk = contact_person(session, now)
        for case_id in wins:
            correct(session, session.get_one(Case, case_id), Correction(quick_win=True), by=desk, at=now)
        session.execute(update(OutboxEntry).values(done_at=present()))


def contact_person(session: Session, now: datetime) -> Actor:
    """Return the contact person, as somebody who acts at this moment."""
    person_id = session.scalars(select(Person.id).where(Person.email == DESK)).one()
    actor = actor_for(session, person_id, on=now.date())
    if actor is None:
        raise LookupError(f"{DESK} is not active")
    return actor


def seed(database: Database, count: int, due: int, now: datetime) -> None:
    """Add `count` assigned cases, of which `due` have a rung that fires by `now`."""
    with database.transaction() as session:
        maker = _maker(session)
        maker.text = ""
        calendar = calendar_of(session)
        asked = calendar.morning_of(calendar.add_working_days(calendar.day_of(now), -8)) + HOUR
        late = [maker.make(State.ASSIGNED, asked + n * timedelta(minutes=7)) for n in range(min(DUE_MOULDS, due))]
        early = [maker.make(State.ASSIGNED, now - 2 * DAY + n * HOUR) for n in range(min(DUE_MOULDS, count - due))]
    stamp(database, _spread(database, (late, due - len(late)), (early, count - due - len(early))))


def _spread(database: Database, *kinds: tuple[list[int], int]) -> Iterator[Mould]:
    """Return as many templates of each kind as are asked for, shuffled."""
    with database.reading() as session:
        moulds = [moulds_of(session, ids) for ids, _ in kinds]
    counts = [many for _, many in kinds]
    which = [kind for kind, many in enumerate(counts) for _ in range(many)]
    chance = random.Random(2)
    chance.shuffle(which)
    return (chance.choice(moulds[kind]) for kind in which)


def _in_turn(database: Database, periods: list[list[int]], count: int) -> Iterator[Mould]:
    """Return `count` templates, period after period, chosen at random within the period."""
    chance, last = random.Random(3), len(periods) - 1
    with database.reading() as session:
        moulds = [moulds_of(session, ids) for ids in periods]
    each = max(count // len(periods), 1)
    return (chance.choice(moulds[min(number // each, last)]) for number in range(count))


def _maker(session: Session) -> Maker:
    names = {
        "unit": list(session.scalars(select(Unit.slug).where(Unit.kind == UnitKind.DEPARTMENT))),
        "place": list(session.scalars(select(Place.slug))),
        "category": list(session.scalars(select(Category.slug))),
    }
    return Maker(session, random.Random(4), names)


FLOOR_SWEEP = (
    """CREATE TEMP TABLE due AS SELECT id, version, cycle, rung FROM "case" WHERE next_at <= :now""",
    """INSERT INTO event
    (stream, seq, act_seq, type, at, recorded_at, actor, facts, changes, commitments, previous_hash, hash)
    SELECT id, version + 1, version + 1, 'case.escalated', :now, :now, 'clock', :facts, :changes, '[]', :hash, :hash
    FROM due""",
    """INSERT INTO fired_rung (case_id, clock, cycle, rung, event_id, fired_at)
    SELECT due.id, 'state', due.cycle, due.rung, event.id, :now
    FROM due JOIN event ON event.stream = due.id AND event.seq = due.version + 1""",
    """UPDATE "case" SET version = version + 1, rung = rung + 1, rung_at = :later, next_at = :later,
    head_hash = :hash, highest_rung = rung WHERE id IN (SELECT id FROM due)""",
    "DROP TABLE due",
)


def floor_sweep(database: Database, now: datetime) -> None:
    """Write the rows of a sweep by set-based SQL, without any rule: for each due case an event, a rung and its clock.

    One transaction, four statements. Ventil writes one more row, the batch of events.
    """
    facts = '{"clock": "state", "cycle": 2, "rung": 2, "due_at": "2026-11-20T22:59:59+00:00", "next_on": "2026-11-27"}'
    changes = '{"rung": 3, "next_at": "2026-11-27T06:00:00+00:00", "rung_at": "2026-11-27T06:00:00+00:00"}'
    values = {"now": now, "later": now + 7 * DAY, "facts": facts, "changes": changes, "hash": "0" * 64}
    with database.engine.begin() as connection:
        for statement in FLOOR_SWEEP:
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            if database.is_sqlite:
                named = {name: _sqlite(value) for name, value in named.items()}
            else:
                statement = statement.replace(":facts", "cast(:facts as jsonb)").replace(
                    ":changes", "cast(:changes as jsonb)"
                )
            connection.execute(text(statement), named)


def _sqlite(value: Any) -> Any:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
