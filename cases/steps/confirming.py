"""Confirming: a done case is closed once everyone who may contest it has said that it is done."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.events import CaseConfirmed, DomainEvent
from cases.history.journal import Event
from cases.refusals import AlreadyConfirmed, NotAllowed
from cases.states import Who
from cases.steps.ending import close
from cases.steps.transition import Transition

REPORTER, GROUP = "reporter", "group"


def confirm(act: Transition) -> DomainEvent:
    """Close the case when this was the last yes that was missing; else note it, and change nothing.

    Return the event to record. Raises `AlreadyConfirmed` when the same side has said yes before, and `NotAllowed` for
    what somebody owed: what was given stands as it is.
    """
    whose = own_side(act.entry.by, act.case)
    confirmed = confirmed_by(act.session, act.case)
    if act.case.obligation is not None:
        raise NotAllowed(step=act.step.name)
    if whose in confirmed:
        raise AlreadyConfirmed()
    if _who_may_contest(act.case) <= confirmed | {whose}:
        return close(act)
    return CaseConfirmed(whose=whose)


def own_side(actor: Actor, case: Case) -> str:
    """Return for whom the actor, who may contest that the case is done, says yes or no: "reporter" or "group"."""
    return REPORTER if Who.REPORTER in actor.roles_in(case) else GROUP


def confirmed_by(session: Session, case: Case) -> set[str]:
    """Return who has said that the case is done since it was done last: "reporter", "group"."""
    of_case = Event.stream == case.id
    last_done = select(func.max(Event.seq)).where(of_case, Event.type == "case.done").scalar_subquery()
    yes = select(Event.facts).where(of_case, Event.type == CaseConfirmed.type, Event.seq > last_done)
    return {facts["whose"] for facts in session.scalars(yes)}


def _who_may_contest(case: Case) -> set[str]:
    """Return whose yes is waited for: not that of a group which has the case itself, and has said that it is done."""
    asked = {REPORTER} if case.reporter_id is not None else set()
    return asked | ({GROUP} if case.group_id is not None and case.group_id != case.responsible_id else set())
