"""Each mutant is noticed, and nothing is seen in a sound installation: the quick ones, in one process each."""

from contextlib import nullcontext
from pathlib import Path

import pytest
import structlog
from support.servers import services

from proof.mutants.mail_trials import dies_while_it_reads_a_mailbox
from proof.mutants.mutant import ON_POSTGRESQL, QUICK, Mutant, put_on_trial
from proof.mutants.stage import StagePlace
from proof.mutants.trials import DIES_HANDED_IN, Trial

SWEEPS = (DIES_HANDED_IN, dies_while_it_reads_a_mailbox)  # which test_crash_points.py takes
TRIALS = {mutant.trial: mutant.name for mutant in QUICK if mutant.trial not in SWEEPS}
TRIALS_ON_POSTGRESQL = {mutant.trial: mutant.name for mutant in ON_POSTGRESQL}


@pytest.fixture(autouse=True)
def _quiet_log() -> None:
    """Print no log: errors are made on purpose."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


@pytest.mark.parametrize("mutant", QUICK, ids=lambda mutant: mutant.name)
def test_each_mutant_is_noticed(mutant: Mutant, tmp_path: Path) -> None:
    assert mutant.seen_by in put_on_trial(mutant, StagePlace(tmp_path)).seen


@pytest.mark.postgres
@pytest.mark.parametrize("mutant", ON_POSTGRESQL, ids=lambda mutant: mutant.name)
def test_each_mutant_on_postgresql_is_noticed(
    mutant: Mutant, tmp_path: Path, postgres_server: str, run_folder: Path
) -> None:
    place = StagePlace(tmp_path, postgres_server, services.database_prefix(run_folder))
    assert mutant.seen_by in put_on_trial(mutant, place).seen


@pytest.mark.postgres
@pytest.mark.parametrize("trial", TRIALS_ON_POSTGRESQL, ids=TRIALS_ON_POSTGRESQL.get)
def test_a_sound_house_on_postgresql_comes_out_of_each_trial_without_a_breach(
    trial: Trial, tmp_path: Path, postgres_server: str, run_folder: Path
) -> None:
    place = StagePlace(tmp_path, postgres_server, services.database_prefix(run_folder))
    assert put_on_trial(Mutant("sound", nullcontext, trial, ""), place).seen == ()


@pytest.mark.parametrize("trial", TRIALS, ids=TRIALS.get)
def test_a_sound_house_comes_out_of_each_trial_without_a_breach(trial: Trial, tmp_path: Path) -> None:
    assert put_on_trial(Mutant("sound", nullcontext, trial, ""), StagePlace(tmp_path)).seen == ()
