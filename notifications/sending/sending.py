"""Sending: a few letters at a time over one connection, each recorded right after it was accepted.

Whatever dies in between, a letter is sent again only if nobody could know that it had been, and then byte for byte.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cases.database.leases.leased import LEASE_POLICY, LeasePolicy, release
from cases.database.leases.renewing import LeaseRenewer
from cases.database.transactions import Database
from cases.settings import Settings
from notifications.deliveries import Delivery
from notifications.letters.rendering import LetterSettings
from notifications.sending import circuit_breaker, outcomes
from notifications.sending.claiming import claim_letters, is_anything_due
from notifications.sending.errors import LineLost, Refused, RefusedForGood, RefusedForNow, Unreachable
from notifications.sending.mailbox import Mailbox, MailboxLine
from notifications.sending.preparing import Ready, prepare
from notifications.sending.smtp import SmtpConnection, SmtpServer, server_at

LOG = structlog.get_logger()
PAUSES = (0.2, 1.0, 3.0)
MOST_AT_ONCE = 200  # letters for one call, so that other work gets its turn
Verdict = Callable[[Session, int, str, str], None]
VERDICTS: dict[type[Refused], Verdict] = {
    RefusedForNow: outcomes.refused_for_now,
    LineLost: outcomes.refused_for_now,
    RefusedForGood: outcomes.refused_for_good,
}


@dataclass(frozen=True)
class MailTransport:
    """All that sending needs: the server (or the local mailbox), what letters look like, and the pace."""

    server: SmtpServer | Mailbox
    letterhead: LetterSettings
    pace: LeasePolicy = LEASE_POLICY


def transport_from(settings: Settings) -> MailTransport:
    """Give the post that the settings name: a mail server, else the mailbox under `var`."""
    server: SmtpServer | Mailbox = Mailbox(settings.var / "mailbox")
    if settings.smtp_url:
        hello = urlsplit(settings.base_url).hostname or "localhost"
        server = server_at(settings.smtp_url, hello if hello[-1].isalpha() else "localhost")
    return MailTransport(server, LetterSettings.of(settings))


def deliver_some(database: Database, post: MailTransport, *, stop: threading.Event | None = None) -> int:
    """Send letters that are due, up to 200, until none is left or `stop` is set; give how many got a verdict.

    A server that cannot be reached costs no letter anything.
    """
    name = post.server.name
    with database.reading() as session:
        if not is_anything_due(session):
            return 0
        was_down = circuit_breaker.is_down_now(session, name)
    if was_down and not circuit_breaker.begin_probe(database, name):
        return 0
    try:
        with post.server.line() as line:
            if was_down:
                circuit_breaker.is_up(database, name)
            return _Round(database, post, line, stop or threading.Event()).run()
    except Unreachable as error:
        circuit_breaker.is_down(database, name, str(error))
        return 0


class _NotBegun(Unreachable):
    """The server was gone before it could take this letter."""

    def __init__(self, text: str, delivery_id: int) -> None:
        super().__init__(text)
        self.delivery_id = delivery_id


@dataclass
class _Round:
    """Batches of letters over one line."""

    database: Database
    post: MailTransport
    line: SmtpConnection | MailboxLine
    stop: threading.Event
    done: int = 0

    def run(self) -> int:
        while self.done < MOST_AT_ONCE and not self.stop.is_set():
            with self.database.transaction() as session:
                claimed = claim_letters(session, self.post.server.name, self.post.pace)
            if not claimed.rows:
                break
            with LeaseRenewer(self.database, claimed, self.post.pace) as lease:
                self._send_all(claimed.token, lease)
            self.done += len(claimed.rows)
        return self.done

    def _send_all(self, token: str, lease: LeaseRenewer) -> None:
        with self.database.transaction() as session:
            ready = prepare(session, token, self.post.letterhead, self.post.pace.most_claims)
        left = [one.delivery_id for one in ready]
        held_back: set[int] = set()  # addresses that wait for an earlier letter
        try:
            for one in ready:
                if self.stop.is_set() or not lease.is_ours:
                    break
                if one.address_id in held_back:
                    continue
                left.remove(one.delivery_id)
                if not self._send(one, token):
                    held_back.add(one.address_id)
        except _NotBegun as error:
            left.append(error.delivery_id)
            raise
        finally:
            self._give_back(token, left)

    def _send(self, one: Ready, token: str) -> bool:
        """Send one letter and record what became of it; False when it is to be tried again."""
        try:
            self.line.send(one.letter)
        except (RefusedForNow, RefusedForGood, LineLost) as error:
            with self.database.transaction() as session:
                VERDICTS[type(error)](session, one.delivery_id, token, str(error))
            LOG.warning("letter.refused", delivery=one.delivery_id, verdict=type(error).__name__)
            if isinstance(error, LineLost):
                raise Unreachable(str(error)) from error
            return isinstance(error, RefusedForGood)
        except Unreachable as error:
            raise _NotBegun(str(error), one.delivery_id) from error
        self._record_sent(one.delivery_id)
        return True

    def _record_sent(self, delivery_id: int) -> None:
        """Record it, through a short trouble of the database too: what is not recorded is sent twice."""
        for pause in PAUSES:
            try:
                with self.database.recording() as connection:
                    return outcomes.sent(connection, delivery_id)
            except SQLAlchemyError as error:
                LOG.warning("letter.not_recorded", delivery=delivery_id, error=type(error).__name__)
                time.sleep(pause)
        with self.database.recording() as connection:
            outcomes.sent(connection, delivery_id)

    def _give_back(self, token: str, ids: list[int]) -> None:
        if ids:
            with self.database.transaction() as session:
                release(session, Delivery, token, ids)
