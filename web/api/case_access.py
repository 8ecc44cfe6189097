"""Finds the case that an API request names, for the actor who sent it."""

import re

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.reading.finding import case_for, case_to_change_for
from cases.refusals import NotFound
from web.requests.caller import actor_in

CASE_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def case_to_show(session: Session, ref: str) -> tuple[Case, Actor]:
    """Return the case and the actor who reads it; `NotFound` when there is none that they may see."""
    return case_for(session, actor_in(session), checked_ref(ref))


def case_to_act_on(session: Session, ref: str) -> tuple[Case, Actor]:
    """Return the case, locked, and the actor who changes it; `NotFound` when there is none that they may see."""
    return case_to_change_for(session, actor_in(session), checked_ref(ref))


def checked_ref(ref: str) -> str:
    """Return the reference or public id; `NotFound` when it has the form of neither."""
    if not CASE_NAME.fullmatch(ref):
        raise NotFound(ref=ref)
    return ref
