"""Drafts: deliveries that are not in the database yet, and how they are inserted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cases.database.clock import present
from cases.database.writing.bulk import insert_many
from cases.database.writing.upsert import Row, insert_missing
from notifications.addresses import ensure_addresses
from notifications.audiences.fallbacks import Recipient
from notifications.deliveries import Delivery, DeliveryLine, Outcome
from notifications.planning.rate_limits import lock_allowance
from notifications.set_aside import alarm_about

DIGEST = "digest"
COMMENTS, ALARMS = "comments", "alarms"  # the letters about several comments on a case, and several alarms
QUESTIONS = "questions_received"  # the letter about all that was taken down for a group at once
TAKEN_DOWN = frozenset({"receipt", QUESTIONS})
MOST_LINES = 50
BRAKED = "ten letters that e-mails caused went there within a day"
IS_BRAKED = "braked"  # in a letter's stored context, also after a person has let it go
TELL_ALL = frozenset({"plan_adopted"})  # letters about an act of many events that tell of all of them


def letter_of(gathered_as: str | None) -> str:
    """Return the name of the letter about several events that are gathered so; a sweep's are not gathered."""
    if gathered_as is None:
        return DIGEST
    return ALARMS if gathered_as.startswith("alarm") else COMMENTS


@dataclass(frozen=True)
class Brake:
    """A letter is set aside. `alarmed` is the delivery of whose setting aside people were told within a day.

    When it is None, desk and administrators are told of this one.
    """

    alarmed: int | None = None

    @property
    def stored(self) -> int:
        """What the letter's context holds under `IS_BRAKED`: the number of that delivery; 0 for this one itself."""
        return self.alarmed or 0


@dataclass(frozen=True)
class DraftLine:
    """One event of which a drafted delivery tells: kind of letter, audience, and the names and dates in `context`.

    `is_anonymous`: somebody who is not logged in could have caused it, so the rate limits apply.
    `redundant_reason`: why the recipient knows of the event already, else None. `gathered_as`: what
    comes in numbers and is told together, such as "case:17/reporter" for what the reporter comments on case 17.
    """

    event_id: int
    letter: str
    audience: str
    context: dict[str, Any]
    is_anonymous: bool = False
    redundant_reason: str | None = None  # why the recipient knows already
    gathered_as: str | None = None  # what it may be told together with


@dataclass(frozen=True)
class DeliveryDraft:
    """A delivery that is not in the database yet, with one line for each event of which it tells.

    `occasion` is "event:N" for a single event (or several comments, of which N is the first), "tick:N" for a batch of
    events. `common_context` is what is stored once for all lines, such as the municipality's name. Before `not_before`
    (UTC; None: at once) it is not sent. With `held_for` it is not sent itself: a digest tells of it at `not_before`.
    With `brake` it is set aside: mails have caused too many such letters.
    """

    occasion: str
    recipient: Recipient
    common_context: dict[str, Any]
    lines: list[DraftLine] = field(default_factory=list)
    not_before: datetime | None = None
    held_for: str | None = None
    brake: Brake | None = None

    @property
    def gathered_as(self) -> str | None:
        """What all lines have in common: "case:17" for comments from outside, "alarm:..." for alarms; else None."""
        shared = {(line.gathered_as or "").partition("/")[0] for line in self.lines}
        return (shared.pop() or None) if len(shared) == 1 and self.occasion.startswith("event:") else None

    @property
    def letter(self) -> str:
        """The name of the letter: that of its only line; of several "questions_received", "comments", "digest" or such.

        A letter that tells of all that one act did is no digest, whatever else the act did.
        """
        if {line.letter for line in self.lines} <= TAKEN_DOWN and len(self.lines) > 1:
            return QUESTIONS
        telling = (line.letter for line in self.lines if len(self.lines) == 1 or line.letter in TELL_ALL)
        return next(telling, None) or letter_of(self.gathered_as)

    @property
    def context(self) -> dict[str, Any]:
        """The value of the column `context`: what all lines share, the first 50 lines, and how many lines follow."""
        told = sorted(self.lines, key=lambda line: line.letter not in TELL_ALL)  # what tells of all comes first
        lines = [line.context for line in told[:MOST_LINES]]
        gathered: dict[str, Any] = {"gathered_as": self.gathered_as} if self.gathered_as else {}
        gathered |= {IS_BRAKED: self.brake.stored} if self.brake else {}
        return {**self.common_context, **gathered, "lines": lines, "more": len(self.lines) - len(lines)}

    @property
    def is_anonymous(self) -> bool:
        """Whether somebody who is not logged in could have caused this delivery; if so, the rate limits apply."""
        return any(line.is_anonymous for line in self.lines)

    @property
    def redundant_reason(self) -> str | None:
        """The reason why this delivery need not be sent: that of its first line; None unless all lines have one."""
        reasons = [line.redundant_reason for line in self.lines]
        return reasons[0] if all(reasons) else None

    def row(self, address_id: int | None) -> Row:
        """Return the row of the table `delivery` to insert, as a dict by column, with the outcome "waiting".

        `address_id` is the id of the address to which the letter goes; None for a telephone call or a role.
        """
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
            "next_attempt_at": self.not_before,
            "held_for": self.held_for,
        }


