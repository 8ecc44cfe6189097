"""Asking how it went: once of each case, four weeks after it was closed, whoever had asked.

Never of a case of protected identity, of what somebody owed, or of what an import brought as closed.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, exists, or_, select
from sqlalchemy.orm import Session, aliased

from cases.access.actors import THE_CLOCK, ActorKind
from cases.case import Case
from cases.database.transactions import Database
from cases.database.writing.upsert import insert_missing
from cases.history.events import CaseClosed, CaseSatisfactionAsked
from cases.history.journal import Entry, Event, insert_entries
from cases.organisation.domain_time import both_clocks
from cases.organisation.municipality import ActFromLetters, municipality
from cases.organisation.units import Unit
from cases.parties import Party
from cases.public.protection import PROTECTED
from cases.satisfaction.question import GROUP, REPORTER, Satisfaction
from cases.states import Kind, State

AFTER = timedelta(weeks=4)  # after the case was closed
MOST_LATE = timedelta(weeks=2)  # after an outage; of what was closed long ago nobody is asked
AT_A_TIME = 200  # cases in one transaction
ASKER = aliased(Party)
IS_ASKED = exists().where(Satisfaction.case_id == Case.id)
CLOSED_ELSEWHERE = exists().where(
    Event.stream == Case.id, Event.type == CaseClosed.type, Event.actor == ActorKind.IMPORT
)
IS_A_GROUPS = and_(
    Case.group_id != Case.responsible_id,  # a group is not asked about what it did itself
    exists().where(Unit.id == Case.group_id, Unit.active),
)


def ask_how_it_went(database: Database, *, now: datetime | None = None) -> int:
    """Ask about all cases that were closed four weeks before `now` (UTC; default: domain time); return how many.

    Any number may do so at once: each case is asked about once. Nothing happens where the house does not ask, or lets
    no letter be answered by its link.
    """
    moment, asked = now or _present(database), 0
    while True:
        with database.transaction() as session:
            found, written = _ask_some(session, moment) if _may_ask(session) else (0, 0)
        asked += written
        if found < AT_A_TIME:
            return asked


def _present(database: Database) -> datetime:
    with database.reading() as session:
        return both_clocks(session).domain


def _may_ask(session: Session) -> bool:
    house = municipality(session)
    return house.asks_how_it_went and house.act_from_letters != ActFromLetters.OFF


def _ask_some(session: Session, at: datetime) -> tuple[int, int]:
    """Ask about the next cases; return how many were found, and of how many nobody else had asked meanwhile."""
    found = {row.Case.id: (row.Case, row.whose) for row in session.execute(_to_ask(at))}
    if not found:
        return 0, 0
    rows = [{"case_id": id_, "asked_at": at, "whose": whose} for id_, (_, whose) in found.items()]
    entries = []
    for (id_,) in insert_missing(session, Satisfaction, rows, ("case_id",)):
        closed, whose = found[id_]
        entry = Entry(closed, by=THE_CLOCK, at=at)
        entry.add(CaseSatisfactionAsked(whose=whose))
        entries.append(entry)
    insert_entries(session, entries)
    return len(found), len(entries)


def _to_ask(at: datetime) -> Select[Any]:
    return (
        select(Case, case((ASKER.email.is_not(None), REPORTER), else_=GROUP).label("whose"))
        .outerjoin(ASKER, ASKER.id == Case.reporter_id)
        .where(
            Case.state == State.CLOSED, Case.ended_at <= at - AFTER, Case.ended_at > at - AFTER - MOST_LATE,
            Case.obligation.is_(None), Case.kind != Kind.DUTY, ~PROTECTED,
            or_(ASKER.email.is_not(None), IS_A_GROUPS), ~IS_ASKED, ~CLOSED_ELSEWHERE,
        )
        .order_by(Case.ended_at, Case.id)
        .limit(AT_A_TIME)
        .with_for_update(of=Case, skip_locked=True, key_share=True)
    )  # fmt: skip
