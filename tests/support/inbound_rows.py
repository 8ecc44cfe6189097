"""What was kept of mails that came in, and the events of the municipality, as tests read them."""

from datetime import timedelta

from sqlalchemy import select, update

from cases.database.clock import present
from cases.database.transactions import Database
from cases.history.journal import Event
from notifications.inbound.mailboxes.poll_records import MailboxPoll
from notifications.inbound_mail import InboundMail


def mail_about(subject: str, size: int = 0) -> bytes:
    """Return a small mail with this subject; with a size, one that is so big in bytes."""
    head = f"From: Frida <frida@hemma.example>\r\nSubject: {subject}\r\nMessage-ID: <{subject}@hemma.example>\r\n\r\n"
    body = "Lampan lyser inte.\r\n"
    lines = max(0, size - len(head) - len(body)) // 80
    return (head + body + ("x" * 78 + "\r\n") * lines).encode()


def kept_rows(database: Database) -> list[InboundMail]:
    """Return all rows of mails that came in, the oldest first."""
    with database.reading() as session:
        return list(session.scalars(select(InboundMail).order_by(InboundMail.id)))


def kept_bytes(database: Database) -> list[bytes | None]:
    """Return the bytes of all mails that came in, the oldest first."""
    return [row.raw for row in kept_rows(database)]


def troubles(database: Database) -> list[dict[str, object]]:
    """Return the facts of the alarms about incoming mail, the oldest first."""
    with database.reading() as session:
        found = select(Event).where(Event.type == "house.mail_trouble").order_by(Event.id)
        return [event.facts for event in session.scalars(found)]


def polls(database: Database) -> dict[str, MailboxPoll]:
    """Return how the reading of each mailbox goes, by its name."""
    with database.reading() as session:
        return {row.name: row for row in session.scalars(select(MailboxPoll))}


def let_it_fail_for(database: Database, name: str, **time: int) -> None:
    """Let the mailbox have failed for so long."""
    with database.transaction() as session:
        since = present(session) - timedelta(**time)
        session.execute(update(MailboxPoll).where(MailboxPoll.name == name).values(failing_since=since))
