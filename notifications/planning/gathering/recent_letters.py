"""The letters that went to some addresses lately, or are on their way there: what waits is measured by them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from cases.database.base import UtcDateTime
from cases.database.queries import any_of, fetch_rows
from notifications.deliveries import Address, Delivery, Outcome

RECENT = (
    select(
        Delivery.id,
        Address.email_normalised,
        Delivery.outcome,
        Delivery.created_at,
        Delivery.next_attempt_at,
        Delivery.finished_at,
        Delivery.context,
    )
    .where(Address.id == Delivery.address_id, any_of(Address.email_normalised, "keys"))
    .where(Delivery.created_at > bindparam("since", type_=UtcDateTime), Delivery.held_for.is_(None))
    .order_by(Delivery.id)
)
ON_ITS_WAY = frozenset({Outcome.WAITING, Outcome.SENT})


class RecentLetter(NamedTuple):
    """One letter to the normalised address `to`; its moments are in UTC. `context` is what is stored with it."""

    id: int
    to: str
    outcome: Outcome
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    context: dict[str, Any]

    @property
    def goes_at(self) -> datetime:
        """When it went out, or is to go out (UTC)."""
        return self.finished_at or self.next_attempt_at or self.created_at

    def has_told_of(self, source: str | None) -> bool:
        """Return whether it went out, or waits, with something of this source."""
        sources = {line.get("gathered_as") for line in self.context["lines"]}
        return self.outcome in ON_ITS_WAY and source in sources

    def was_caused_by_mail_about(self, ref: str | None) -> bool:
        """Return whether it went out, or waits, and tells something about this case that came by mail."""
        lines = (line for line in self.context["lines"] if line.get("ref") == ref)
        return self.outcome in ON_ITS_WAY and any(line.get("by_mail") for line in lines)

    def tells_of(self, ref: str) -> bool:
        """Return whether it may tell something about this case."""
        return bool(self.context["more"]) or any(line.get("ref") == ref for line in self.context["lines"])


def read_recent(session: Session, keys: Collection[str], since: datetime) -> dict[str, list[RecentLetter]]:
    """Return the letters that were planned since this moment (UTC) for these addresses, by address, oldest first."""
    recent: dict[str, list[RecentLetter]] = defaultdict(list)
    for row in fetch_rows(session, RECENT, {"keys": list(keys), "since": since}):
        recent[row.email_normalised].append(RecentLetter(*row))
    return recent
