"""The doctor's checks of incoming mail: can each mailbox be read, and does somebody listen at our own door?"""

import socket
from collections.abc import Callable, Mapping
from functools import partial

from cases.settings.mail_in import MailboxLogin, MailInSettings, OAuthClient
from notifications.inbound.mailboxes import messages
from notifications.inbound.mailboxes.connecting import open_mailbox
from notifications.inbound.mailboxes.folders import taken_if_there

PATIENCE = 5.0  # seconds
GREETING = b"220 "


class NobodyListens(Exception):
    """Nobody answers at the address that VENTIL_LMTP names."""

    remedy = "start `ventil lmtp`, or `ventil up`"


def incoming_checks(incoming: MailInSettings) -> Mapping[str, Callable[[], str]]:
    """Return a check of each mailbox and one of the door, by name; each returns what it found, or raises."""
    checks: dict[str, Callable[[], str]] = {
        f"mailbox {login.name}": partial(_look_into, login, incoming.oauth) for login in incoming.mailboxes
    }
    if incoming.lmtp is not None:
        checks["door for mail"] = partial(_knock, *incoming.lmtp)
    return checks


def _look_into(login: MailboxLogin, oauth: OAuthClient | None) -> str:
    with open_mailbox(login, oauth) as mailbox:
        waiting = len(messages.list_uids(mailbox))
        folder = taken_if_there(mailbox) or "not made yet"
    return f"{waiting} waiting, folder for what was read: {folder}"


def _knock(host: str, port: int) -> str:
    try:
        with socket.create_connection((host, port), timeout=PATIENCE) as connection:
            if not connection.recv(len(GREETING)).startswith(GREETING):
                raise NobodyListens(f"what listens at {host}:{port} is no mail server")
    except OSError:
        raise NobodyListens(f"nobody answers at {host}:{port}") from None
    return f"open at {host}:{port}"
