"""`python -m proof.mutants [--quick] [--only WORDS] [--seed N]`: break Ventil in many ways; each must be noticed.

Prints by which invariant each mutant was noticed, and after how many seconds. Exits with 1 when a mutant was not
noticed, or when a breach is reported for a sound installation.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from proof.chaos.house.ground import open_ground
from proof.mutants.at_large import AT_LARGE, let_loose
from proof.mutants.mutant import ON_POSTGRESQL, QUICK, Caught, put_on_trial
from proof.mutants.stage import StagePlace


def main() -> int:
    """Put every mutant on trial, and print the results as a table; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m proof.mutants", description="Break the house, and see it noticed.")
    parser.add_argument("--quick", action="store_true", help="without those among real processes")
    parser.add_argument("--only", default="", help="those whose names hold these words")
    parser.add_argument("--seed", type=int, default=1, help="by which the clients throw their dice")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"{'mutant':<34} {'caught by':<28} {'after':>8}")
    wrong = 0
    for caught in chain(_quick_ones(asked.only), () if asked.quick else _at_large(asked.only, asked.seed)):
        print(caught, flush=True)
        wrong += not caught.is_right
    print(f"{wrong} went wrong" if wrong else "none lives", file=sys.stderr)
    return 1 if wrong else 0


def _quick_ones(words: str) -> Iterator[Caught]:
    with open_ground() as ground:
        for mutant in (*QUICK, *ON_POSTGRESQL):
            if words in mutant.name:
                with TemporaryDirectory(prefix="ventil-mutant-") as folder:
                    yield put_on_trial(mutant, StagePlace(Path(folder), ground.postgres.url))


def _at_large(words: str, seed: int) -> Iterator[Caught]:
    for mutant in AT_LARGE:
        if words in mutant.name:
            with open_ground() as ground:
                yield let_loose(mutant, ground, seed)


if __name__ == "__main__":
    sys.exit(main())
