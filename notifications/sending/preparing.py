"""Preparing: a claimed letter is checked once more, written, and stored as it will be sent."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.clock import present
from cases.database.leases.leased import release
from notifications.deliveries import IS_WAITING, Delivery, Outcome
from notifications.letters.rendering import LetterSettings, followers_told, render
from notifications.letters.snapshot import SendingSnapshot, read_snapshot
from notifications.letters.still_entitled import reason_to_suppress
from notifications.letters.unsubscribing import unfollow_tokens
from notifications.sending.mime import Outgoing, compose
from notifications.sending.outcomes import wait_after
from notifications.set_aside import set_aside_delivery

LOG = structlog.get_logger()
HELD = (
    select(Delivery)
    .where(Delivery.lease_token == bindparam("token"), Delivery.outcome == IS_WAITING)
    .order_by(Delivery.id)
)
AS_WRITTEN = ("message_id", "message", "message_sha256")
ROWS = table_of(Delivery)
STORED = update(ROWS).where(ROWS.c.id == bindparam("row")).values({name: bindparam(name) for name in AS_WRITTEN})


@dataclass(frozen=True)
class Ready:
    """A letter that is stored and may be sent."""

    delivery_id: int
    address_id: int
    letter: Outgoing


def prepare(session: Session, token: str, letterhead: LetterSettings, most_claims: int) -> list[Ready]:
    """Give the letters of this lease that are to be sent, in order, each with its bytes in its row.

    Who has no right to it any more does not get it, and the row says why. One that cannot be written is tried again,
    and waits for a person after `most_claims` tries. As many queries for twenty letters as for one.
    """
    found = session.scalars(HELD, {"token": token}).all()
    around = read_snapshot(session, found)
    rightful = _rightful(around, found)
    _find_ways_out(session, around, rightful, letterhead.key)
    fresh = {delivery.id for delivery in rightful if delivery.message is None}
    ready, waits, held_back = [], [], set()
    for delivery in rightful:
        if delivery.address_id in held_back:
            waits.append(delivery.id)
        elif _is_written(session, around, delivery, (letterhead, most_claims)):
            ready.append(_ready(around, delivery, letterhead))
        else:
            held_back.add(delivery.address_id)
    _store(session, [one for one in rightful if one.id in fresh and one.message is not None])
    session.flush()
    if waits:
        release(session, Delivery, token, waits)
    return ready


def _rightful(around: SendingSnapshot, found: Sequence[Delivery]) -> list[Delivery]:
    """Give the letters that may still be sent; the others are suppressed."""
    against = {delivery.id: reason_to_suppress(around, delivery) for delivery in found}
    for delivery in found:
        if reason := against[delivery.id]:
            _suppress(delivery, reason, around.present)
    return [delivery for delivery in found if not against[delivery.id]]


def _find_ways_out(session: Session, around: SendingSnapshot, deliveries: Sequence[Delivery], key: str) -> None:
    """Let every follower who is told have a link with which to leave; one that is missing is made."""
    asked = {follower: one.created_at for one in deliveries for follower in followers_told(around, one)}
    around.ways_out.update(unfollow_tokens(session, asked, key=key))


def _ready(around: SendingSnapshot, delivery: Delivery, letterhead: LetterSettings) -> Ready:
    address_id = delivery.address_id or 0
    to, content = around.addresses[address_id].email, delivery.message or b""
    return Ready(delivery.id, address_id, Outgoing(sender=letterhead.mail_from, recipient=to, content=content))


def _suppress(delivery: Delivery, reason: str, at: datetime) -> None:
    delivery.outcome, delivery.reason = Outcome.SUPPRESSED, reason
    delivery.finished_at, delivery.message = at, None
    delivery.end_lease()


def _is_written(session: Session, around: SendingSnapshot, delivery: Delivery, how: tuple[LetterSettings, int]) -> bool:
    letterhead, most_claims = how
    try:
        if delivery.message is None:
            _write(around, delivery, letterhead)
    except Exception as error:
        _cannot_write(session, delivery, error, most_claims)
        return False
    return True


def _write(around: SendingSnapshot, delivery: Delivery, letterhead: LetterSettings) -> None:
    delivery.message_id = delivery.message_id or _message_id(delivery, letterhead)
    delivery.message = compose(render(around, delivery, letterhead), delivery.message_id)
    delivery.message_sha256 = hashlib.sha256(delivery.message).hexdigest()


def _store(session: Session, written: Sequence[Delivery]) -> None:
    """Put what was written into the rows, in one go; the session has no more to do with these."""
    rows = [{"row": one.id, **{name: getattr(one, name) for name in AS_WRITTEN}} for one in written]
    if rows:
        session.connection().execute(STORED, rows)
    for one in written:
        session.expunge(one)


def _message_id(delivery: Delivery, letterhead: LetterSettings) -> str:
    made_of = f"{delivery.occasion}/{delivery.recipient}/{delivery.created_at.isoformat()}"
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:20]
    return f"{delivery.id}.{digest}@{letterhead.mail_from.rpartition('@')[2]}"


def _cannot_write(session: Session, delivery: Delivery, error: Exception, most_claims: int) -> None:
    reason = f"cannot be written: {type(error).__name__}"
    LOG.error("letter.not_written", delivery=delivery.id, letter=delivery.letter, exc_info=True)
    delivery.last_error = reason
    delivery.next_attempt_at = present(session) + wait_after(delivery.claims)
    delivery.end_lease()
    if delivery.claims >= most_claims:
        set_aside_delivery(session, delivery, reason)
