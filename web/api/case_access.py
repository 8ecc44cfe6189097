"""Which case a call is about, and who acts in it."""

import re

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.reading.finding import case_for, case_to_change_for
from cases.refusals import NotFound
from web.requests.caller import actor_in

NAME_OF_A_CASE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def case_to_show(session: Session, ref: str) -> tuple[Case, Actor]:
    """Return the case, and who reads it. `NotFound` when there is none that they may see."""
    return case_for(session, actor_in(session), a_name(ref))


def case_to_act_on(session: Session, ref: str) -> tuple[Case, Actor]:
    """Return the case, locked, and who acts. `NotFound` when there is none that they may see."""
    return case_to_change_for(session, actor_in(session), a_name(ref))


def a_name(ref: str) -> str:
    """Return the reference or public id; what can be neither is not found, whatever it holds."""
    if not NAME_OF_A_CASE.fullmatch(ref):
        raise NotFound(ref=ref)
    return ref
