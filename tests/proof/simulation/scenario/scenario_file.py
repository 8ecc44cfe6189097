"""Reading a scenario's file: all that is wrong with it is said at once, before anything is played."""

import tomllib
from pathlib import Path

from marshmallow import ValidationError

from cases.administration.file_schema import place_of, wrongs_in
from proof.simulation.scenario.scenario import Scenario
from proof.simulation.scenario.scenario_schema import ScenarioSchema

DEFAULT = Path(__file__).with_name("default.toml")


class BadScenario(Exception):
    """A scenario that cannot be played; the message says what is wrong with it, and where."""


def read_scenario(path: Path = DEFAULT) -> Scenario:
    """Return the scenario that the file tells. Raises `BadScenario`."""
    try:
        scenario: Scenario = ScenarioSchema().load(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadScenario(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        wrongs = [f"{place_of(where) or 'the file'}: {what}" for where, what in wrongs_in(error.messages)]
        raise BadScenario(f"{path}: {'; '.join(wrongs)}") from None
    except ValueError as error:  # not UTF-8, or not TOML
        raise BadScenario(f"{path}: {error}") from None
    return scenario
