"""A mailing: one letter to be, for one occasion and one recipient, and how it becomes rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from cases.database import insert_of, now, table_of
from notifications.addresses import addresses_of
from notifications.chains import Recipient
from notifications.deliveries import Delivery, DeliveryLine, Outcome
from notifications.limits import over_the_limit

DIGEST = "digest"
MOST_LINES = 50


@dataclass(frozen=True)
class Line:
    """One event in a letter: which letter tells it, by right of which audience, with what was resolved."""

    event_id: int
    letter: str
    audience: str
    told: dict[str, Any]
    anonymous: bool = False


@dataclass(frozen=True)
class Mailing:
    """One letter to be: its occasion, its recipient and its lines."""

    occasion: str
    recipient: Recipient
    house: dict[str, Any]
    lines: tuple[Line, ...]

    @property
    def letter(self) -> str:
        """The letter of the only line; several make a digest."""
        return self.lines[0].letter if len(self.lines) == 1 else DIGEST

    @property
    def context(self) -> dict[str, Any]:
        """What the letter may use besides the events: its first lines, and how many more there are."""
        told = [line.told for line in self.lines[:MOST_LINES]]
        return {**self.house, "lines": told, "more": len(self.lines) - len(told)}

    def row(self, address_id: int | None, reason: str | None) -> dict[str, Any]:
        """Give the delivery's columns; with a `reason` it is suppressed."""
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
            "outcome": Outcome.SUPPRESSED if reason else Outcome.WAITING,
            "reason": reason,
            "claims": 0,
            "attempts": 0,
        }


def write_mailings(session: Session, mailings: Sequence[Mailing]) -> int:
    """Insert deliveries with their lines; what stands there already stays as it is. Give how many are new."""
    if not mailings:
        return 0
    ids = addresses_of(session, {one.recipient.email for one in mailings if one.recipient.email})
    rows, lines = [], {}
    for mailing in mailings:
        address_id = ids.get(mailing.recipient.key)
        row = mailing.row(address_id, _reason_against(session, mailing, address_id))
        rows.append(row)
        lines[row["recipient"]] = mailing.lines
    made = _insert_deliveries(session, rows)
    _insert_lines(session, [(id_, line) for id_, to in made.items() for line in lines[to]])
    if any(row["reason"] for row in rows):
        _finish_suppressed(session, list(made))
    return len(made)


def _reason_against(session: Session, mailing: Mailing, address_id: int | None) -> str | None:
    anonymous = any(line.anonymous for line in mailing.lines)
    return over_the_limit(session, address_id) if anonymous and address_id else None


def _insert_deliveries(session: Session, rows: list[dict[str, Any]]) -> dict[int, str]:
    """Give the recipients of the deliveries that are new, by id."""
    table = table_of(Delivery)
    put = insert_of(session)(table).values(created_at=now()).on_conflict_do_nothing()
    made = session.execute(put.returning(table.c.id, table.c.recipient), rows)
    return dict(made.all())


def _insert_lines(session: Session, lines: list[tuple[int, Line]]) -> None:
    if not lines:
        return
    rows = [
        {"delivery_id": id_, "event_id": one.event_id, "audience": one.audience, "letter": one.letter}
        for id_, one in lines
    ]
    session.execute(insert(table_of(DeliveryLine)), rows)


def _finish_suppressed(session: Session, ids: list[int]) -> None:
    mine = (Delivery.id.in_(ids), Delivery.outcome == Outcome.SUPPRESSED)
    session.execute(update(Delivery).where(*mine).values(finished_at=now()))
