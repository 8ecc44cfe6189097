"""Finding a case by its reference or public id, or `NotFound` when the actor may not see it."""

from sqlalchemy.orm import Session

from cases.access.actors import Actor, reporter_of
from cases.case import Case, case_to_change, case_to_read, is_reference
from cases.reading.visibility import may_see
from cases.refusals import NotFound


def case_for(session: Session, actor: Actor, name: str) -> tuple[Case, Actor]:
    """Return the case with this reference or public id, and the actor as whom it may be read.

    That is the given actor when they may see the case; otherwise the reporter, when `name` is the public id. Raises
    `NotFound` else, so `A_VISITOR` opens a case by its public id only.
    """
    case = case_to_read(session, name)
    return case, _reader(case, actor, name)


def case_to_change_for(session: Session, actor: Actor, name: str) -> tuple[Case, Actor]:
    """Return the same as `case_for`, with the case's row locked until the transaction ends."""
    case = case_to_change(session, name)
    return case, _reader(case, actor, name)


def case_to_follow(session: Session, actor: Actor, name: str) -> Case:
    """Return the case, its row locked, when it is published or the actor may see it. Raises `NotFound` else."""
    case = case_to_change(session, name)
    if case.published_at is None:
        _reader(case, actor, name)
    return case


def reference(name: str) -> str:
    """Return the name when it is a reference. Raises `NotFound` for a public id, which opens no page for staff."""
    if not is_reference(name):
        raise NotFound(ref=name)
    return name


def _reader(case: Case, actor: Actor, name: str) -> Actor:
    if may_see(actor, case):
        return actor
    if name == case.public_id:
        return reporter_of(case)
    raise NotFound(ref=name)
