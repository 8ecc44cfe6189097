"""The command: an order is played, told as text, JSON and a page; a breach is one line each, and the exit code."""

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
from proof.simulation.running.finding import find_out
from proof.simulation.running.playing import play
from proof.simulation.running.running import Simulation, SimulationOrder
from proof.simulation.scenario.scenario_file import DEFAULT, read_scenario

OBJECTS_BETWEEN = 50_000  # between two looks for garbage; usually 700


@dataclass(frozen=True)
class SimulationOptions:
    """What the command line asks for."""

    months: int
    seed: int
    cases: int | None = None
    scenario: Path | None = None
    json: Path | None = None
    page: Path | None = None
    locale: str = "sv"


def simulate(asked: SimulationOptions, say: Callable[[str], None]) -> list[str]:
    """Play what was asked for, say the report, write the files; give the breaches, one line each.

    Raises `BadScenario` when the scenario cannot be played, and `OSError` when a file cannot be written.
    """
    order = SimulationOrder(read_scenario(asked.scenario or DEFAULT), asked.months, asked.seed, asked.cases)
    report, speed = played(order)
    for path, form in ((asked.json, as_json(report)), (asked.page, as_page(report, asked.locale))):
        if path is not None:
            path.write_text(form, encoding="utf-8")
    say(as_text(report, asked.locale))
    for line in speed:
        say(line)
    breaches: list[str] = report["breaches"]
    return breaches


def played(order: SimulationOrder) -> tuple[dict[str, Any], Iterator[str]]:
    """Give the report of an order that has been played, and lines about how fast that was."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    told: list[dict[str, Any]] = []

    def tell(simulation: Simulation) -> None:
        told.append(report_of(simulation, find_out(simulation)))

    begun = time.process_time()
    with _garbage_seldom():
        simulation = play(order, tell)
    [report] = told
    return report, speed_lines(simulation.speed, report["cases"], time.process_time() - begun)


@contextmanager
def _garbage_seldom() -> Iterator[None]:
    """Look for garbage in rings seldom, and not among what is there already: most of what a story makes is in none."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
