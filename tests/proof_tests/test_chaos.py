"""Chaos: seeded faults strike real processes, and nothing is lost or invented. `make chaos` does it for ten minutes."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from proof.chaos.faults.fault import Fault
from proof.chaos.faults.schedule import schedule
from proof.chaos.house.ground import open_ground
from proof.chaos.house.processes import IMPORTED_FROM, ROOT
from proof.chaos.kinds import EMBEDDED, GROWN_UP, HouseKind
from proof.chaos.running import run

KINDS = {"many processes": (GROWN_UP, 24, 2), "one process": (EMBEDDED, 16, 5)}
FEW = 2  # clients: other tests run beside it

ENVIRONMENT = os.environ | {"PYTHONPATH": IMPORTED_FROM}


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("name", KINDS)
def test_a_house_that_is_struck_again_and_again_loses_nothing_and_invents_nothing(name):
    kind, seconds, seed = KINDS[name]
    with open_ground() as ground:
        outcome = run(ground, seconds, seed, kind=replace(kind, clients=FEW))
    assert outcome.holds, "\n".join(outcome.lines())
    assert outcome.calls.accepted and outcome.restart.before, "\n".join(outcome.lines())


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
def test_five_machines_with_nothing_in_common_but_their_servers_are_one_house():
    words = [sys.executable, "-m", "proof.chaos.apart"]
    done = subprocess.run(words, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok  ") >= 8, done.stdout


@pytest.mark.parametrize("kind", [GROWN_UP, EMBEDDED], ids=["many processes", "one process"])
@pytest.mark.parametrize("seconds", [60, 600])
def test_the_same_seed_gives_the_same_faults(kind: HouseKind, seconds: int):
    deck = kind.deck(seconds)
    assert schedule(deck, seconds, 7) == schedule(deck, seconds, 7) != schedule(deck, seconds, 8)


@pytest.mark.parametrize("seed", range(20))
def test_every_fault_has_its_turn_before_any_comes_again_and_all_end_in_time(seed: int):
    deck = GROWN_UP.deck(600)
    planned = schedule(deck, 600, seed)
    times = Counter(one.name for one in planned)
    assert times.keys() == deck.keys()
    assert all(one.ends <= 600 for one in planned)
    assert all(not _overlaps(deck, planned, part) for part in {fault.part for fault in deck.values()})


def test_the_faults_of_a_seed_can_be_read_beforehand():
    words = [sys.executable, "-m", "proof.chaos", "--plan", "--seconds", "60", "--seed", "3"]
    told = subprocess.run(words, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout
    assert [line.split(" s  ")[1] for line in told.splitlines()] == [
        str(one).split(" s  ")[1] for one in schedule(GROWN_UP.deck(60), 60, 3)
    ]


def _overlaps(deck: dict[str, Fault], planned: list, part: str) -> bool:
    own = sorted((one for one in planned if deck[one.name].part == part), key=lambda one: one.at)
    return any(later.at < earlier.ends for earlier, later in pairwise(own))
