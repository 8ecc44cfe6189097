"""Whose case it is to the one who asks: theirs by a role, theirs by the public id, or nobody's that they know of."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case, case_to_change, case_to_read
from cases.refusals import NotFound
from cases.seeing import may_see, seen_by
from cases.town.people import Actor, reporter_of
from web.asking import actor_in

NAME_OF_A_CASE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def case_to_show(session: Session, ref: str) -> tuple[Case, Actor]:
    """Give the case, and who reads it. `NotFound` when there is none that they may see."""
    asking = actor_in(session)
    case = case_to_read(session, a_name(ref))
    return case, acting(session, case, ref, asking)


def case_to_act_on(session: Session, ref: str) -> tuple[Case, Actor]:
    """Give the case, locked, and who acts. `NotFound` when there is none that they may see."""
    asking = actor_in(session)
    case = case_to_change(session, a_name(ref))
    return case, acting(session, case, ref, asking)


def acting(session: Session, case: Case, ref: str, asking: Actor) -> Actor:
    """Give the person when they may see the case; else the one who asked, when they came with its public id."""
    if may_see(asking, case):
        return asking
    if ref == case.public_id:
        return reporter_of(case)
    if is_shown_to(session, case, asking):
        return asking
    raise NotFound(ref=ref)


def is_shown_to(session: Session, case: Case, asking: Actor) -> bool:
    """Say whether the case stands in this person's lists, such as the forum's agenda."""
    if not asking.unit_ids:
        return False
    return session.scalar(select(Case.id).where(Case.id == case.id, seen_by(asking))) is not None


def a_name(ref: str) -> str:
    """Give the reference or public id; what can be neither is not found, whatever it holds."""
    if not NAME_OF_A_CASE.fullmatch(ref):
        raise NotFound(ref=ref)
    return ref
