"""How the reading of each mailbox goes: the table `mailbox_poll`, and the alarm when one cannot be read for long."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.access.actors import THE_CLOCK
from cases.database.base import Base, UtcDateTime, table_of
from cases.database.clock import present
from cases.database.transactions import Database, insert_of
from cases.history.events import MailTrouble
from cases.history.municipality_events import record_for_municipality

LONG = timedelta(minutes=10)


class MailboxPoll(Base):
    """How the reading of one mailbox goes; `name` is that of its `MailboxLogin`.

    `last_success_at` is when it was last read to the end, `failing_since` when it could first not be read after that,
    `last_error` why not, and `told_at` when desk and administrators were told; these three are None while it is read.
    """

    __tablename__ = "mailbox_poll"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


def record_read(session: Session, name: str) -> None:
    """Record that the mailbox was read to the end: the next time it cannot be read is a new one."""
    poll = _locked(session, name)
    poll.last_success_at = present(session)
    poll.failing_since = poll.last_error = poll.told_at = None


def record_not_read(session: Session, name: str, error: str) -> None:
    """Record that the mailbox cannot be read, and why. Desk and administrators are told once, after ten minutes."""
    poll, moment = _locked(session, name), present(session)
    poll.failing_since = poll.failing_since or moment
    poll.last_error = error
    if poll.told_at is None and moment - poll.failing_since >= LONG:
        poll.told_at = moment
        trouble = MailTrouble(what="mailbox", source=name)
        record_for_municipality(session, trouble, by=THE_CLOCK, at=moment)


def forget_other_mailboxes(database: Database, names: Collection[str]) -> None:
    """Delete what is known of mailboxes that are no longer set, so that nobody is told of them, when there are any."""
    others = MailboxPoll.name.not_in(names)
    with database.reading() as session:
        if session.scalar(select(MailboxPoll.name).where(others).limit(1)) is None:
            return
    with database.transaction() as session:
        session.execute(delete(MailboxPoll).where(others))


def list_not_read(session: Session) -> dict[str, datetime]:
    """Return the mailboxes that cannot be read for ten minutes or longer: name, and since when (UTC)."""
    long_ago = present(session) - LONG
    failing = select(MailboxPoll.name, MailboxPoll.failing_since).where(MailboxPoll.failing_since <= long_ago)
    return {name: since for name, since in session.execute(failing.order_by(MailboxPoll.name)) if since is not None}


def _locked(session: Session, name: str) -> MailboxPoll:
    polls = table_of(MailboxPoll)
    session.execute(insert_of(session)(polls).values(name=name).on_conflict_do_nothing())
    return session.scalars(select(MailboxPoll).where(MailboxPoll.name == name).with_for_update()).one()
