"""The bell: capped, quick to give up, and never what anything rests on."""

import threading
import time

import dramatiq
import pytest

from workers.queue import blocking_consumer
from workers.queue.blocking_consumer import ring_at
from workers.queue.broker import QUEUES, Bell, InProcessBroker, make_broker, with_timeouts


def wait_until(holds, patience=20.0):
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_every_wait_for_redis_has_an_end():
    url = with_timeouts("redis://:word@127.0.0.1:6379/3?socket_timeout=9")
    assert url.startswith("redis://:word@127.0.0.1:6379/3?")
    assert {"socket_timeout=9", "socket_connect_timeout=5"} <= set(url.partition("?")[2].split("&"))
    kept = make_broker(url).client.connection_pool.connection_kwargs
    assert (kept["socket_timeout"], kept["socket_connect_timeout"]) == (9.0, 5.0)


@pytest.mark.redis
def test_the_bell_is_not_rung_beyond_what_the_workers_can_take(redis_url):
    broker = make_broker(redis_url)
    bell = Bell(broker, threads=2)
    for _ in range(10):
        assert bell.ring("deliver", times=4)
    assert broker.depth("letters") == bell.cap == 6
    bell.ring("sweep")
    assert broker.depth("sweeps") == 1


def test_the_bell_in_the_process_has_the_same_cap():
    bell = Bell(make_broker(None), threads=2)
    for _ in range(10):
        bell.ring("deliver", times=4)
    assert bell.broker.depth("letters") == 6


@pytest.mark.redis
def test_a_bell_that_cannot_be_rung_disturbs_nobody_and_is_rung_again_later(own_redis, monkeypatch):
    server = own_redis()
    bell = Bell(make_broker(server.url), threads=2)
    assert bell.ring("deliver")
    server.stop()
    begun = time.monotonic()
    assert [bell.ring("deliver") for _ in range(50)] == [False] * 50
    assert time.monotonic() - begun < 2
    server.start()
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    assert bell.ring("deliver")


@pytest.mark.redis
def test_a_worker_that_listens_has_the_message_as_soon_as_the_bell_rings(redis_url, monkeypatch):
    broker = make_broker(redis_url)
    monkeypatch.setattr(blocking_consumer, "LISTENS_FOR", 4)
    heard = []
    consumer = broker.consume("letters", prefetch=2)
    listener = threading.Thread(target=lambda: heard.append(next(consumer)), daemon=True)
    listener.start()
    wait_until(lambda: broker.client.info("clients")["blocked_clients"])
    Bell(broker, threads=2).ring("deliver")
    listener.join(20)
    assert [message and message.actor_name for message in heard] == ["deliver"]


@pytest.mark.redis
def test_rings_that_nobody_hears_are_not_hoarded(redis_url):
    broker = make_broker(redis_url)
    for _ in range(blocking_consumer.MOST_RINGS + 5):
        ring_at(broker, "letters")
    assert broker.client.llen("dramatiq:letters.bell") == blocking_consumer.MOST_RINGS


@pytest.mark.redis
def test_a_listener_whose_redis_goes_away_says_so_and_does_not_hang(own_redis):
    server = own_redis()
    consumer = make_broker(server.url).consume("letters")
    server.stop()
    with pytest.raises(dramatiq.errors.ConnectionClosed):
        next(consumer)


@pytest.mark.redis
def test_the_bell_is_never_delayed_nor_retried(redis_url):
    broker = make_broker(redis_url)
    assert broker.middleware == []
    assert broker.delay_queues == set()
    assert make_broker(None).middleware == []


def test_failed_messages_are_not_hoarded():
    broker = make_broker(None)

    def fail():
        raise ZeroDivisionError

    dramatiq.actor(actor_name="deliver", queue_name=QUEUES["deliver"], broker=broker)(fail)
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=20)
    worker.start()
    Bell(broker, threads=4).ring("deliver", times=5)
    Bell(broker, threads=4).broker.enqueue(
        dramatiq.Message(queue_name="letters", actor_name="unknown", args=(), kwargs={}, options={})
    )
    broker.join("letters", fail_fast=False, timeout=5000)
    worker.stop()
    assert isinstance(broker, InProcessBroker)
    assert broker.dead_letters == []
