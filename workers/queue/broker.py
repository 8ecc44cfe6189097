"""The message broker, on Redis or in memory. A message only says "look now": what is to be done is in the database."""

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
MAINTENANCE_CHANCE, HEARTBEAT_TIMEOUT = 200_000, 30_000  # a killed worker's messages come back within half a minute
DEAD_MESSAGE_TTL = 3_600_000  # milliseconds: nobody needs them, since the rows say what is due
CAP_PER_THREAD = 3
SILENCE = 2.0  # seconds without a further try after Redis did not answer
BROKER_ERRORS = (redis.RedisError, OSError, dramatiq.errors.BrokerError)

QUEUES = {
    "deliver": "letters",
    "sweep": "sweeps",
    "morning_letter": "jobs",
    "ask_how_it_went": "jobs",
    "stuck_check": "jobs",
    "clean_up": "jobs",
    "mail": "mail",
    "file_mail": "mail",
}


class OurRedisBroker(RedisBroker):
    """A Redis broker with a timeout on every call to Redis, without retries and without queues for delayed messages."""

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue, without dramatiq's second queue for delayed messages: the database says what is due when."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Add the message to its queue, wake a consumer at once, and return the message.

        Leave `delay` None: a delayed message would go to a queue that nobody reads.
        """
        enqueued = super().enqueue(message, delay=delay)
        ring_at(self, message.queue_name)
        return enqueued

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 0) -> Consumer:
        """Create a consumer that fetches from the queue, and when it is empty waits to be woken by `enqueue`.

        `prefetch` is how many messages it may hold that are not yet handled. `timeout` is ignored: it waits a second.
        """
        return ListeningConsumer(self, queue_name, prefetch)

    def depth(self, queue_name: str) -> int:
        """Return the number of messages in the queue that no worker has fetched."""
        return int(self.client.llen(f"{self.namespace}:{queue_name}"))


class _DiscardingList(list[MessageProxy]):
    """The list of failed messages of the in-memory broker: it discards each."""

    def append(self, message: MessageProxy) -> None:
        """Discard the message."""


class InProcessBroker(StubBroker):
    """A broker without Redis: its queues are in memory, for this process alone. Failed messages are discarded."""

    def __init__(self) -> None:
        super().__init__(middleware=[])
        self.dead_letters_by_queue = defaultdict(_DiscardingList)

    def depth(self, queue_name: str) -> int:
        """Return the number of messages in the queue that no worker has fetched."""
        return int(self.queues[queue_name].qsize())


OurBroker = OurRedisBroker | InProcessBroker


def make_broker(redis_url: str | None) -> OurBroker:
    """Create a broker on Redis, or in memory when the URL is None; make it the one that dramatiq uses, and return it.

    The broker connects to Redis only when it is first used.
    """
    broker = _redis_broker(redis_url) if redis_url else InProcessBroker()
    for queue in sorted(set(QUEUES.values())):
        broker.declare_queue(queue)
    dramatiq.set_broker(broker)
    return broker


def with_timeouts(url: str) -> str:
    """Return the Redis URL with our timeouts added to its query, except for timeouts that the URL sets itself."""
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
        dead_message_ttl=DEAD_MESSAGE_TTL,
    )


class Bell:
    """Sends workers messages to run a job or send letters. Never raises: workers also find due work by themselves."""

    def __init__(self, broker: OurBroker, threads: int) -> None:
        self.broker = broker
        self.cap = CAP_PER_THREAD * threads
        self._silent_until = 0.0

    def ring(self, job: str, times: int = 1) -> bool:
        """Enqueue `times` messages for `job`: "deliver" (send letters) or the name of a scheduled job, such as "sweep".

        Fewer are enqueued when its queue is then full: when it holds three messages for each worker thread. Return
        True, even if the queue was full; False when Redis fails, and for two seconds after that without trying.
        """
        if time.monotonic() < self._silent_until:
            return False
        queue = QUEUES[job]
        try:
            for _ in range(min(times, self.cap - self.broker.depth(queue))):
                self.broker.enqueue(_hint(queue, job))
        except BROKER_ERRORS as error:
            self._silent_until = time.monotonic() + SILENCE
            LOG.warning("bell.not_rung", job=job, error=type(error).__name__)
            return False
        return True


def _hint(queue: str, job: str) -> dramatiq.Message[Any]:
    return dramatiq.Message(queue_name=queue, actor_name=job, args=(), kwargs={}, options={})
