"""Measure Ventil beside the floor, in one run on this machine. Only ratios count: machines are noisy.

`python tools/bench [--quick] [--json FILE]`. Everything runs on loopback, on servers that the run starts and stops.
"""

import argparse
import json
import platform
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(HERE)]

import services  # noqa: E402 - the project stands beside this folder
from measures import MEASURES, Bench, Row  # noqa: E402

HEADS = ("what", "database", "clients", "floor", "ventil", "ratio", "target")


def main() -> None:
    """Run every measure and print one table."""
    asked = _asked()
    run = services.make_run_folder()
    guard = services.start_guard(run)
    rows: list[Row] = []
    try:
        postgres = services.start_postgres(run / "postgres", durable=True)
        redis = services.start_redis(run / "redis")
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), postgres, redis.url, quick=asked.quick)
            print(f"Python {platform.python_version()}, {platform.machine()}, {_cores()} cores", flush=True)
            for measure in MEASURES:
                if asked.only and asked.only not in measure.__name__:
                    continue
                print(f"... {(measure.__doc__ or '').splitlines()[0]}", file=sys.stderr, flush=True)
                rows += measure(bench)
    finally:
        guard.communicate()
    print(table(rows))
    if asked.json:
        asked.json.write_text(json.dumps([vars(row) for row in rows], indent=1, ensure_ascii=False))


def table(rows: list[Row]) -> str:
    """Give the rows as a table of equal columns."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _cores() -> int:
    import os

    return os.cpu_count() or 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ventil bench", description="Measure Ventil beside the floor.")
    parser.add_argument("--quick", action="store_true", help="few rounds: only shows that every measure runs")
    parser.add_argument("--only", help="only the measures whose name holds this")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
