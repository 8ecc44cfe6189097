"""Listening: a worker waits at Redis until the bell rings, instead of asking again and again whether it has."""

from typing import Any

import redis
from dramatiq.broker import MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed

AT_ONCE = 1  # millisecond: the library's own pause when a queue is empty
LISTENS_FOR = 1  # second at a time, so that a worker that is to stop hears of it
MOST_RINGS = 32  # kept for nobody: who listens then looks in vain as often


def ring_at(broker: RedisBroker, queue_name: str) -> None:
    """Let one who listens at the queue look at once."""
    key = _bell(broker, queue_name)
    rung = broker.client.pipeline(transaction=False)
    rung.lpush(key, 1)
    rung.ltrim(key, 0, MOST_RINGS - 1)
    rung.execute()


class ListeningConsumer(_RedisConsumer):
    """Looks into its queue when the bell rings, and once a second in any case."""

    def __init__(self, broker: RedisBroker, queue_name: str, prefetch: int) -> None:
        super().__init__(broker, queue_name, prefetch, AT_ONCE)  # type: ignore[no-untyped-call]

    def __next__(self) -> MessageProxy | None:
        """Give a message; None when nothing came within a second."""
        message: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
        return message or self._after_the_bell()

    def _after_the_bell(self) -> MessageProxy | None:
        try:
            rung: Any = self.broker.client.blpop([_bell(self.broker, self.queue_name)], timeout=LISTENS_FOR)
        except redis.RedisError as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return super().__next__() if rung else None  # type: ignore[no-untyped-call]


def _bell(broker: RedisBroker, queue_name: str) -> str:
    return f"{broker.namespace}:{queue_name}.bell"
