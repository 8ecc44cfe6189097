"""Send letters in batches over one connection; those that the mail server accepted are recorded as sent, soon.

After a crash a letter is sent twice only if it was accepted but not yet recorded, and then with the same bytes.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from sqlalchemy.orm import Session

from cases.database.leases.claims import Claim
from cases.database.leases.leased import LEASE_POLICY, LeasePolicy, release
from cases.database.leases.renewing import LeaseRenewer
from cases.database.transactions import Database
from cases.settings import Settings
from notifications.deliveries import Delivery
from notifications.letter_links.link import without_tokens
from notifications.letters.rendering import LetterSettings
from notifications.sending import circuit_breaker, outcomes
from notifications.sending.accepted_letters import AcceptedLetters
from notifications.sending.claiming import claim_letters, is_anything_due
from notifications.sending.errors import ConnectionLost, Refused, RefusedForGood, RefusedForNow, Unreachable
from notifications.sending.kept_connections import KeptConnections
from notifications.sending.local_mailbox import Mailbox, MailboxConnection
from notifications.sending.preparing import PreparedLetter, prepare
from notifications.sending.smtp import SmtpConnection, SmtpServer, server_at

LOG = structlog.get_logger()
MOST_AT_ONCE = 200  # letters for one call, so that a worker's other jobs get their turn
RefusalHandler = Callable[[Session, int, str, str], None]
REFUSAL_HANDLERS: dict[type[Refused], RefusalHandler] = {
    RefusedForNow: outcomes.record_refused_for_now,
    ConnectionLost: outcomes.record_refused_for_now,
    RefusedForGood: outcomes.record_refused_for_good,
}


@dataclass(frozen=True)
class MailTransport:
    """What sending needs: a mail server or local mailbox, and the settings of letters.

    `lease_policy` says how many letters a worker claims at once, for how long, and how often a letter may be claimed.
    `kept` are the connections that are kept open between two rounds, None when each round opens its own.
    """

    server: SmtpServer | Mailbox
    letter_settings: LetterSettings
    lease_policy: LeasePolicy = LEASE_POLICY
    kept: KeptConnections | None = None

    def connection(self, accepted: AcceptedLetters) -> AbstractContextManager[SmtpConnection | MailboxConnection]:
        """Return a connection for one round, which `with` opens unless one was kept."""
        return self.kept.connection(accepted) if self.kept else self.server.connection(accepted)


def transport_from(settings: Settings, *, keeps_connections: bool = False) -> MailTransport:
    """Return the transport that the settings name: their mail server, else the local mailbox in the folder `var`.

    Whoever `keeps_connections` closes the transport's `kept` in the end.
    """
    server: SmtpServer | Mailbox = Mailbox(settings.var / "mailbox")
    if settings.smtp_url:
        hello = urlsplit(settings.base_url).hostname or "localhost"
        server = server_at(settings.smtp_url, hello if hello[-1].isalpha() else "localhost")
    kept = KeptConnections(server) if keeps_connections and isinstance(server, SmtpServer) else None
    return MailTransport(server, LetterSettings.of(settings), kept=kept)


def deliver_some(
    database: Database,
    transport: MailTransport,
    *,
    told: bool = False,
    stop: threading.Event | None = None,
    more: Callable[[], object] = lambda: None,
) -> int:
    """Send due letters until none is left, about 200 were claimed or `stop` is set; return how many were claimed.

    When `told` that letters are due, claim them without looking first, if there is a connection to send them on.
    `more` is called when there are more letters than are claimed at once, so that another worker may help. When the
    mail server cannot be reached, return 0; a letter that was not handed over for that reason keeps its number of
    attempts.
    """
    name, was_down = transport.server.name, False
    if not (told and transport.kept and transport.kept.has_one()):
        with database.reading() as session:
            if not is_anything_due(session):
                return 0
            was_down = circuit_breaker.is_down_now(session, name)
        if was_down and not circuit_breaker.begin_probe(database, name):
            return 0
    try:
        accepted = AcceptedLetters(database)
        with transport.connection(accepted) as connection:
            if was_down:
                circuit_breaker.record_up(database, name)
            return _Round(database, transport, connection, accepted, stop or threading.Event(), more).run()
    except Unreachable as error:
        circuit_breaker.record_down(database, name, str(error))
        return 0


class _NotHandedOver(Unreachable):
    """The server could not be reached before this letter was handed over, so that it need not count an attempt."""

    def __init__(self, text: str, delivery_id: int) -> None:
        super().__init__(text)
        self.delivery_id = delivery_id


@dataclass
class _Round:
    """One call of `deliver_some`: batches of letters over one connection."""

    database: Database
    transport: MailTransport
    connection: SmtpConnection | MailboxConnection
    accepted: AcceptedLetters
    stop: threading.Event
    more: Callable[[], object]
    done: int = 0

    def run(self) -> int:
        try:
            return self._send_batches()
        except Exception:
            self.accepted.record()
            raise

    def _send_batches(self) -> int:
        claimed = self._claim()
        while claimed.rows:
            if len(claimed.rows) == self.transport.lease_policy.batch:
                self.more()
            with LeaseRenewer(self.database, claimed, self.transport.lease_policy) as lease:
                self._send_all(claimed.token, lease)
                self.done += len(claimed.rows)
                claimed = self._claim()
        return self.done

    def _claim(self) -> Claim:
        """Record what was accepted, and claim the next letters in the same transaction, unless the round is over."""
        if self.done >= MOST_AT_ONCE or self.stop.is_set():
            self.accepted.record()
            return Claim(Delivery, "", [])
        with self.database.transaction() as session:
            policy, accepted = self.transport.lease_policy, self.accepted.ids
            claimed = claim_letters(session, self.transport.server.name, policy, accepted)
        self.accepted.forget()
        return claimed

    def _send_all(self, token: str, lease: LeaseRenewer) -> None:
        with self.database.transaction() as session:
            prepared = prepare(session, token, self.transport.letter_settings, self.transport.lease_policy.most_claims)
        left = [letter.delivery_id for letter in prepared]
        held_back: set[int] = set()  # addresses that wait for an earlier letter
        try:
            for letter in prepared:
                if self.stop.is_set() or not lease.is_ours:
                    break
                if letter.address_id in held_back:
                    continue
                left.remove(letter.delivery_id)
                if not self._send(letter, token):
                    held_back.add(letter.address_id)
        except _NotHandedOver as error:
            left.append(error.delivery_id)
            raise
        finally:
            self._release(token, left)

    def _send(self, letter: PreparedLetter, token: str) -> bool:
        """Send one letter and note the outcome; return False when it is to be tried again."""
        self.accepted.make_room_for(letter.address_id)
        try:
            self.connection.send(letter.message)
        except (RefusedForNow, RefusedForGood, ConnectionLost) as error:
            with self.database.transaction() as session:
                REFUSAL_HANDLERS[type(error)](session, letter.delivery_id, token, without_tokens(str(error)))
            LOG.warning("letter.refused", delivery=letter.delivery_id, verdict=type(error).__name__)
            if isinstance(error, ConnectionLost):
                raise Unreachable(str(error)) from error
            return isinstance(error, RefusedForGood)
        except Unreachable as error:
            raise _NotHandedOver(str(error), letter.delivery_id) from error
        self.accepted.add(letter.delivery_id, letter.address_id)
        return True

    def _release(self, token: str, ids: list[int]) -> None:
        if ids:
            with self.database.transaction() as session:
                release(session, Delivery, token, ids)
