"""Finds the case that an API request names, and checks that the caller may see it."""

import re

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.reading.finding import case_for, case_to_change_for
from cases.refusals import NotFound
from web.requests.identity.caller import actor_in

CASE_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def case_to_show(session: Session, ref: str) -> tuple[Case, Actor]:
    """Fetch the case whose reference or public id is `ref`, and the actor with whose rights it is shown.

    That is the caller; or the reporter, when the caller may not see the case but knows its public id. Raises `NotFound`
    when there is no such case, or `ref` is the reference of one that the caller may not see.
    """
    return case_for(session, actor_in(session), checked_ref(ref))


def case_to_act_on(session: Session, ref: str) -> tuple[Case, Actor]:
    """Fetch and lock the case whose reference or public id is `ref`, and the actor with whose rights it is changed.

    That is the caller; or the reporter, when the caller may not see the case but knows its public id. Raises `NotFound`
    when there is no such case, or `ref` is the reference of one that the caller may not see.
    """
    return case_to_change_for(session, actor_in(session), checked_ref(ref))


def checked_ref(ref: str) -> str:
    """Check the form of `ref` and return it. Raises `NotFound` if it looks like neither reference nor public id."""
    if not CASE_NAME.fullmatch(ref):
        raise NotFound(ref=ref)
    return ref
