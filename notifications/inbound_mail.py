"""The table of mail that came in: its bytes first, then what was read in them and what became of it."""

from datetime import datetime
from enum import StrEnum

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

from cases.case import LONGEST_TITLE
from cases.database.base import Base, BigId, UtcDateTime, one_of, partial_index
from cases.database.leases.leased import CountedLease
from cases.mail_addresses import LONGEST_ADDRESS


class InboundOutcome(StrEnum):
    """What has become of a mail that came in.

    It waits to be read, was filed as a comment, as an answer or as a new case, was noted as a report of a mail server
    ("bounce") or as an automatic one, is a second delivery of the same mail ("double"), or was set aside.
    """

    WAITING = "waiting"
    COMMENT = "comment"
    ANSWER = "answer"
    CASE = "case"
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    DOUBLE = "double"
    SET_ASIDE = "set_aside"


OUTCOMES = ", ".join(f"'{outcome}'" for outcome in InboundOutcome)
BY_DOOR = "lmtp"  # the source of what a mail server handed over: it lies in no mailbox
STILL_WAITS: ColumnElement[str] = literal_column("'waiting'")  # a literal, as in the partial index


class InboundMail(CountedLease, Base):
    """One mail that came in, and what became of it.

    `raw` are its bytes as they came, None once they were erased, or when it was too big to be fetched. `raw_sha256` is
    their hash, by which the same bytes are kept once (`keeping.hash_of`). `source` names the mailbox or the door by
    which it came, and the envelope is what the mail server said of sender and recipient, where it said something. What
    is read in the mail follows: `message_id` and `content_sha256` (the hash without what mail servers add on the way)
    with `own_address`, the address of ours to which it came, are the same for a second delivery, so only one mail has
    them.

    `case_id` and `seq` name the event under which it was filed, `delivery_id` the letter to which it belongs.
    Since `delete_since` it is to be deleted from its mailbox too, because it was erased here; None once it is.
    `trouble` says in a word why it is not as its sender meant it: "junk", "unconfirmed", "other_sender", "too_big".
    """

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("message_id", "content_sha256", "own_address", name="uq_inbound_same_mail"),
        CheckConstraint(f"outcome IN ({OUTCOMES})", name="outcome"),
        CheckConstraint("(outcome = 'waiting') = (finished_at IS NULL)", name="finished"),
        CheckConstraint("(seq IS NULL) OR (case_id IS NOT NULL)", name="event_has_case"),
        partial_index("ix_inbound_waiting", "id", where="outcome = 'waiting'"),
        partial_index("ix_inbound_set_aside", "id", where="outcome = 'set_aside'"),
        # Counts are read from this one, since the rows are as long as the mails.
        Index("ix_inbound_outcome", "outcome", "received_at"),
        partial_index("ix_inbound_to_delete", "source", "id", where="delete_since IS NOT NULL"),
        Index("ix_inbound_case", "case_id", "seq"),
        Index("ix_inbound_delivery_id", "delivery_id"),
        Index("ix_inbound_sender", "sender", "received_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    raw_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    source: Mapped[str] = mapped_column(String(300))
    envelope_sender: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), default=None)
    envelope_recipient: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), default=None)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)

    outcome: Mapped[InboundOutcome] = mapped_column(one_of(InboundOutcome), default=InboundOutcome.WAITING)
    message_id: Mapped[str | None] = mapped_column(String(300), default=None)
    content_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    own_address: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), default=None)
    sender: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), default=None)
    subject: Mapped[str | None] = mapped_column(String(LONGEST_TITLE), default=None)
    trouble: Mapped[str | None] = mapped_column(String(20), default=None)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), default=None)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), default=None)
    seq: Mapped[int | None] = mapped_column(default=None)
    delete_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
