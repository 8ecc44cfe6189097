"""`python -m proof.mutants [--at-large SECONDS] [--seed N]`: break the house in many ways; each must be noticed.

Prints who noticed each mutant, and after how long. Ends with 1 when one of them lives.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from proof.chaos.ground import open_ground
from proof.chaos.house import ROOT
from proof.mutants.at_large import AT_LARGE, let_loose
from proof.mutants.mutant import ON_POSTGRESQL, QUICK, Caught, put_on_trial
from proof.mutants.stage import Place


def main() -> int:
    """Put every mutant on trial, and print what became of it."""
    parser = argparse.ArgumentParser(prog="python -m proof.mutants", description="Break the house, and see it noticed.")
    parser.add_argument("--at-large", type=float, default=60.0, help="seconds among real processes; 0: not at all")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same faults")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"{'mutant':<34} {'caught by':<28} {'after':>8}")
    alive = 0
    for caught in _each(asked.at_large, asked.seed):
        print(caught, flush=True)
        alive += not caught.is_dead
    print(f"{alive} live" if alive else "none lives", file=sys.stderr)
    return 1 if alive else 0


def _each(seconds: float, seed: int) -> Iterator[Caught]:
    sys.path.insert(0, str(ROOT / "tests"))  # where the servers are started from
    with open_ground() as ground:
        for mutant in (*QUICK, *ON_POSTGRESQL):
            with TemporaryDirectory(prefix="ventil-mutant-") as folder:
                yield put_on_trial(mutant, Place(Path(folder), ground.postgres.url))
    for at_large in AT_LARGE if seconds else ():
        with open_ground() as ground:
            yield let_loose(at_large, ground, seconds, seed)


if __name__ == "__main__":
    sys.exit(main())
