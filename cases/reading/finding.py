"""Finding a case: by its reference or public id, as far as the one who comes with it may see it."""

from sqlalchemy.orm import Session

from cases.access.actors import Actor, reporter_of
from cases.case import Case, case_to_change, case_to_read, is_reference
from cases.reading.visibility import may_see
from cases.refusals import NotFound


def case_for(session: Session, actor: Actor, name: str) -> tuple[Case, Actor]:
    """Return the case with this reference or public id, and who reads it; `NotFound` when they may not see it.

    That is the actor, when they may see the case; else the one who asked, when `name` is the public id. So
    `A_VISITOR` opens a case by its public id only.
    """
    case = case_to_read(session, name)
    return case, _reader(case, actor, name)


def case_to_change_for(session: Session, actor: Actor, name: str) -> tuple[Case, Actor]:
    """Return the same, with the case locked until the transaction ends."""
    case = case_to_change(session, name)
    return case, _reader(case, actor, name)


def case_to_follow(session: Session, actor: Actor, name: str) -> Case:
    """Return the case, locked, when it is published or the actor may see it; else `NotFound`."""
    case = case_to_change(session, name)
    if case.published_at is None:
        _reader(case, actor, name)
    return case


def reference(name: str) -> str:
    """Return the name when it is a reference; `NotFound` when it is a public id, which opens no page for the house."""
    if not is_reference(name):
        raise NotFound(ref=name)
    return name


def _reader(case: Case, actor: Actor, name: str) -> Actor:
    if may_see(actor, case):
        return actor
    if name == case.public_id:
        return reporter_of(case)
    raise NotFound(ref=name)
