"""`python -m proof.checker DATABASE_URL`: print every breach, one line each; the exit code is 1 when there is one."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from proof.checker.checking import check
from proof.checker.evidence.outside import Outside


def main() -> int:
    """Check the database that the command line names; return the exit code."""
    arguments = _arguments()
    outside = Outside(now=arguments.now, journal=arguments.journal, sink=arguments.sink, drained=not arguments.living)
    breaches = check(arguments.database_url, outside)
    for breach in breaches:
        print(breach)
    print(f"{len(breaches)} breaches" if breaches else "all clear", file=sys.stderr)
    return 1 if breaches else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof.checker", description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("--journal", type=Path, help="the journal of a client: what it asked and what it was answered")
    parser.add_argument("--sink", type=Path, help="the folder of a mail sink")
    parser.add_argument("--now", type=_moment, help="judge the clocks at this moment (ISO, with its offset)")
    parser.add_argument("--living", action="store_true", help="Ventil is running, so that work may be pending")
    return parser.parse_args()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("a moment needs its offset, such as 2026-04-14T09:00+02:00")
    return moment


if __name__ == "__main__":
    sys.exit(main())
