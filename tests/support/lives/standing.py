"""The columns of a case that are compared: as its expected life says, and as they are in the database."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased
from support.lives.clocks import morning_of
from support.lives.oracle import Life

from cases.case import Case
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.promises import Promise
from proof.simulation.second_calendar import end_of

ASKED = aliased(Unit)
CASES = (
    select(
        Case.ref, Case.state, Unit.slug, Person.email, Case.waiting_for, ASKED.slug.label("asked"), Case.waiting_from,
        Case.due_at, Case.rung, Case.rung_at, Case.life_at, Case.promised_on, Case.promise_breaks_at, Case.next_at,
    )
    .join(Unit, Unit.id == Case.responsible_id)
    .outerjoin(Person, Person.id == Case.officer_id)
    .outerjoin(ASKED, ASKED.id == Case.waiting_unit_id)
)  # fmt: skip
PROMISES = select(Case.ref, Promise.promised_on, Promise.outcome).join(Promise).order_by(Promise.id)


class LifeStanding(NamedTuple):
    """All columns of a case, and its promises, that follow from its expected life."""

    state: str
    responsible: str
    officer: str | None
    waits_for: str | None
    waiting_from: str | None
    due_at: datetime | None
    rung: int | None  # the next one
    rung_at: datetime | None
    sign_at: datetime | None
    promised_on: date | None
    breaks_at: datetime | None
    promises: tuple[tuple[date, str], ...]
    next_at: datetime | None


def expected_standing(life: Life) -> LifeStanding:
    """Return how a case with this life should stand."""
    clock, sign_at = life.clock, life.sign.fires_at if life.sign else None
    breaks_at = morning_of(life.promise + timedelta(days=1)) if life.promise else None
    moments = [moment for moment in (clock and clock.fires_at, sign_at, breaks_at) if moment is not None]
    return LifeStanding(
        life.state, life.responsible, life.officer, life.waits_for, life.waiting_from,
        end_of(clock.due_on) if clock else None, clock.rung if clock else None, clock.fires_at if clock else None,
        sign_at, life.promised_on, breaks_at, life.promises, min(moments, default=None),
    )  # fmt: skip


def actual_standings(session: Session) -> dict[str, LifeStanding]:
    """Return how each case stands in the database, by reference."""
    promises: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for ref, day, outcome in session.execute(PROMISES):
        promises[ref].append((day, outcome))
    return {
        row.ref: LifeStanding(
            row.state.value, row.slug, row.email.partition("@")[0] if row.email else None,
            row.asked or row.waiting_for, row.waiting_from.value if row.waiting_from else None,
            row.due_at, row.rung if row.rung_at else None, row.rung_at, row.life_at, row.promised_on,
            row.promise_breaks_at, tuple(promises[row.ref]), row.next_at,
        )
        for row in session.execute(CASES)
    }  # fmt: skip
