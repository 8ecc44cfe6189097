"""`python -m proof.checker DATABASE_URL`: print what does not hold, and end with 1 when something does not."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from proof.checker.checking import check
from proof.checker.evidence.outside import Outside


def main() -> int:
    """Check the house that the command line names."""
    asked = _asked()
    outside = Outside(now=asked.now, journal=asked.journal, sink=asked.sink, drained=not asked.living)
    breaches = check(asked.database_url, outside)
    for breach in breaches:
        print(breach)
    print(f"{len(breaches)} breaches" if breaches else "all clear", file=sys.stderr)
    return 1 if breaches else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof.checker", description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("--journal", type=Path, help="what a client asked and was answered")
    parser.add_argument("--sink", type=Path, help="the folder of a mail sink")
    parser.add_argument("--now", type=_moment, help="judge the clocks at this moment (ISO, with its offset)")
    parser.add_argument("--living", action="store_true", help="the house is at work: something may be pending")
    return parser.parse_args()


def _moment(told: str) -> datetime:
    moment = datetime.fromisoformat(told)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("a moment needs its offset, such as 2026-04-14T09:00+02:00")
    return moment


if __name__ == "__main__":
    sys.exit(main())
