"""The relay's rounds: what it looks for, and that it does not look when somebody has told it what there is."""

from dataclasses import replace

import pytest
from support.houses.letter_town import A_TUESDAY
from support.houses.statements import counted
from support.keys import SECRET_KEY

from cases.ladder.sweep import sweep
from cases.settings import read_settings
from workers.relay.loop import relay_once, relay_until_stopped
from workers.relay.relay import POLICY, relay_some
from workers.relay.waking import WokenByNotify
from workers.runtime import open_runtime

LOOK = "SELECT EXISTS"


@pytest.fixture
def runtime(town, tmp_path):
    settings = read_settings({"VENTIL_DATABASE_URL": town.database.url, "VENTIL_SECRET_KEY": SECRET_KEY,
                              "VENTIL_VAR": str(tmp_path), "VENTIL_GATHER_MILLISECONDS": "0"})  # fmt: skip
    return open_runtime(town.database, settings, None)


def looks_in(statements):
    return sum(statement.startswith(LOOK) for statement in statements)


def test_a_round_says_whether_there_may_be_more(town):
    for _ in range(3):
        town.hand_in()
    assert not relay_some(town.database, replace(POLICY, batch=2)).is_all
    assert relay_some(town.database, replace(POLICY, batch=2)).is_all
    assert relay_some(town.database) is None


def test_whoever_is_told_claims_without_looking(town, runtime):
    town.hand_in()
    with counted(town.database) as statements:
        assert relay_once(runtime, told=True).is_all
    assert looks_in(statements) == 0
    with counted(town.database) as statements:
        assert relay_once(runtime) is None
    assert looks_in(statements) == 1


def test_whoever_is_told_of_a_sweeps_events_plans_them(town, runtime):
    town.hand_in()
    assert relay_once(runtime)
    assert sweep(town.database, now=A_TUESDAY.replace(year=A_TUESDAY.year + 1))
    assert not relay_once(runtime, told=True).is_all
    assert relay_once(runtime, told=True) is None


class WakeAtACase:
    """While it is waited for the first time somebody hands in, and the relay may be told; then it is to stop."""

    def __init__(self, town, runtime, told):
        self.town, self.runtime, self.told, self.waits = town, runtime, told, 0

    def wait(self, _seconds):
        self.waits += 1
        if self.waits == 1:
            self.town.hand_in()
            return self.told
        self.runtime.stop.set()
        return False

    def forget(self):
        """There is nothing to forget."""

    def close(self):
        """There is nothing to close."""


@pytest.mark.parametrize(("told", "looks"), [(True, 1), (False, 2)])
def test_one_event_costs_one_look_or_none_and_nobody_looks_again(town, runtime, told, looks):
    rounds = []
    with counted(town.database) as statements:  # the first round finds nothing
        relay_until_stopped(runtime, WakeAtACase(town, runtime, told), claimed=lambda: rounds.append(1))
    assert looks_in(statements) == looks
    assert rounds == [1]
    assert relay_some(town.database) is None


@pytest.mark.postgres
def test_a_notify_tells_and_silence_does_not(postgres_town):
    wake = WokenByNotify(postgres_town.database.url)
    assert not wake.wait(0.0)  # it only begins to listen
    assert not wake.wait(0.0)
    postgres_town.hand_in()
    assert wake.wait(10.0)
    wake.close()
