"""Holding: which drafts are told later than at once, and when.

What asks its reader something, and every rung from the second on, goes at once. So does what tells the one who asked.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.database.queries import any_of, fetch_rows
from cases.organisation.domain_time import domain_time
from cases.organisation.people import Person
from notifications.deliveries import RETURN, Address, Channel, NewsPace
from notifications.planning.drafts import DeliveryDraft, DraftLine
from notifications.preferences import next_at, next_in

OUTSIDE = frozenset({"group", "followers"})
ALL = OUTSIDE | {"handler", "contact"}
MAY_WAIT = {  # by letter: the audiences to which it may come later than at once
    "news": ALL,
    "taken_on": ALL,
    "promise_moved": ALL,
    "parked": ALL,
    "closed": ALL,
    "declined": ALL,
    "merged": ALL,
    "reopened": ALL,
    "recommended": ALL,
    "taken_up": OUTSIDE,  # the desk is to read the case again
    "done": frozenset({"followers"}),  # the group is asked whether it is true
}
PACES = (  # locked, so that nobody changes it before the letter stands where the change finds it
    select(Address.email_normalised, Address.pace)
    .where(any_of(Address.email_normalised, "keys"), Address.pace != NewsPace.AT_ONCE)
    .order_by(Address.id)
    .with_for_update(read=True)
)
AWAY = (
    select(Person.id, Person.away_until)
    .where(any_of(Person.id, "ids"), Person.away_until.is_not(None))
    .order_by(Person.id)
    .with_for_update(read=True)
)


def hold(session: Session, drafts: Sequence[DeliveryDraft]) -> list[DeliveryDraft]:
    """Return the drafts, those that are to be held with why and until when.

    The addresses and people concerned are locked until commit: they cannot ask for something else meanwhile.
    """
    away = _away(session, {one.recipient.person_id or 0 for one in drafts if one.recipient.away})
    paces = _paces(session, {one.recipient.key for one in drafts if may_wait(one)})
    if not (away or paces):
        return list(drafts)
    moment = domain_time(session)
    return [_held(session, draft, moment, away, paces) for draft in drafts]


def may_wait(draft: DeliveryDraft) -> bool:
    """Return whether all that the letter tells may be told later than at once, when the address wants that."""
    is_mail = draft.recipient.channel is Channel.MAIL and draft.redundant_reason is None
    return is_mail and all(_line_may_wait(line) for line in draft.lines)


def _line_may_wait(line: DraftLine) -> bool:
    is_theirs = line.audience == "group" and bool(line.context.get("is_own"))  # the group itself is to do it
    return "ref" in line.context and line.audience in MAY_WAIT.get(line.letter, ()) and not is_theirs


def _held(
    session: Session, draft: DeliveryDraft, moment: datetime, away: dict[int, date], paces: dict[str, NewsPace]
) -> DeliveryDraft:
    recipient = draft.recipient
    if recipient.away and (until := away.get(recipient.person_id or 0)):
        return replace(draft, held_for=RETURN, not_before=next_in(session, until))
    if may_wait(draft) and (pace := paces.get(recipient.key)):
        return replace(draft, held_for=pace.value, not_before=next_at(session, pace, moment))
    return draft


def _paces(session: Session, keys: Collection[str]) -> dict[str, NewsPace]:
    return dict(fetch_rows(session, PACES, {"keys": sorted(keys)})) if keys else {}


def _away(session: Session, ids: Collection[int]) -> dict[int, date]:
    return dict(fetch_rows(session, AWAY, {"ids": sorted(ids)})) if ids else {}
