"""Measure Ventil and the floor in one run on this machine. Only their ratios count, since machines differ.

`ventil bench [--quick] [--only NAME] [--json FILE] [--compare FILE] [--page PAGE]`. Everything runs on loopback,
on servers that the run starts and stops. `--from FILE` measures nothing and shows an earlier run.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from support.servers import services

from bench.ground.bench import Bench
from bench.measures.changing import over_http
from bench.measures.importing import importing
from bench.measures.mailing import latency, letters
from bench.measures.planning import relaying
from bench.measures.reading_pages import case_page, first_pages
from bench.measures.starting import starting
from bench.measures.sweeping import sweeping
from bench.measures.two_letters import two_letters
from bench.table import BenchRow, as_text, change_since, read_json, write_json, write_page

MEMORY = "2GB"  # PostgreSQL's for pages, as on a machine of its own; the rest is as it comes
MEASURES = (
    over_http, two_letters, latency, letters, relaying, case_page, starting, importing, sweeping, first_pages,
)  # fmt: skip


def main() -> None:
    """Run the measures, or read an earlier run, and show the figures in each format that is asked for."""
    options = _options()
    rows, about = read_json(options.kept) if options.kept else _measured(options)
    print("; ".join(f"{name} {value}" for name, value in about.items()))
    print(as_text(rows))
    if options.json:
        write_json(options.json, rows, about)
    if options.page:
        write_page(options.page, rows, about)
    if options.compare:
        print(change_since(rows, read_json(options.compare)[0]))


def _measured(options: argparse.Namespace) -> tuple[list[BenchRow], dict[str, str]]:
    run = services.make_run_folder()
    guard = services.start_guard(run)
    rows: list[BenchRow] = []
    try:
        postgres = services.start_postgres(run / "postgres", durable=True, memory=MEMORY)
        redis = services.start_redis(run / "redis")
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), postgres, redis, options.quick, options.most)
            about = bench.about()
            for measure in (each for each in MEASURES if (options.only or "") in each.__name__):
                print(f"... {(measure.__doc__ or '').splitlines()[0]}", file=sys.stderr, flush=True)
                rows += measure(bench)
                if options.json:
                    write_json(options.json, rows, about)  # so that a later failure loses no figure
    finally:
        guard.communicate()
    return rows, about


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ventil bench", description="Measure Ventil, compared with the floor.")
    parser.add_argument("--quick", action="store_true", help="small and once: only shows that every measure runs")
    parser.add_argument("--most", type=int, default=1_000_000, metavar="N", help="leave out houses of more cases")
    parser.add_argument("--only", help=f"the measures whose name holds this: {', '.join(m.__name__ for m in MEASURES)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures in this file")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="say how they have changed since this run")
    parser.add_argument("--page", type=Path, metavar="PAGE", help="write the table into this page, between its marks")
    parser.add_argument("--from", dest="kept", type=Path, metavar="FILE", help="measure nothing: show this run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
