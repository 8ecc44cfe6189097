"""A dramatiq consumer that does not poll its queue: it waits for a ring, an element in a second Redis list."""

from typing import Any

import redis
from dramatiq.broker import MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed

EMPTY_QUEUE_PAUSE = 1  # millisecond: the library's own pause when a queue is empty
LISTENS_FOR = 1  # second at a time, so that a worker that is to stop notices it
MOST_RINGS = 32  # rings kept while nobody listens: each later makes a consumer look in vain once


def ring_at(broker: RedisBroker, queue_name: str) -> None:
    """Wake one `ListeningConsumer` that waits for messages of the broker's queue `queue_name`, in any process.

    If none is waiting, the next one to wait is woken at once.
    """
    key = _bell_key(broker, queue_name)
    pipeline = broker.client.pipeline(transaction=False)
    pipeline.lpush(key, 1)
    pipeline.ltrim(key, 0, MOST_RINGS - 1)
    pipeline.execute()


class ListeningConsumer(_RedisConsumer):
    """Fetches messages from one queue of the Redis broker, for a dramatiq worker.

    When the queue is empty, it waits in Redis until the function `ring_at` wakes it, or at most a second.
    """

    def __init__(self, broker: RedisBroker, queue_name: str, prefetch: int) -> None:
        super().__init__(broker, queue_name, prefetch, EMPTY_QUEUE_PAUSE)  # type: ignore[no-untyped-call]

    def __next__(self) -> MessageProxy | None:
        """Return the next message of the queue; None when none came within a second."""
        message: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
        return message or self._after_the_bell()

    def _after_the_bell(self) -> MessageProxy | None:
        try:
            ring: Any = self.broker.client.blpop([_bell_key(self.broker, self.queue_name)], timeout=LISTENS_FOR)
        except redis.RedisError as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return super().__next__() if ring else None  # type: ignore[no-untyped-call]


def _bell_key(broker: RedisBroker, queue_name: str) -> str:
    return f"{broker.namespace}:{queue_name}.bell"
