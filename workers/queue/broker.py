"""The broker: Redis, or a queue in the process. It is only the bell: what is to be done stands in the database."""

import time
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import dramatiq
import redis
import structlog
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

from workers.queue.blocking_consumer import ListeningConsumer, ring_at

LOG = structlog.get_logger()
TIMEOUTS = {"socket_timeout": "5", "socket_connect_timeout": "5", "health_check_interval": "30"}
MAINTENANCE_CHANCE, HEARTBEAT_TIMEOUT = 200_000, 30_000  # a killed worker's hints come back within half a minute
DEAD_HINTS_LIVE = 3_600_000  # milliseconds: nobody needs them, the rows are the truth
CAP_PER_THREAD = 3
SILENCE = 2.0  # seconds in which a Redis that did not answer is not rung again
TROUBLE = (redis.RedisError, OSError, dramatiq.errors.BrokerError)

QUEUES = {
    "deliver": "letters",
    "sweep": "sweeps",
    "morning_letter": "jobs",
    "stuck_check": "jobs",
    "clean_up": "jobs",
}


class OurRedisBroker(RedisBroker):
    """Redis with a timeout on every wait, no retries of its own, and no queues for delayed messages."""

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue, without the one for delayed messages: rows say when something is due."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Put the message into its queue, and let a worker know at once."""
        enqueued = super().enqueue(message, delay=delay)
        ring_at(self, message.queue_name)
        return enqueued

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 0) -> Consumer:
        """Give a consumer that waits for the bell, whatever `timeout` says."""
        return ListeningConsumer(self, queue_name, prefetch)

    def depth(self, queue_name: str) -> int:
        """Count the messages that nobody has fetched."""
        return int(self.client.llen(f"{self.namespace}:{queue_name}"))


class _Forgetful(list[MessageProxy]):
    """Where failed messages go: nowhere."""

    def append(self, message: MessageProxy) -> None:
        """Keep nothing."""


class InProcessBroker(StubBroker):
    """Queues in this process. Failed messages are not hoarded."""

    def __init__(self) -> None:
        super().__init__(middleware=[])
        self.dead_letters_by_queue = defaultdict(_Forgetful)

    def depth(self, queue_name: str) -> int:
        """Count the messages that nobody has fetched."""
        return int(self.queues[queue_name].qsize())


OurBroker = OurRedisBroker | InProcessBroker


def make_broker(redis_url: str | None) -> OurBroker:
    """Give the broker of this process and let it be dramatiq's. Nothing is connected yet."""
    broker = _redis_broker(redis_url) if redis_url else InProcessBroker()
    for queue in sorted(set(QUEUES.values())):
        broker.declare_queue(queue)
    dramatiq.set_broker(broker)
    return broker


def with_timeouts(url: str) -> str:
    """Give the URL with our timeouts in its query, where it says none itself."""
    parts = urlsplit(url)
    query = TIMEOUTS | dict(parse_qsl(parts.query))
    return urlunsplit(parts._replace(query=urlencode(query)))


def _redis_broker(url: str) -> OurRedisBroker:
    pool = redis.ConnectionPool.from_url(with_timeouts(url), retry=Retry(NoBackoff(), 0))
    return OurRedisBroker(  # type: ignore[no-untyped-call]
        client=redis.Redis(connection_pool=pool),
        middleware=[],
        maintenance_chance=MAINTENANCE_CHANCE,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        dead_message_ttl=DEAD_HINTS_LIVE,
    )


class Bell:
    """Rings for work. It never raises and never fills a queue: whoever is not rung looks by itself."""

    def __init__(self, broker: OurBroker, threads: int) -> None:
        self.broker = broker
        self.cap = CAP_PER_THREAD * threads
        self._silent_until = 0.0

    def ring(self, job: str, times: int = 1) -> bool:
        """Ask for a job, at most so many times as the queue has room for; False when that failed."""
        if time.monotonic() < self._silent_until:
            return False
        queue = QUEUES[job]
        try:
            for _ in range(min(times, self.cap - self.broker.depth(queue))):
                self.broker.enqueue(_hint(queue, job))
        except TROUBLE as error:
            self._silent_until = time.monotonic() + SILENCE
            LOG.warning("bell.not_rung", job=job, error=type(error).__name__)
            return False
        return True


def _hint(queue: str, job: str) -> dramatiq.Message[Any]:
    return dramatiq.Message(queue_name=queue, actor_name=job, args=(), kwargs={}, options={})
