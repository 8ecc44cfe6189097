"""Seams: the patches that make a mutant. Each function returns a block in which one function of Ventil is replaced.

No line of Ventil knows of them. The replacement is what well-known software does, or a likely slip.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from sqlalchemy import BigInteger, Connection, Select, bindparam, select, update
from sqlalchemy.orm import Session

from cases import progress
from cases.database import engines, transactions
from cases.database.clock import now, present
from cases.database.leases import claims
from cases.database.leases.claims import MOMENT, Claim, claim
from cases.database.leases.leased import LeasePolicy, is_free
from cases.database.leases.renewing import LeaseRenewer
from cases.database.locks import NoLock
from cases.database.transactions import Database
from cases.deadlines.clocks import Clock
from cases.history.outbox import OutboxEntry
from cases.ladder.due_cases import CASE
from cases.ladder.sweep import Sweeper
from notifications.audiences.context import AudienceContext
from notifications.deliveries import Channel, Delivery, Outcome
from notifications.sending import accepted_letters, claiming, outcomes, preparing, sending
from notifications.sending.errors import RefusedForNow
from notifications.sending.preparing import PreparedLetter, prepare
from workers.queue import broker
from workers.queue.broker import Bell
from workers.relay import relay

Seam = Callable[[], AbstractContextManager[object]]
NEVER = timedelta(days=3650)
A_WINDOW = timedelta(minutes=10)
EVERY_FIFTH = 5


def work_is_done_when_it_is_taken() -> AbstractContextManager[object]:
    """Mark work as done where it is claimed, as a relay does that trusts its broker to retry."""

    def done_at_once(session: Session, *given: Any) -> Claim:
        claimed = claim(session, *given)
        session.execute(update(OutboxEntry).where(OutboxEntry.lease_token == claimed.token).values(done_at=now()))
        return claimed

    return patch.object(relay, "claim", done_at_once)


def sent_before_data() -> AbstractContextManager[object]:
    """Record a letter as sent before the mail server has it."""

    def send(self: Any, one: PreparedLetter, _token: str) -> bool:
        self.accepted.add(one.delivery_id, one.address_id)
        self.accepted.record()
        self.connection.send(one.message)
        return True

    return patch.object(sending._Round, "_send", send)


def mail_before_commit() -> AbstractContextManager[object]:
    """Send letters inside the transaction that will record them."""

    def send_all(self: Any, token: str, _lease: LeaseRenewer) -> None:
        with self.database.transaction() as session:
            ready = prepare(session, token, self.transport.letter_settings, self.transport.lease_policy.most_claims)
            for one in ready:
                self.connection.send(one.message)
                outcomes.record_sent(session.connection(), [one.delivery_id])

    return patch.object(sending._Round, "_send_all", send_all)


def recorded_at_the_end() -> AbstractContextManager[object]:
    """Record all letters of a round when it is over."""
    return patch.object(accepted_letters, "MOST_UNRECORDED", 10_000)


def a_new_letter_for_each_try() -> AbstractContextManager[object]:
    """Write the letter anew at each attempt, with a Message-ID of its own, as a queue of rendered jobs does."""
    is_written = preparing._try_to_write

    def written(*given: Any) -> bool:
        for delivery in (one for one in given if isinstance(one, Delivery)):
            delivery.message, delivery.message_id = None, None
        return is_written(*given)

    stack = ExitStack()
    stack.enter_context(patch.object(preparing, "_try_to_write", written))
    stack.enter_context(patch.object(preparing, "_message_id", lambda *_: f"{secrets.token_hex(8)}@prov.example"))
    return stack


def no_lease() -> AbstractContextManager[object]:
    """Claim without keeping others away."""
    acquire = claims.acquire

    def taken(session: Session, kind: Any, keys: Any, pace: LeasePolicy, moment: datetime) -> str:
        held = replace(pace, lease=timedelta(0)) if kind in (OutboxEntry, Delivery) else pace
        return acquire(session, kind, keys, held, moment)

    return patch.object(claims, "acquire", taken)


def no_depth_cap() -> AbstractContextManager[object]:
    """Send as many hints to the broker as are asked for, however long its queue is."""

    def ring(self: Bell, job: str, times: int = 1) -> bool:
        queue = broker.QUEUES[job]
        for _ in range(times):
            self.broker.enqueue(broker._hint(queue, job))
        return True

    return patch.object(Bell, "ring", ring)


def deferred_begin() -> AbstractContextManager[object]:
    """Let a writer on SQLite begin as a reader, and let writers race for the lock."""

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    stack = ExitStack()
    stack.enter_context(patch.object(engines, "_begin_sqlite", begin))
    stack.enter_context(patch.object(transactions, "FairLock", NoLock))
    return stack


def no_dedupe_key() -> AbstractContextManager[object]:
    """Take no notice of an Idempotency-Key."""
    return patch("web.requests.idempotency.given_key", lambda: None)


def swallowed_retry() -> AbstractContextManager[object]:
    """Treat a letter that the mail server refused for now as if there were nothing more to do."""

    def forget(session: Session, delivery_id: int, _token: str, error: str) -> None:
        forgotten = {"lease_token": None, "lease_until": None, "last_error": error}  # no password  # nosec B105
        later = present(session) + NEVER
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(next_attempt_at=later, **forgotten))

    return patch.dict(sending.REFUSAL_HANDLERS, {RefusedForNow: forget})


def overtaking() -> AbstractContextManager[object]:
    """Send whatever is due, whether or not an older letter to the same address waits."""

    due = (Delivery.outcome == Outcome.WAITING, Delivery.channel == Channel.MAIL)
    free = is_free(Delivery, MOMENT)
    whatever = select(Delivery.id, Delivery.claims).where(*due, free).order_by(Delivery.id).limit(bindparam("most"))
    return patch.object(claiming, "QUEUE", replace(claiming.QUEUE, due=whatever))


def endless_patience() -> AbstractContextManager[object]:
    """Try a letter that kills its worker again and again."""
    claim_letters = claiming.claim_letters

    def patient(session: Session, server: str, policy: LeasePolicy, accepted: Sequence[int] = ()) -> Claim:
        return claim_letters(session, server, _endless(policy), accepted)

    return patch.object(sending, "claim_letters", patient)


def _endless(policy: LeasePolicy) -> LeasePolicy:
    return replace(policy, most_claims=10**6)


def a_window_for_the_sweep() -> AbstractContextManager[object]:
    """Let the sweep look only at what came due in the last ten minutes, not at all that is due and not done."""

    def of_late(self: Sweeper, cases: Select[Any]) -> Select[Any]:
        return cases.where(CASE.c.next_at > self.now - A_WINDOW)

    return patch.object(Sweeper, "_but_stuck", of_late)


def no_next_moment() -> AbstractContextManager[object]:
    """Let a rung fire without setting when the next one does."""

    def after(clock: Clock, fired: int, moment: datetime, *_: object) -> Clock:
        return Clock(clock.due_at, clock.cycle, fired + 1, moment)

    return patch("cases.deadlines.clocks.after_rung", after)


def an_act_without_its_letter() -> AbstractContextManager[object]:
    """Let what is done by the link in a letter not name the letter."""
    return patch.object(progress, "_with_letter", lambda event, _: event)


def the_author_is_told() -> AbstractContextManager[object]:
    """Let events have no author, so that people are told of what they did themselves."""
    return patch.object(AudienceContext, "author", lambda _: None)


@contextmanager
def answer_before_commit() -> Iterator[None]:
    """Roll back every fifth transaction after its work: the caller is answered as if it were committed."""
    write, numbers = Database.transaction, count(1)

    @contextmanager
    def transaction(self: Database) -> Iterator[Session]:
        with write(self) as session:
            yield session
            if next(numbers) % EVERY_FIFTH == 1:
                session.rollback()

    with patch.object(Database, "transaction", transaction):
        yield


def high_water_mark() -> AbstractContextManager[object]:
    """Relay only what is above the highest id that was relayed: a transaction that commits late is passed by."""
    marks: dict[str, int] = {"": 0}
    after_the_mark = OutboxEntry.id > bindparam("mark", callable_=lambda: marks[""], type_=BigInteger())

    def marking(session: Session, *given: Any) -> Claim:
        claimed = claim(session, *given)
        marks[""] = max([marks[""], *claimed.keys])
        return claimed

    stack = ExitStack()
    later = replace(relay.QUEUE, due=relay.QUEUE.due.where(after_the_mark))
    stack.enter_context(patch.object(relay, "HEADS", relay.HEADS.where(after_the_mark)))
    stack.enter_context(patch.object(relay, "QUEUE", later))
    stack.enter_context(patch.object(relay, "claim", marking))
    return stack
