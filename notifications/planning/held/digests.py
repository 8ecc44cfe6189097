"""Digests: when the moment of held letters comes, one delivery tells an address all that they hold.

The held ones end suppressed in the same transaction: nothing is lost and nothing told twice, whoever dies when.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from cases.database.base import UtcDateTime, table_of
from cases.database.clock import present
from cases.database.queries import any_of, fetch_rows
from cases.database.writing.bulk import insert_many
from cases.database.writing.upsert import insert_missing
from cases.organisation.domain_time import domain_time
from notifications.deliveries import IS_WAITING, Address, Channel, Delivery, DeliveryLine, Outcome
from notifications.planning.drafts import DIGEST, MOST_LINES

TOLD_IN_DIGEST = "told in digest {}"
COMMON = ("house", "contact", "reply_to")  # of a stored context
IS_DUE = (
    Delivery.held_for.is_not(None),
    Delivery.outcome == IS_WAITING,
    Delivery.next_attempt_at <= bindparam("domain_moment", type_=UtcDateTime),
)
DUE = select(Delivery.address_id).where(*IS_DUE).order_by(Delivery.next_attempt_at, Delivery.id).limit(1)
LOCKED = (
    select(Address.id)
    .where(Address.id.in_(select(Delivery.address_id).where(*IS_DUE)))
    .order_by(Address.id)
    .limit(1)
    .with_for_update(skip_locked=True, key_share=True)
)
OF_ADDRESS = (
    select(Delivery)
    .where(*IS_DUE, Delivery.address_id == bindparam("address"))
    .order_by(Delivery.id)
    .with_for_update(of=Delivery)
)
LINES = (
    select(DeliveryLine.event_id, DeliveryLine.audience, DeliveryLine.letter)
    .where(any_of(DeliveryLine.delivery_id, "ids"))
    .order_by(DeliveryLine.delivery_id, DeliveryLine.event_id)
)
DELIVERIES = table_of(Delivery)
SUPPRESS = update(DELIVERIES).where(any_of(DELIVERIES.c.id, "ids"))


def make_digest(session: Session) -> int | None:
    """Insert the digest of one address whose moment has come, and end what it tells of; return 1.

    Return None when there is no such address, or another process is just making its digest. The caller commits.
    """
    moment = domain_time(session)
    address_id = session.scalar(LOCKED, {"domain_moment": moment})
    if address_id is None:
        return None
    held = session.scalars(OF_ADDRESS, {"domain_moment": moment, "address": address_id}).all()
    if not held:
        return 0
    lines = fetch_rows(session, LINES, {"ids": [one.id for one in held]})
    digest_id = _insert(session, held, lines)
    insert_many(session, DeliveryLine, [{"delivery_id": digest_id, **line._mapping} for line in lines])
    reason = TOLD_IN_DIGEST.format(held[0].id)
    ended = {"outcome": Outcome.SUPPRESSED, "reason": reason, "finished_at": present(session), "message": None}
    session.connection().execute(SUPPRESS.values(**ended), {"ids": [one.id for one in held]})
    return 1


def _insert(session: Session, held: Sequence[Delivery], lines: Sequence[Any]) -> int:
    """Insert the digest, named for the first of the held letters, and return its id."""
    first, last = held[0], held[-1]
    row = {
        "occasion": f"digest:{first.id}",
        "recipient": last.recipient,
        "channel": Channel.MAIL,
        "letter": lines[0].letter if len(lines) == 1 else DIGEST,
        "locale": last.locale,
        "address_id": last.address_id,
        "party_id": _shared(one.party_id for one in held),
        "person_id": _shared(one.person_id for one in held),
        "context": _context(held, len(lines)),
        "outcome": Outcome.WAITING,
        "claims": 0,
        "attempts": 0,
    }
    [(digest_id,)] = insert_missing(session, Delivery, [row], ("id",))
    return int(digest_id)


def _shared(ids: Iterable[int | None]) -> int | None:
    """Return what all have in common, else None: who is erased then takes only their own lines with them."""
    found = set(ids)
    return found.pop() if len(found) == 1 else None


def _context(held: Sequence[Delivery], count: int) -> dict[str, Any]:
    """Return what the digest stores: the lines of all, the first 50 of them, and how many follow."""
    told = [line for one in held for line in one.context["lines"]][:MOST_LINES]
    common = {name: held[-1].context[name] for name in COMMON}
    return {**common, "held_for": held[-1].held_for, "lines": told, "more": count - len(told)}
