"""Following a case by mail, for people outside the municipality: they get no news until they confirm (opt-in)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR
from cases.access.tokens import FOLLOW, Link, make_link, use_link
from cases.case import Case, case_to_change
from cases.history.events import CaseFollowed, CaseUnfollowed, FollowerAskedToConfirm
from cases.history.journal import Entry
from cases.history.municipality_events import record_for_municipality
from cases.mail_addresses import read_public_address
from cases.parties import Follower, Party


def ask_to_follow(session: Session, case: Case, email: str, locale: str, *, key: str, at: datetime) -> None:
    """Subscribe a mail address to a case: a confirmation link is sent, and nothing more until it is used.

    Nothing is sent to an address that follows the case already; the caller cannot tell the difference. Raises
    `NotAMailAddress` or `LettersBeforeTheAt` when no letter can be sent to it. `locale` is the language of the letters,
    such as "sv"; `key` is the secret key of the installation.
    """
    address = read_public_address(email).lower()
    follower = session.scalar(
        select(Follower)
        .join(Party, Party.id == Follower.party_id)
        .where(Follower.case_id == case.id, func.lower(Party.email) == address)
    )
    if follower is None:
        follower = _new_follower(session, case, address, locale, at)
    elif follower.confirmed_at and not follower.ended_at:
        return
    link = make_link(session, FOLLOW, key=key, at=at, follower_id=follower.id)
    event = FollowerAskedToConfirm(link=link.id, follower=follower.id)
    record_for_municipality(session, event, by=A_VISITOR, at=at)


def _new_follower(session: Session, case: Case, address: str, locale: str, at: datetime) -> Follower:
    party = Party(email=address, locale=locale)
    session.add(party)
    session.flush()
    follower = Follower(case_id=case.id, party_id=party.id, asked_at=at)
    session.add(follower)
    session.flush()
    return follower


def confirm_following(session: Session, link: Link, *, at: datetime) -> Case | None:
    """Start to send letters to the follower whom this link belongs to, and mark the link as used.

    Return the case that they follow; None, and nothing is changed, when the link was used before.
    """
    follower = session.get(Follower, link.follower_id)
    if follower is None or not use_link(session, link, at):
        return None
    case = case_to_change(session, _ref_of(session, follower))
    entry = Entry(case, by=A_VISITOR, at=at)
    follower.confirmed_at, follower.ended_at = at, None
    entry.add(CaseFollowed(follower=follower.id))
    entry.write(session)
    return case


def stop_following(session: Session, follower: Follower, *, at: datetime) -> None:
    """Stop the letters about the case to this follower; do nothing when they were stopped before."""
    if follower.ended_at is not None:
        return
    case = case_to_change(session, _ref_of(session, follower))
    entry = Entry(case, by=A_VISITOR, at=at)
    follower.ended_at = at
    entry.add(CaseUnfollowed(follower=follower.id))
    entry.write(session)


def _ref_of(session: Session, follower: Follower) -> str:
    return session.scalars(select(Case.ref).where(Case.id == follower.case_id)).one()
