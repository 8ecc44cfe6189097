"""Completing: once the cases of an import have their rows, the tables that name them get theirs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.case import Case
from cases.history.journal import Event
from cases.imports.rows import ImportRow
from cases.ladder.climbing import FiredRung
from cases.meetings.agenda_items import AgendaItem
from cases.public.publishing import publish
from cases.states import State

Written = tuple[Case, ImportRow]


def complete(session: Session, written: Sequence[Written], at: datetime) -> None:
    """Write fired rungs, agenda items and public texts of these imported cases, as their rows tell.

    The cases and their events must be written. `at` is the moment of the import.
    """
    of_ours = [(case, row) for case, row in written if row.kept.ladder is not None]
    if of_ours:
        _store_fired_rungs(session, [case.id for case, _ in of_ours])
        _set_agenda(session, of_ours, at)
    for case, row in written:
        if row.kept.published_at is not None:
            publish(session, case, at=row.kept.published_at)


def _store_fired_rungs(session: Session, ids: list[int]) -> None:
    fired = select(Event).where(Event.stream.in_(ids), Event.type == "case.escalated", Event.actor == ActorKind.IMPORT)
    session.add_all(
        FiredRung(
            case_id=event.stream, clock=event.facts["clock"], cycle=event.facts["cycle"], rung=event.facts["rung"],
            event_id=event.id, fired_at=event.at,
        )
        for event in session.scalars(fired)
    )  # fmt: skip


def _set_agenda(session: Session, written: Sequence[Written], at: datetime) -> None:
    """Put on the forum's agenda what the rows say stands there, and take off what waits for the forum but does not."""
    session.flush()
    items = select(AgendaItem).where(
        AgendaItem.case_id.in_([case.id for case, _ in written]), AgendaItem.settled_at.is_(None)
    )
    there = {item.case_id: item for item in session.scalars(items)}
    for case, row in written:
        item = there.get(case.id)
        if item is not None and row.kept.agenda is None:
            item.settled_at = at
        elif item is not None:
            item.why = row.kept.agenda or item.why
        elif row.kept.agenda is not None and case.state is not State.DONE:
            session.add(AgendaItem(case_id=case.id, why=row.kept.agenda, added_at=row.changed_at))
