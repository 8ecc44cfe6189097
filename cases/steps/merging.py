"""Merging: one of two cases about the same thing ends in the other, and its reporter and followers go along."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case, case_to_change
from cases.history.events import CaseMerged, CaseTookOver
from cases.history.journal import Entry
from cases.parties import Follower
from cases.refusals import MergedIntoItself, NotFound, UnknownName
from cases.states import State

DEADLOCK = "40P01"


def merge_into(session: Session, case: Case, into: str, *, by: Actor, at: datetime) -> CaseMerged:
    """End `case` as merged into the open case with the reference `into`; return the event to record for `case`.

    The reporter and the followers of `case` become followers of the other case, for which another event is written
    here. Raises `UnknownName` when no case has the reference `into`, and `MergedIntoItself` when `into` means `case`
    itself, a case that has ended, or a case that is being merged into `case` at the same moment.
    """
    was = case.state.value
    target = _target(session, case, into)
    entry = Entry(target, by=by, at=at)
    moved = _bring_followers(session, case, target, at)
    case.end(State.MERGED, at)
    case.merged_into_id = target.id
    case.set_relationship("merged_into", target)
    entry.add(CaseTookOver(merged=case.ref, followers=moved))
    entry.write(session)
    return CaseMerged(into=target.ref, previous=was)


def _target(session: Session, case: Case, into: str) -> Case:
    try:
        target = case_to_change(session, into)
    except NotFound:
        raise UnknownName(field="into", name=into) from None
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == DEADLOCK:  # the other case is being merged into this one
            raise MergedIntoItself(field="into", name=into) from error
        raise
    if target.id == case.id or not target.is_open:
        raise MergedIntoItself(field="into", name=into)
    return target


def _bring_followers(session: Session, case: Case, target: Case, at: datetime) -> int:
    known = set(session.scalars(select(Follower.party_id).where(Follower.case_id == target.id)))
    known.add(target.reporter_id or 0)
    followers = select(Follower).where(
        Follower.case_id == case.id, Follower.ended_at.is_(None), Follower.confirmed_at.is_not(None)
    )
    parties = [follower.party_id for follower in session.scalars(followers)]
    if case.reporter_id is not None:
        parties.insert(0, case.reporter_id)
    new = [party for party in dict.fromkeys(parties) if party not in known]
    session.add_all(Follower(case_id=target.id, party_id=party, asked_at=at, confirmed_at=at) for party in new)
    return len(new)
