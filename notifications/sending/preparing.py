"""Prepare claimed letters: check that their recipients are still entitled, render them, store the bytes to be sent."""

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
from cases.organisation.municipality import Municipality
from notifications.deliveries import IS_WAITING, Delivery, Outcome
from notifications.letter_links.link import letter_tokens
from notifications.letter_links.what_is_asked import LETTERS_THAT_ASK
from notifications.letters.rendering import LetterSettings, followers_addressed, links_wanted, render
from notifications.letters.snapshot import SendingSnapshot, read_snapshot
from notifications.letters.still_entitled import reason_to_suppress
from notifications.letters.unsubscribe_links import unfollow_tokens
from notifications.sending.mime import Outgoing, compose
from notifications.sending.outcomes import wait_after
from notifications.set_aside import set_aside_delivery

LOG = structlog.get_logger()
HELD = (
    select(Delivery)
    .where(Delivery.lease_token == bindparam("token"), Delivery.outcome == IS_WAITING)
    .order_by(Delivery.id)
)
MESSAGE_COLUMNS = ("message_id", "message", "message_sha256")
DELIVERIES = table_of(Delivery)
STORE_MESSAGE = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("row"))
    .values({name: bindparam(name) for name in MESSAGE_COLUMNS})
)


@dataclass(frozen=True)
class PreparedLetter:
    """A letter that may be sent now: its MIME bytes (`message`) are stored in the delivery's row.

    `address_id` is the id of the mail address to which it goes.
    """

    delivery_id: int
    address_id: int
    message: Outgoing


def prepare(session: Session, token: str, settings: LetterSettings, most_claims: int) -> list[PreparedLetter]:
    """Make the letters ready that the caller claimed with this token: store their MIME bytes, and return those to send.

    A letter to which its recipient is no longer entitled is suppressed, with the reason in its row. A letter that
    cannot be rendered is tried again later, or set aside once it was claimed `most_claims` times. If it is to be tried
    again, the claim of the newer letters to its address is given back, so that they are sent after it. Twenty letters
    take as many queries as one.
    """
    found = session.scalars(HELD, {"token": token}).all()
    snapshot = read_snapshot(session, found)
    entitled = _suppress_others(snapshot, found)
    _add_unsubscribe_tokens(session, snapshot, entitled, settings.key)
    _add_letter_tokens(session, snapshot, [delivery for delivery in entitled if delivery.message is None], settings.key)
    unwritten = {delivery.id for delivery in entitled if delivery.message is None}
    prepared, waiting, held_back = [], [], set()
    for delivery in entitled:
        if delivery.address_id in held_back:
            waiting.append(delivery.id)
        elif _try_to_write(session, snapshot, delivery, (settings, most_claims)):
            prepared.append(_prepared(snapshot, delivery, settings))
        else:
            held_back.add(delivery.address_id)
    _store(session, [delivery for delivery in entitled if delivery.id in unwritten and delivery.message is not None])
    session.flush()
    if waiting:
        release(session, Delivery, token, waiting)
    return prepared


def _suppress_others(snapshot: SendingSnapshot, found: Sequence[Delivery]) -> list[Delivery]:
    """Return the letters to which somebody is still entitled; suppress the others."""
    reasons = {delivery.id: reason_to_suppress(snapshot, delivery) for delivery in found}
    for delivery in found:
        if reason := reasons[delivery.id]:
            _suppress(delivery, reason, snapshot.present)
    return [delivery for delivery in found if not reasons[delivery.id]]


def _add_unsubscribe_tokens(
    session: Session, snapshot: SendingSnapshot, deliveries: Sequence[Delivery], key: str
) -> None:
    """Add the unsubscribe token of each follower to the snapshot; links that are missing are made."""
    valid_at = {id_: letter.created_at for letter in deliveries for id_ in followers_addressed(snapshot, letter)}
    snapshot.unsubscribe_tokens.update(unfollow_tokens(session, valid_at, key=key))


def _add_letter_tokens(session: Session, snapshot: SendingSnapshot, deliveries: Sequence[Delivery], key: str) -> None:
    """Add the token of each link with which a letter is answered to the snapshot; links that are missing are made."""
    asking = [one for one in deliveries if LETTERS_THAT_ASK & {line["letter"] for line in one.context["lines"]}]
    mode = session.scalar(select(Municipality.act_from_letters)) if asking else None
    wanted = {place: link for one in asking for place, link in links_wanted(snapshot, one, mode or "").items()}
    snapshot.letter_tokens.update(letter_tokens(session, wanted, key=key, at=snapshot.present))


def _prepared(snapshot: SendingSnapshot, delivery: Delivery, settings: LetterSettings) -> PreparedLetter:
    address_id = delivery.address_id or 0
    to, content = snapshot.addresses[address_id].email, delivery.message or b""
    bounces_to = settings.replies.for_bounce(delivery.id) if settings.replies else None
    letter = Outgoing(sender=settings.mail_from, recipient=to, content=content, bounces_to=bounces_to)
    return PreparedLetter(delivery.id, address_id, letter)


def _suppress(delivery: Delivery, reason: str, at: datetime) -> None:
    delivery.outcome, delivery.reason = Outcome.SUPPRESSED, reason
    delivery.finished_at, delivery.message = at, None
    delivery.end_lease()


def _try_to_write(
    session: Session, snapshot: SendingSnapshot, delivery: Delivery, how: tuple[LetterSettings, int]
) -> bool:
    settings, most_claims = how
    try:
        if delivery.message is None:
            _write(snapshot, delivery, settings)
    except Exception as error:
        _cannot_write(session, delivery, error, most_claims)
        return False
    return True


def _write(snapshot: SendingSnapshot, delivery: Delivery, settings: LetterSettings) -> None:
    delivery.message_id = delivery.message_id or _message_id(delivery, settings)
    delivery.message = compose(render(snapshot, delivery, settings), delivery.message_id)
    delivery.message_sha256 = hashlib.sha256(delivery.message).hexdigest()


def _store(session: Session, written: Sequence[Delivery]) -> None:
    """Store the new messages in one statement, and take their rows out of the session, which would store them again."""
    rows = [{"row": delivery.id, **{name: getattr(delivery, name) for name in MESSAGE_COLUMNS}} for delivery in written]
    if rows:
        session.connection().execute(STORE_MESSAGE, rows)
    for delivery in written:
        session.expunge(delivery)


def _message_id(delivery: Delivery, settings: LetterSettings) -> str:
    made_of = f"{delivery.occasion}/{delivery.recipient}/{delivery.created_at.isoformat()}"
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:20]
    return f"{delivery.id}.{digest}@{settings.mail_from.rpartition('@')[2]}"


def _cannot_write(session: Session, delivery: Delivery, error: Exception, most_claims: int) -> None:
    reason = f"cannot be written: {type(error).__name__}"
    LOG.error("letter.not_written", delivery=delivery.id, letter=delivery.letter, exc_info=True)
    delivery.last_error = reason
    delivery.next_attempt_at = present(session) + wait_after(delivery.claims)
    delivery.end_lease()
    if delivery.claims >= most_claims:
        set_aside_delivery(session, delivery, reason)
