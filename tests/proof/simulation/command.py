"""`ventil simulate`: run a simulation, print its report as text, and write it as JSON and as an HTML page."""

import gc
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from proof.simulation.report.page import as_page
from proof.simulation.report.report import as_json, report_of
from proof.simulation.report.telling import as_text, speed_lines
from proof.simulation.running.finding import check_at_end
from proof.simulation.running.playing import play
from proof.simulation.running.running import Simulation, SimulationOrder
from proof.simulation.scenario.scenario_file import DEFAULT, read_scenario

OBJECTS_BETWEEN = 50_000  # allocations between two garbage collections; Python's default is 700


@dataclass(frozen=True)
class SimulationOptions:
    """The options of the command line."""

    months: int
    seed: int
    cases: int | None = None
    scenario: Path | None = None
    json: Path | None = None
    page: Path | None = None
    locale: str = "sv"


def simulate(options: SimulationOptions, say: Callable[[str], None]) -> list[str]:
    """Run the simulation, print the report with `say`, write the files, and return the breaches, one line each.

    Raises `BadScenario` when the scenario file is not valid, and `OSError` when a file cannot be written.
    """
    order = SimulationOrder(read_scenario(options.scenario or DEFAULT), options.months, options.seed, options.cases)
    report, speed = play_and_report(order)
    for path, form in ((options.json, as_json(report)), (options.page, as_page(report, options.locale))):
        if path is not None:
            path.write_text(form, encoding="utf-8")
    say(as_text(report, options.locale))
    for line in speed:
        say(line)
    breaches: list[str] = report["breaches"]
    return breaches


def play_and_report(order: SimulationOrder) -> tuple[dict[str, Any], Iterator[str]]:
    """Run a simulation; return its report, and lines about how fast it was."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    reports: list[dict[str, Any]] = []

    def observe(simulation: Simulation) -> None:
        reports.append(report_of(simulation, check_at_end(simulation)))

    began_at = time.process_time()
    with _rare_garbage_collection():
        simulation = play(order, observe)
    [report] = reports
    return report, speed_lines(simulation.speed, report["cases"], time.process_time() - began_at)


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Collect garbage rarely, and never what exists already: few objects of a simulation are in reference cycles."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
