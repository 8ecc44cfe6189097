"""The database tables of deliveries: one row for each recipient of one event, or of one batch of events.

What is still to be sent is read from these tables, never from the broker's queue.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, UtcDateTime, one_of, partial_index
from cases.database.leases.leased import CountedLease
from cases.history.journal import Json
from cases.mail_addresses import LONGEST_ADDRESS


class Channel(StrEnum):
    """How a delivery goes: by mail, by a telephone call, or to a role, where it waits until somebody holds the role."""

    MAIL = "mail"
    CALL = "call"
    ROLE = "role"


class Outcome(StrEnum):
    """What has become of a delivery: it waits, was mailed, suppressed (not sent, for a reason), set aside or called."""

    WAITING = "waiting"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    SET_ASIDE = "set_aside"
    CALLED = "called"


class NewsPace(StrEnum):
    """When an address wants what may wait: at once, each working morning, or each Monday morning."""

    AT_ONCE = "at_once"
    MORNING = "morning"
    MONDAY = "monday"


RETURN = "return"  # in `held_for`: the recipient is away, and is told when they are back

# A literal, as in the partial indexes: with a bound value SQLite would plan the query anew each time.
IS_WAITING: ColumnElement[str] = literal_column("'waiting'")
NO_ANSWER = "no_answer"  # in a call's `context`, for each time: who noted it, when, and what stood there before


class Address(Base):
    """A mail address, one row for all its spellings: `email` as it was first written, `email_normalised` to compare.

    `owner` is the normalised address without what follows a plus sign: anna+vatten@example.se is anna@example.se's.
    Since `dead_since` nothing goes there: a mail server reported that there is no such mailbox, with the code
    `dead_status` (RFC 3463). It lives again by a mail from it, or when somebody says so.
    `pace` says when letters to it are sent that may wait.
    """

    __tablename__ = "address"
    __table_args__ = (
        Index("ix_address_owner", "owner"),
        partial_index("ix_address_dead", "email_normalised", where="dead_since IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    email_normalised: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), unique=True)
    email: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    owner: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), default=None)
    dead_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    dead_status: Mapped[str | None] = mapped_column(String(20), default=None)
    pace: Mapped[NewsPace] = mapped_column(
        one_of(NewsPace), default=NewsPace.AT_ONCE, server_default=NewsPace.AT_ONCE.value
    )


class Delivery(CountedLease, Base):
    """One letter to one address, or one telephone call to make.

    `occasion` names what the delivery tells of: "event:N", "tick:N" for a batch of events, or "digest:N" for what was
    held, of which delivery N was the first. `recipient` is "address:N", "party:N" (a call) or "role:desk.head" (waits
    until somebody holds the role). A recipient has at most one delivery for each occasion. `context` holds the names
    and dates to fill in, as they were when the delivery was planned; `message` the letter's MIME bytes, from before the
    first attempt until it is sent. One with `held_for` ("morning", "monday" or "return") is never sent itself: a digest
    takes what it tells at `next_attempt_at`.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("occasion", "recipient"),
        CheckConstraint("outcome IN ('waiting', 'sent', 'suppressed', 'set_aside', 'called')", name="outcome"),
        CheckConstraint("channel IN ('mail', 'call', 'role')", name="channel"),
        CheckConstraint("(channel = 'mail') = (address_id IS NOT NULL)", name="mail_has_address"),
        CheckConstraint("outcome <> 'suppressed' OR reason IS NOT NULL", name="suppressed_has_reason"),
        partial_index("ix_delivery_waiting", "address_id", "id", where="outcome = 'waiting'"),
        partial_index("ix_delivery_due", "id", where="outcome = 'waiting'"),
        partial_index("ix_delivery_held", "next_attempt_at", where="held_for IS NOT NULL AND outcome = 'waiting'"),
        partial_index("ix_delivery_open", "channel", "id", where="outcome IN ('waiting', 'set_aside')"),
        Index("ix_delivery_address_id", "address_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    occasion: Mapped[str] = mapped_column(String(30))
    recipient: Mapped[str] = mapped_column(String(40))
    channel: Mapped[Channel] = mapped_column(one_of(Channel), default=Channel.MAIL)
    letter: Mapped[str] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(5), default="sv")
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"), default=None)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), default=None)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    context: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)  # names and dates at planning time
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome), default=Outcome.WAITING)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    first_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    held_for: Mapped[str | None] = mapped_column(String(10), default=None)
    message_id: Mapped[str | None] = mapped_column(String(200), default=None)
    message: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)  # kept until sent
    message_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class DeliveryLine(Base):
    """One event of which a delivery tells: the kind of letter about it, and the recipient's audience."""

    __tablename__ = "delivery_line"
    __table_args__ = (Index("ix_delivery_line_event_id", "event_id"),)

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(30))
    letter: Mapped[str] = mapped_column(String(40))


class MailServer(Base):
    """A mail server and its circuit breaker: `down_since` is None while letters may be sent. All times are UTC.

    While it is down, one worker may try to connect from `probe_at` on; until `probing_until` no other worker may.
    """

    __tablename__ = "mail_server"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    down_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    probe_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    probing_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
