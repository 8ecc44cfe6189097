"""Mailboxes on a real IMAP server, which keeps mails when a process dies; each command of Ventil's is a boundary."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any
from unittest.mock import patch

from support.servers.dovecot import TestMailbox

from notifications.inbound.mailboxes.connecting import ImapConnection
from notifications.inbound.mailboxes.folders import TAKEN
from proof.crashes.boundaries import Boundaries, Crash

INBOX = "INBOX"
MOVE = b" MOVE"


class MailboxAbility(Enum):
    """How the server of a mailbox lets mails be moved: by one command, or by copying and deleting them."""

    MOVES = "moves"
    COPIES = "copies"


@dataclass(frozen=True)
class WatchedMailbox:
    """The mailbox of one installation."""

    mailbox: TestMailbox
    ability: MailboxAbility

    def fill_from(self, other: TestMailbox) -> None:
        """Lay into it what lies in the other mailbox."""
        for folder in (INBOX, TAKEN):
            for raw in other.mails(folder):
                self.mailbox.put(raw, folder)

    def unread(self) -> int:
        """Count the mails in the inbox."""
        return len(self.mailbox.mails(INBOX))


@contextmanager
def watched_mailbox(watched: WatchedMailbox | None, boundaries: Boundaries) -> Iterator[None]:
    """Make each command to an IMAP server a boundary while the block runs; does nothing without a mailbox."""
    if watched is None:
        yield
        return
    connect = ImapConnection._get_mailbox_client

    def watched_client(connection: ImapConnection) -> imaplib.IMAP4:
        client: Any = connect(connection)
        command, capability = client._simple_command, client.capability

        def crossing(name: str, *words: Any) -> Any:
            try:
                with boundaries.crossing(f"imap: {words[0] if name == 'UID' else name}"):
                    return command(name, *words)
            except Crash:
                client.shutdown()  # as the system does with the connections of a process that died
                raise

        def without_move() -> Any:
            kind, able = capability()
            return kind, [one.replace(MOVE, b"") for one in able]

        client._simple_command = crossing
        if watched.ability is MailboxAbility.COPIES:
            client.capability = without_move
        return client  # type: ignore[no-any-return]

    with patch.object(ImapConnection, "_get_mailbox_client", watched_client):
        yield
