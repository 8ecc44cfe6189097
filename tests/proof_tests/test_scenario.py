"""A scenario says what is wrong with it in one line, before anything is played."""

from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from proof.simulation.scenario.scenario_file import DEFAULT, BadScenario, read_scenario
from proof.simulation.scenario.scenario_schema import (
    BounceSchema,
    DepartmentSchema,
    GroupSchema,
    OutageSchema,
    ScenarioSchema,
    StaffingSchema,
)
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
        ("clocks = 2", "cloks = 2", "the file: knows no cloks; it knows municipality, begins"),
        ("clocks = 2", "cloks = 2", "the file: lacks clocks"),
        ("clocks = 2", "clocks = 0", "clocks: must be a whole number from 1 to"),
        ("clocks = 2", "clocks = true", "clocks: must be a whole number .*, not True"),
        ('temper = "silent"', 'temper = "sleepy"', "departments no. 5, temper: must be one of prompt, lazy, silent"),
        ('of = "grey"', 'of = "grå"', "outages no. 4, of: must be one of .*, not 'grå'"),
        ("municipality =", "town =", "knows no town"),
        ("officers = 3", "officers = 0", "departments no. 1, officers: must be a whole number from 1 to"),
        ('topics = ["skola"]', "topics = []", "departments no. 4, topics: there must be one"),
        ("hours = 504", "", "outages no. 6: lacks hours"),
        ("share = 38", 'share = "38"', "departments no. 1, share: must be a number, not negative, not '38'"),
        ("vacant_days = 25", "vacant_days = 2.5", "staffing, vacant_days: must be a whole number"),
        ("busy = [1.1, ", "busy = [", "busy: must be twelve numbers, none negative"),
        ("busy = [1.1, ", "busy = [-1.1, ", "busy: must be twelve numbers, none negative"),
        ("clocks = 2", "clocks", "Expected"),
        ('begins = "02-07"', 'begins = "02-29"', "bounces no. 1, begins: must be MM-DD, of every year, not '02-29'"),
        ('begins = "02-07"', 'begins = "02-07T09:00"', "bounces no. 1, begins: must be MM-DD, of every year"),
        ('begins = "05-08T09:00"', 'begins = "8 maj"', "outages no. 6, begins: must be MM-DD or MM-DDTHH:MM"),
    ],
)
def test_a_scenario_that_cannot_be_played_says_why(tmp_path: Path, was: str, becomes: str, says: str):
    file = tmp_path / "scenario.toml"
    file.write_text(DEFAULT.read_text(encoding="utf-8").replace(was, becomes), encoding="utf-8")
    with pytest.raises(BadScenario, match=says):
        read_scenario(file)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path):
    told = DEFAULT.read_text(encoding="utf-8").replace("clocks = 2", "clocks = 0").replace("share = 38", "shares = 38")
    file = tmp_path / "scenario.toml"
    file.write_text(told, encoding="utf-8")
    with pytest.raises(BadScenario) as refused:
        read_scenario(file)
    assert str(refused.value).startswith(f"{file}: clocks: must be")
    assert "departments no. 1: lacks share" in str(refused.value)
    assert "departments no. 1: knows no shares; it knows slug, name" in str(refused.value)


def test_the_schema_knows_each_part_of_a_scenario():
    for schema in (ScenarioSchema, DepartmentSchema, GroupSchema, StaffingSchema, OutageSchema, BounceSchema):
        assert [one.name for one in fields(schema.makes)] == list(schema().fields), schema


def test_the_command_says_what_is_wrong_and_plays_nothing(tmp_path: Path):
    done = CliRunner().invoke(ventil, ["simulate", "--scenario", str(tmp_path / "none.toml")])
    assert isinstance(done.exception, BadScenario)
    assert "cannot be read" in str(done.exception)
    assert done.output == ""
