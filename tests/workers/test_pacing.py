"""Pacing: the first round after a rest begins at once, the next ones some milliseconds apart."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from workers import pacing as module
from workers.pacing import Pacer

APART = 0.03


class Stop(threading.Event):
    """An event that is never set while it is waited for; the waits are kept, and let the stopwatch run on."""

    def __init__(self, stopwatch):
        super().__init__()
        self.stopwatch, self.waits = stopwatch, []

    def wait(self, timeout=None):
        self.waits.append(timeout)
        self.stopwatch.seconds += timeout
        return False


class Stopwatch:
    seconds = 1000.0

    def monotonic(self):
        return self.seconds


@pytest.fixture
def stop(monkeypatch):
    stopwatch = Stopwatch()
    monkeypatch.setattr(module, "time", stopwatch)
    return Stop(stopwatch)


def test_the_first_turn_begins_at_once_and_each_other_so_far_after_the_one_before(stop):
    pacer = Pacer(APART)
    assert pacer.is_my_turn(stop)
    assert stop.waits == []
    stop.stopwatch.seconds += APART / 3  # the work of the first turn
    assert pacer.is_my_turn(stop)
    assert pacer.is_my_turn(stop)
    assert stop.waits == pytest.approx([APART * 2 / 3, APART])


def test_after_a_rest_a_turn_begins_at_once(stop):
    pacer = Pacer(APART)
    pacer.is_my_turn(stop)
    stop.stopwatch.seconds += APART
    assert pacer.is_my_turn(stop)
    assert stop.waits == []


def test_nothing_is_gathered_when_the_time_is_zero(stop):
    pacer = Pacer(0.0)
    assert [pacer.is_my_turn(stop) for _ in range(3)] == [True, True, True]
    assert stop.waits == []


def test_who_comes_while_another_waits_is_served_by_that_turn():
    pacer, stop = Pacer(1.0), threading.Event()
    assert pacer.is_my_turn(stop)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(pacer.is_my_turn, stop) for _ in range(4)]
        assert sorted(answer.result() for answer in answers).count(True) >= 1
    assert [answer.result() for answer in answers].count(False) >= 1


def test_a_process_that_is_to_stop_waits_for_no_turn():
    pacer, stop = Pacer(3600.0), threading.Event()
    stop.set()
    assert pacer.is_my_turn(stop)
    assert pacer.is_my_turn(stop)
