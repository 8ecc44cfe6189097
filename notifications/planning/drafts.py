"""Drafts of deliveries: one letter for one occasion and recipient, and how drafts become rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from cases.database.clock import present
from cases.database.writing.bulk import insert_many
from cases.database.writing.upsert import Row, insert_missing
from notifications.addresses import ensure_addresses
from notifications.audiences.fallbacks import Recipient
from notifications.deliveries import Delivery, DeliveryLine, Outcome
from notifications.planning.rate_limits import lock_allowance

DIGEST = "digest"
MOST_LINES = 50


@dataclass(frozen=True)
class DraftLine:
    """One event in a draft: which letter tells it, to which audience, with the context that is stored for it."""

    event_id: int
    letter: str
    audience: str
    context: dict[str, Any]
    is_anonymous: bool = False
    redundant_reason: str | None = None  # why the recipient knows already


@dataclass(frozen=True)
class DeliveryDraft:
    """One delivery that is not a row yet: its occasion, its recipient and its lines."""

    occasion: str
    recipient: Recipient
    common_context: dict[str, Any]
    lines: list[DraftLine] = field(default_factory=list)

    @property
    def letter(self) -> str:
        """The letter of its only line; a digest when there are several."""
        return self.lines[0].letter if len(self.lines) == 1 else DIGEST

    @property
    def context(self) -> dict[str, Any]:
        """The context that is stored: the common one, that of the first 50 lines, and how many more there are."""
        lines = [line.context for line in self.lines[:MOST_LINES]]
        return {**self.common_context, "lines": lines, "more": len(self.lines) - len(lines)}

    @property
    def is_anonymous(self) -> bool:
        """True when a visitor or reporter, who may be anybody, caused one of its lines."""
        return any(line.is_anonymous for line in self.lines)

    @property
    def redundant_reason(self) -> str | None:
        """Why it need not be sent; None when one of its lines must be."""
        reasons = [line.redundant_reason for line in self.lines]
        return reasons[0] if all(reasons) else None

    def row(self, address_id: int | None) -> Row:
        """Return the columns of the delivery, waiting to be sent; `address_id` is None for a call or a role."""
        recipient = self.recipient
        return {
            "occasion": self.occasion,
            "recipient": recipient.key if address_id is None else f"address:{address_id}",
            "channel": recipient.channel,
            "letter": self.letter,
            "locale": recipient.locale,
            "address_id": address_id,
            "party_id": recipient.party_id,
            "person_id": recipient.person_id,
            "context": self.context,
            "outcome": Outcome.WAITING,
            "reason": None,
            "finished_at": None,
            "claims": 0,
            "attempts": 0,
        }


def write_drafts(session: Session, drafts: Sequence[DeliveryDraft]) -> int:
    """Insert the deliveries of these drafts, with their lines; return how many are new.

    A delivery with the same occasion and recipient that is there already stays as it is.
    """
    if not drafts:
        return 0
    address_ids = ensure_addresses(session, {draft.recipient.email for draft in drafts if draft.recipient.email})
    rows = [draft.row(address_ids.get(draft.recipient.key)) for draft in drafts]
    _suppress_redundant(session, drafts, rows)
    _suppress_over_limit(session, drafts, rows)
    new = _insert_deliveries(session, rows)
    ids = (new.get((row["occasion"], row["recipient"])) for row in rows)
    _insert_lines(session, [(id_, line) for id_, draft in zip(ids, drafts, strict=True) if id_ for line in draft.lines])
    return len(new)


def _suppress_redundant(session: Session, drafts: Sequence[DeliveryDraft], rows: list[Row]) -> None:
    for draft, row in zip(drafts, rows, strict=True):
        if reason := draft.redundant_reason:
            row |= {"outcome": Outcome.SUPPRESSED, "reason": reason, "finished_at": present(session)}


def _suppress_over_limit(session: Session, drafts: Sequence[DeliveryDraft], rows: list[Row]) -> None:
    """Suppress the anonymous letters that are over the limit of their address."""
    limited = [row for draft, row in zip(drafts, rows, strict=True) if draft.is_anonymous and row["address_id"]]
    if not limited:
        return
    allowance = lock_allowance(session, {row["address_id"] for row in limited})
    for row in limited:
        if reason := allowance.count_or_refuse(row["address_id"]):
            row |= {"outcome": Outcome.SUPPRESSED, "reason": reason, "finished_at": allowance.moment}


def _insert_deliveries(session: Session, rows: list[Row]) -> dict[tuple[str, str], int]:
    """Return the ids of the new deliveries, by (occasion, recipient); they rise in the order of the rows."""
    new = insert_missing(session, Delivery, rows, ("occasion", "recipient", "id"))
    return {(occasion, recipient): id_ for occasion, recipient, id_ in new}


def _insert_lines(session: Session, lines: list[tuple[int, DraftLine]]) -> None:
    rows = [
        {"delivery_id": id_, "event_id": line.event_id, "audience": line.audience, "letter": line.letter}
        for id_, line in lines
    ]
    insert_many(session, DeliveryLine, rows)
