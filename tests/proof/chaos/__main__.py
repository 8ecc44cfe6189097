"""`python -m proof.chaos [--seconds 600] [--seed N] [--house grown-up|embedded] [--json FILE]`: one run.

Everything runs on loopback, on servers that the run starts and stops. Exits with 1 when an invariant does not hold.
"""

import argparse
import json
import random
import shutil
import signal
import sys
from pathlib import Path

from proof.chaos.house.ground import open_ground
from proof.chaos.house.processes import PLAIN
from proof.chaos.kinds import EMBEDDED, GROWN_UP
from proof.chaos.outcome.ending import Overdue
from proof.chaos.running import run

KINDS = {"grown-up": GROWN_UP, "embedded": EMBEDDED}


def main() -> int:
    """Run, and print the outcome; return the exit code."""
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is cleared away
    kind = KINDS[asked.house]
    if asked.plan:
        print(*kind.planned(asked.seconds, asked.seed), sep="\n")
        return 0
    launcher = ("proof.chaos.house.broken", asked.broken) if asked.broken else PLAIN
    with open_ground() as ground:
        try:
            outcome = run(ground, asked.seconds, asked.seed, launcher, kind)
        except Overdue as overdue:
            print(f"BREACH I7 {overdue}")
            return 1
        finally:
            if asked.keep:
                shutil.copytree(ground.folder, asked.keep, ignore=shutil.ignore_patterns("postgres*", "redis*", "run"))
    print(*outcome.lines(), sep="\n")
    if asked.json:
        asked.json.write_text(json.dumps(outcome.as_json(), indent=1, ensure_ascii=False))
    return 0 if outcome.holds else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof.chaos", description="Live through faults, and check.")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long faults strike")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="the same seed, the same faults")
    parser.add_argument("--house", choices=sorted(KINDS), default="grown-up")
    parser.add_argument(
        "--broken", help="run a house that is broken in this way, a function of tests/proof/mutants/seams.py"
    )
    parser.add_argument("--plan", action="store_true", help="only print which faults would strike when")
    parser.add_argument("--json", type=Path, help="write the outcome to this file too")
    parser.add_argument("--keep", type=Path, help="copy logs, journal and mails to this new folder")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
