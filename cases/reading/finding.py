"""Finding a case by its reference or public id, or `NotFound` when the actor may not see it."""

from sqlalchemy.orm import Session

from cases.access.actors import Actor, reporter_of
from cases.case import Case, case_to_change, case_to_read, is_reference
from cases.reading.visibility import reads_on_agenda, takes_part
from cases.refusals import NotAllowed, NotFound


def case_for(session: Session, actor: Actor, name: str) -> tuple[Case, Actor]:
    """Return the case with the reference or public id `name`, and the actor with whose rights it may be read.

    That actor is `actor` if they take part in the case, or the reporter of the case if `name` is the public id, because
    whoever knows the public id counts as the reporter. Else it is `actor` if they read the case on the forum's agenda.
    Raises `NotFound` when there is no such case, and when `name` is the reference of a case that `actor` may not see.
    """
    case = case_to_read(session, name)
    reader = _participant(case, actor, name) or (actor if reads_on_agenda(actor, case) else None)
    if reader is None:
        raise NotFound(ref=name)
    return case, reader


def case_to_change_for(session: Session, actor: Actor, name: str) -> tuple[Case, Actor]:
    """Return the case with the reference or public id `name`, its row locked until the transaction ends, and an actor.

    That is the actor with whose rights the case may be changed: `actor` if they take part in it; else, if `name` is the
    public id, the reporter. Raises `NotAllowed` for somebody who only reads it on the forum's agenda, and `NotFound`
    when there is no such case, or `name` is a reference and they may not see it.
    """
    case = case_to_change(session, name)
    return case, _writer(case, actor, name)


def case_to_follow(session: Session, actor: Actor, name: str) -> Case:
    """Return the case with the reference or public id `name`, and lock its row until the transaction ends.

    A published case may be followed by anybody. Raises `NotFound` when there is no such case, and when it is not
    published, the actor may not see it, and `name` is its reference (whoever knows the public id may follow it).
    """
    case = case_to_change(session, name)
    if case.published_at is None:
        _writer(case, actor, name)
    return case


def reference(name: str) -> str:
    """Return `name` unchanged when it is a reference such as 2026-0042; raise `NotFound` for anything else.

    For pages for staff: these show a case by its reference only, never by its public id.
    """
    if not is_reference(name):
        raise NotFound(ref=name)
    return name


def _participant(case: Case, actor: Actor, name: str) -> Actor | None:
    if takes_part(actor, case):
        return actor
    return reporter_of(case) if name == case.public_id else None


def _writer(case: Case, actor: Actor, name: str) -> Actor:
    writer = _participant(case, actor, name)
    if writer is not None:
        return writer
    raise NotAllowed(step="write") if reads_on_agenda(actor, case) else NotFound(ref=name)
