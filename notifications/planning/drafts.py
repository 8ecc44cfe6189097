"""A mailing: one letter to be, for one occasion and one recipient, and how it becomes rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from cases.database.clock import present
from cases.database.writing.bulk import insert_many
from cases.database.writing.upsert import Row, insert_missing
from notifications.addresses import addresses_of
from notifications.audiences.fallbacks import Recipient
from notifications.deliveries import Delivery, DeliveryLine, Outcome
from notifications.planning.rate_limits import allowance_of

DIGEST = "digest"
MOST_LINES = 50


@dataclass(frozen=True)
class DraftLine:
    """One event in a letter: which letter tells it, by right of which audience, with what was resolved."""

    event_id: int
    letter: str
    audience: str
    told: dict[str, Any]
    anonymous: bool = False
    needless: str | None = None  # why they need not be told: they know already


@dataclass(frozen=True)
class DeliveryDraft:
    """One letter to be: its occasion, its recipient and its lines."""

    occasion: str
    recipient: Recipient
    house: dict[str, Any]
    lines: list[DraftLine] = field(default_factory=list)

    @property
    def letter(self) -> str:
        """The letter of the only line; several make a digest."""
        return self.lines[0].letter if len(self.lines) == 1 else DIGEST

    @property
    def context(self) -> dict[str, Any]:
        """What the letter may use besides the events: its first lines, and how many more there are."""
        told = [line.told for line in self.lines[:MOST_LINES]]
        return {**self.house, "lines": told, "more": len(self.lines) - len(told)}

    @property
    def is_anonymous(self) -> bool:
        """True when somebody unknown caused it."""
        return any(line.anonymous for line in self.lines)

    @property
    def needless(self) -> str | None:
        """Why it need not be sent; None when one of its lines must be."""
        reasons = [line.needless for line in self.lines]
        return reasons[0] if all(reasons) else None

    def row(self, address_id: int | None) -> Row:
        """Give the delivery's columns, as long as nothing speaks against it."""
        to = self.recipient
        return {
            "occasion": self.occasion,
            "recipient": to.key if address_id is None else f"address:{address_id}",
            "channel": to.channel,
            "letter": self.letter,
            "locale": to.locale,
            "address_id": address_id,
            "party_id": to.party_id,
            "person_id": to.person_id,
            "context": self.context,
            "outcome": Outcome.WAITING,
            "reason": None,
            "finished_at": None,
            "claims": 0,
            "attempts": 0,
        }


def write_mailings(session: Session, mailings: Sequence[DeliveryDraft]) -> int:
    """Insert deliveries with their lines; what stands there already stays as it is. Give how many are new."""
    if not mailings:
        return 0
    ids = addresses_of(session, {one.recipient.email for one in mailings if one.recipient.email})
    rows = [one.row(ids.get(one.recipient.key)) for one in mailings]
    _suppress_needless(session, mailings, rows)
    _suppress_anonymous(session, mailings, rows)
    made = _insert_deliveries(session, rows)
    found = ((made.get((row["occasion"], row["recipient"])), one) for one, row in zip(mailings, rows, strict=True))
    _insert_lines(session, [(id_, line) for id_, one in found if id_ for line in one.lines])
    return len(made)


def _suppress_needless(session: Session, mailings: Sequence[DeliveryDraft], rows: list[Row]) -> None:
    for row, reason in [(row, one.needless) for one, row in zip(mailings, rows, strict=True) if one.needless]:
        row |= {"outcome": Outcome.SUPPRESSED, "reason": reason, "finished_at": present(session)}


def _suppress_anonymous(session: Session, mailings: Sequence[DeliveryDraft], rows: list[Row]) -> None:
    """Let the letters that are over their address's limit not be sent, with the reason."""
    limited = [row for one, row in zip(mailings, rows, strict=True) if one.is_anonymous and row["address_id"]]
    if not limited:
        return
    allowance = allowance_of(session, {row["address_id"] for row in limited})
    for row in limited:
        if reason := allowance.refuses(row["address_id"]):
            row |= {"outcome": Outcome.SUPPRESSED, "reason": reason, "finished_at": allowance.present}


def _insert_deliveries(session: Session, rows: list[Row]) -> dict[tuple[str, str], int]:
    """Give the ids of the deliveries that are new, by occasion and recipient. They rise in the order of the rows."""
    made = insert_missing(session, Delivery, rows, ("occasion", "recipient", "id"))
    return {(occasion, recipient): id_ for occasion, recipient, id_ in made}


def _insert_lines(session: Session, lines: list[tuple[int, DraftLine]]) -> None:
    rows = [
        {"delivery_id": id_, "event_id": one.event_id, "audience": one.audience, "letter": one.letter}
        for id_, one in lines
    ]
    insert_many(session, DeliveryLine, rows)
