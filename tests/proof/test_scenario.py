"""A scenario says what is wrong with it in one line, before anything is played."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from proof.simulation.scenario import DEFAULT, BadScenario, read_scenario
from ventil import ventil


def test_the_default_scenario_holds_all_that_can_go_wrong():
    scenario = read_scenario()
    assert {outage.hours for outage in scenario.outages} == {3, 3 * 24, 21 * 24}
    assert {outage.of for outage in scenario.outages} == {"everything", "clock", "mail", "grey"}
    assert {one.temper for one in scenario.departments} == {"prompt", "lazy", "silent"}
    assert scenario.clocks > 1
    assert scenario.bounces
    assert scenario.staffing.vacant_days


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("clocks = 2", "cloks = 2", "nobody knows cloks"),
        ("clocks = 2", "clocks = 0", "clocks: at least one"),
        ('temper = "silent"', 'temper = "sleepy"', "temper: must be one of prompt, lazy, silent"),
        ('of = "grey"', 'of = "grå"', "outages, of: must be one of"),
        ("municipality =", "town =", "nobody knows town"),
        ("officers = 3", "officers = 0", "officers: at least one"),
        ("hours = 504", "", "outages: hours must be said"),
        ("busy = [1.1, ", "busy = [", "busy: twelve months"),
        ("clocks = 2", "clocks", "Expected"),
        ('begins = "02-07"', 'begins = "02-29"', "begins: must be MM-DD"),
        ('begins = "05-08T09:00"', 'begins = "8 maj"', "begins: must be MM-DD"),
    ],
)
def test_a_scenario_that_cannot_be_played_says_why(tmp_path: Path, was: str, becomes: str, says: str):
    file = tmp_path / "scenario.toml"
    file.write_text(DEFAULT.read_text(encoding="utf-8").replace(was, becomes), encoding="utf-8")
    with pytest.raises(BadScenario, match=says):
        read_scenario(file)


def test_the_command_says_what_is_wrong_and_plays_nothing(tmp_path: Path):
    done = CliRunner().invoke(ventil, ["simulate", "--scenario", str(tmp_path / "none.toml")])
    assert isinstance(done.exception, BadScenario)
    assert "cannot be read" in str(done.exception)
    assert done.output == ""
