"""The list of mails that came in, newest first, with what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.cursors import decode_cursor, encode_cursor
from cases.public.protection import PROTECTED, protected_addresses
from cases.refusals import UnknownName
from notifications.inbound_mail import InboundMail, InboundOutcome

MOST_ROWS = 500


@dataclass(frozen=True)
class InboundPart:
    """Which part of the list is asked for: with this outcome (None: all), after `cursor`, at most `limit` mails.

    `names_protected` says whether the reader may know who wrote about a case of somebody with a protected identity.
    """

    outcome: InboundOutcome | None = None
    limit: int = 50
    cursor: str | None = None
    names_protected: bool = False


class InboundItem(NamedTuple):
    """One mail: when it came, from whom, and what became of it, under which event (`seq`) of which case.

    `sender` and `subject` are None when they are not known, were erased, or may not be known to the reader. `trouble`
    says in a word why it is not as its sender meant it.
    """

    id: int
    received_at: datetime
    sender: str | None
    subject: str | None
    outcome: InboundOutcome
    case: str | None
    seq: int | None
    trouble: str | None


def list_inbound(session: Session, part: InboundPart) -> tuple[Sequence[InboundItem], str | None]:
    """Return the mails of this part of the list, and the cursor of the part after it: None after the last.

    Raises `UnknownName` for a cursor that did not come with this list.
    """
    found = (
        select(
            InboundMail.id, InboundMail.received_at, InboundMail.sender, InboundMail.subject, InboundMail.outcome,
            Case.ref, InboundMail.seq, InboundMail.trouble, PROTECTED,
        )
        .outerjoin(Case, Case.id == InboundMail.case_id)
        .order_by(InboundMail.id.desc())
        .limit(part.limit + 1)
    )  # fmt: skip
    if part.outcome is not None:
        found = found.where(InboundMail.outcome == part.outcome)
    if part.cursor is not None:
        found = found.where(InboundMail.id < _last_id(part.cursor))
    hidden: frozenset[str] = frozenset() if part.names_protected else protected_addresses(session)
    items = [_item(row, hidden, part) for row in session.execute(found)]
    more = len(items) > part.limit
    return items[: part.limit], encode_cursor(items[part.limit - 1].id) if more else None


def _item(row: Any, hidden: frozenset[str], part: InboundPart) -> InboundItem:
    """Return the mail of a row, whose last column says whether who asked in its case has a protected identity."""
    item, is_protected = InboundItem(*row[:-1]), row[-1]
    hides = (is_protected and not part.names_protected) or item.sender in hidden
    return item._replace(sender=None, subject=None) if hides else item


def count_inbound(session: Session, outcome: InboundOutcome | None, most: int) -> int:
    """Return how many mails have this outcome (None: all), but never more than `most`."""
    found = select(InboundMail.id).limit(most)
    if outcome is not None:
        found = found.where(InboundMail.outcome == outcome)
    return session.scalars(select(func.count()).select_from(found.subquery())).one()


def _last_id(cursor: str) -> int:
    try:
        [last] = decode_cursor(cursor)
    except ValueError:
        raise UnknownName(field="cursor", name=cursor) from None
    return int(last)
