"""Read a scenario file; all its errors are reported at once, before the simulation starts."""

import tomllib
from pathlib import Path

from marshmallow import ValidationError

from cases.administration.file_schema import errors_in, readable_path
from proof.simulation.scenario.scenario import Scenario
from proof.simulation.scenario.scenario_schema import ScenarioSchema

DEFAULT = Path(__file__).with_name("default.toml")


class BadScenario(Exception):
    """A scenario file that is not valid; the message names every error and its place."""


def read_scenario(path: Path = DEFAULT) -> Scenario:
    """Read and validate a scenario file. Raises `BadScenario` when it cannot be read or is not valid."""
    try:
        scenario: Scenario = ScenarioSchema().load(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadScenario(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        wrongs = [f"{readable_path(where) or 'the file'}: {what}" for where, what in errors_in(error.messages)]
        raise BadScenario(f"{path}: {'; '.join(wrongs)}") from None
    except ValueError as error:  # not UTF-8, or not TOML
        raise BadScenario(f"{path}: {error}") from None
    return scenario