def write_drafts(session: Session, drafts: Sequence[DeliveryDraft]) -> int:
    """Insert the deliveries of these drafts, with their lines; return how many are new.

    A delivery that exists already, with the same occasion and recipient, is left as it is. One that is redundant or
    over a rate limit is inserted as suppressed; one that is braked as set aside, with an alarm.
    """
    if not drafts:
        return 0
    address_ids = ensure_addresses(session, {draft.recipient.email for draft in drafts if draft.recipient.email})
    rows = [draft.row(address_ids.get(draft.recipient.key)) for draft in drafts]
    _suppress_redundant(session, drafts, rows)
    _suppress_over_limit(session, drafts, rows)
    _set_braked_aside(session, drafts, rows)
    new = _insert_deliveries(session, rows)
    ids = [new.get((row["occasion"], row["recipient"])) for row in rows]
    insert_lines(session, [(id_, line) for id_, draft in zip(ids, drafts, strict=True) if id_ for line in draft.lines])
    for id_, draft in zip(ids, drafts, strict=True):
        if id_ and draft.brake and draft.brake.alarmed is None:
            alarm_about(session, id_, draft.occasion, BRAKED)
    return len(new)


def _suppress_redundant(session: Session, drafts: Sequence[DeliveryDraft], rows: list[Row]) -> None:
    for draft, row in zip(drafts, rows, strict=True):
        if reason := draft.redundant_reason:
            row |= {"outcome": Outcome.SUPPRESSED, "reason": reason, "finished_at": present(session)}


def _suppress_over_limit(session: Session, drafts: Sequence[DeliveryDraft], rows: list[Row]) -> None:
    """Suppress the anonymous letters that are over the limit of their address."""
    pairs = zip(drafts, rows, strict=True)
    limited = [(draft.recipient.key, row) for draft, row in pairs if draft.is_anonymous and row["address_id"]]
    if not limited:
        return
    allowance = lock_allowance(session, {email for email, _ in limited})
    for email, row in limited:
        if reason := allowance.count_or_refuse(email, row["letter"]):
            row |= {"outcome": Outcome.SUPPRESSED, "reason": reason, "finished_at": allowance.moment}


def _set_braked_aside(session: Session, drafts: Sequence[DeliveryDraft], rows: list[Row]) -> None:
    for draft, row in zip(drafts, rows, strict=True):
        if draft.brake:
            row |= {"outcome": Outcome.SET_ASIDE, "reason": BRAKED, "finished_at": present(session)}


def _insert_deliveries(session: Session, rows: list[Row]) -> dict[tuple[str, str], int]:
    """Return the ids of the new deliveries, by (occasion, recipient); they rise in the order of the rows."""
    new = insert_missing(session, Delivery, rows, ("occasion", "recipient", "id"))
    return {(occasion, recipient): id_ for occasion, recipient, id_ in new}


def insert_lines(session: Session, lines: list[tuple[int, DraftLine]]) -> None:
    """Insert what deliveries tell: pairs of a delivery's id and a line."""
    rows = [
        {"delivery_id": id_, "event_id": line.event_id, "audience": line.audience, "letter": line.letter}
        for id_, line in lines
    ]
    insert_many(session, DeliveryLine, rows)
