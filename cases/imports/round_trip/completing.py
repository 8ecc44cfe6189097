"""Completing: once the cases of an import have their rows, the tables that name them get theirs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import THE_IMPORT, ActorKind
from cases.case import Case
from cases.history.journal import Event
from cases.imports.rows.import_row import ImportRow
from cases.ladder.climbing import FiredRung
from cases.meetings.agenda_items import AgendaItem, SettledHow
from cases.organisation.units import FORUM, unit_named
from cases.parties import Follower, Party
from cases.public.publishing import publish
from cases.states import State
from cases.village.registers.entering import enter_in_register

Written = tuple[Case, ImportRow]


def complete(session: Session, written: Sequence[Written], at: datetime) -> None:
    """Write fired rungs, agenda items, followers and public texts of these imported cases, as their rows tell.

    The cases and their events must be written. `at` is the moment of the import.
    """
    of_ours = [(case, row) for case, row in written if row.kept.ladder is not None]
    if of_ours:
        _store_fired_rungs(session, [case.id for case, _ in of_ours])
        _set_agenda(session, of_ours, at)
    if by_us := {case.id: (case, row) for case, row in written if row.kept.followers or row.kept.public_id}:
        _set_followers(session, by_us, at)
    _enter_in_registers(session, written, at)
    for case, row in written:
        if row.kept.published_at is not None:
            publish(session, case, at=row.kept.published_at)


def _enter_in_registers(session: Session, written: Sequence[Written], at: datetime) -> None:
    """Enter what the rows say of registers; the events of it are told to nobody, as all of an import."""
    entered = [(case.id, row.kept.register) for case, row in written if row.kept.register is not None]
    for case_id, given in entered:
        case = session.get_one(Case, case_id)
        session.refresh(case)
        enter_in_register(session, case, given, by=THE_IMPORT, at=at)


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
    forum = unit_named(session, FORUM).id
    items = select(AgendaItem).where(
        AgendaItem.case_id.in_([case.id for case, _ in written]),
        AgendaItem.settled_at.is_(None),
        AgendaItem.body_id == forum,
    )
    there = {item.case_id: item for item in session.scalars(items)}
    for case, row in written:
        item = there.get(case.id)
        if item is not None and row.kept.agenda is None:
            item.settled_at, item.settled_how = at, SettledHow.WITHDRAWN
        elif item is not None:
            item.why = row.kept.agenda or item.why
        elif row.kept.agenda is not None and case.state is not State.DONE:
            session.add(AgendaItem(body_id=forum, case_id=case.id, why=row.kept.agenda, added_at=row.changed_at))


def _set_followers(session: Session, by_us: dict[int, Written], at: datetime) -> None:
    """Let those follow whom the rows name, and of those who came with a merged case no other who has an address."""
    session.flush()
    followers = select(Follower, Party.email).join(Party, Party.id == Follower.party_id)
    there: dict[int, dict[str, Follower]] = {case_id: {} for case_id in by_us}
    for follower, email in session.execute(followers.where(Follower.case_id.in_(by_us), Party.email.is_not(None))):
        there[follower.case_id][email or ""] = follower
    for case_id, (_, row) in by_us.items():
        named = {reader.email: reader for reader in row.kept.followers}
        for email, follower in there[case_id].items():
            if email not in named:
                follower.ended_at = at
        new = [
            Party(email=email, locale=reader.locale) for email, reader in named.items() if email not in there[case_id]
        ]
        session.add_all(new)
        session.flush()
        session.add_all(Follower(case_id=case_id, party_id=party.id, asked_at=at, confirmed_at=at) for party in new)
