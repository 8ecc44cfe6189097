"""Random bits are the operating system's, but for a story, and there only in its own thread."""

import threading
from random import Random

from cases.case import fresh_public_id
from cases.history.words import fresh_salt
from cases.randomness import drawn_from, random_hex, random_share, random_word


def _drawn(seed: int) -> list[object]:
    with drawn_from(Random(seed).randbytes):
        return [fresh_public_id(), fresh_salt(), random_hex(4), random_word(16), random_share()]


def test_a_story_draws_the_same_each_time_and_another_one_draws_others():
    assert _drawn(1) == _drawn(1)
    assert not set(_drawn(1)) & set(_drawn(2))


def test_when_the_story_is_over_nobody_can_foretell_what_is_drawn():
    first = _drawn(1)[0]
    assert fresh_public_id() != first != fresh_public_id()
    assert len({fresh_salt() for _ in range(100)}) == 100


def test_another_thread_draws_from_the_operating_system():
    drawn: list[str] = []
    with drawn_from(lambda count: b"\0" * count):
        thread = threading.Thread(target=lambda: drawn.append(random_hex(8)))
        thread.start()
        thread.join()
        assert random_hex(8) == "0" * 16 != drawn[0]


def test_a_share_is_less_than_one():
    with drawn_from(lambda count: b"\xff" * count):
        assert 0.999 < random_share() < 1
