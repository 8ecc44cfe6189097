"""The report of a simulation, as one JSON value. The same seed gives the same bytes: it holds no machine times."""

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from proof.simulation.checks.counting import OF_THE_VILLAGE
from proof.simulation.checks.history_figures import Statistics
from proof.simulation.people.outcomes import BegunSort
from proof.simulation.people.town import DESK, GROUP, SimulatedTown
from proof.simulation.running.running import Simulation

Unit = tuple[tuple[str, ...], str, str, str]  # slugs, Swedish name, English name, temper
TOP_RUNG = 5  # shown as "5 and higher": from there the ladder repeats each week
CITIZENS = "citizens"
INVARIANTS = (
    "nobody's", "passed", "ladder", "due day", "left", "double", "not recorded", "references", "recount", "checker",
    "V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V12", "V13", "V14", "V15", "V16", "V17", "V29", "V34", "V35",
    "V36", "forgotten",
)  # fmt: skip


@dataclass(frozen=True)
class DepartmentFigures:
    """The figures of a department, of the desk, or of all groups together."""

    slug: str
    name: str
    name_en: str
    temper: str
    on_time: int
    late: int
    open: int
    open_late: int
    longest_silence: int  # days


def report_of(simulation: Simulation, statistics: Statistics) -> dict[str, Any]:
    """Return the report: the figures of the simulation and of the database, and the breaches."""
    order, counts = simulation.order, simulation.counts
    return {
        "invented": True,
        "municipality": order.scenario.municipality,
        "first": order.first.isoformat(), "last": order.last.isoformat(), "months": order.months, "seed": order.seed,
        "cases": statistics.cases, "handed_in": counts.handed_in, "letters": sum(counts.letters.values()),
        "rungs": counts.rungs, "sweeps": counts.sweeps, "left": counts.left, "calls": counts.calls,
        "bounced": len(simulation.installation.mail_server.rejected), "refused_acts": counts.refused_acts,
        "departments": [asdict(figures) for figures in _departments(simulation, statistics)],
        "months_of": _months(statistics),
        "ladder": _ladder(simulation, statistics),
        "weeks": _weeks(simulation),
        "agendas": [{"held_on": agenda.held_on.isoformat(), **agenda.items} for agenda in counts.agendas],
        "promises": statistics.promises,
        "parked": statistics.types["case.parked", False], "taken_up": statistics.types["case.taken_up", True],
        "contested": statistics.types["case.contested", False], "sent_back": statistics.types["case.sent_back", False],
        "village": _village(simulation),
        "outages": [
            {"of": outage.kind, "begins": outage.begins.isoformat(), "ends": outage.ends.isoformat(),
             "most_letters": most}
            for outage, most in simulation.most_letters_after_outages().items()
        ],
        "invariants": list(INVARIANTS),
        "breaches": simulation.breaches.lines, "breach_count": simulation.breaches.count,
        "events_sha256": statistics.digest, "letters_sha256": counts.digest.hexdigest(),
    }  # fmt: skip


def as_json(report: dict[str, Any]) -> str:
    """Return the report as JSON text with sorted keys, so that equal reports give equal bytes."""
    return json.dumps(report, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _departments(simulation: Simulation, statistics: Statistics) -> list[DepartmentFigures]:
    scenario = simulation.order.scenario
    groups = tuple(GROUP + group.slug for group in scenario.groups)
    units: list[Unit] = [((unit.slug,), unit.name, unit.name_en, unit.temper) for unit in scenario.departments]
    units += [(groups, "Grupperna", "The groups", ""), ((DESK,), "Kontaktpersonen", "The contact person", "")]
    return [_figures(statistics, *unit) for unit in units]


def _figures(statistics: Statistics, slugs: tuple[str, ...], name: str, name_en: str, temper: str) -> DepartmentFigures:
    open_cases = [statistics.open.get(slug, (0, 0)) for slug in slugs]
    return DepartmentFigures(
        slugs[0], name, name_en, temper,
        sum(statistics.kept_days[slug, True] for slug in slugs),
        sum(statistics.kept_days[slug, False] for slug in slugs),
        sum(count for count, _ in open_cases), sum(late for _, late in open_cases),
        max(statistics.silence.get(slug, 0) for slug in slugs),
    )  # fmt: skip


def _village(simulation: Simulation) -> dict[str, int]:
    counts = simulation.counts
    acts = {name: counts.acts[type_] for name, type_ in OF_THE_VILLAGE.items()}
    return acts | {
        **{sort.value: counts.begun[sort] for sort in BegunSort},
        **{name: counts.figures[name] for name in ("postponed", "minutes_late")},
        "dissolved": counts.dissolved, "asked": simulation.village.times,
    }  # fmt: skip


def _months(statistics: Statistics) -> list[dict[str, Any]]:
    months = sorted({month for month, _ in statistics.months})
    return [{"month": m, **{name: statistics.months[m, name] for name in ("received", "done")}} for m in months]


def _ladder(simulation: Simulation, statistics: Statistics) -> dict[str, int]:
    """Return how many cases have each rung as their highest; "none" counts those that never climbed."""
    ladder = {"none": statistics.cases, **{str(rung): 0 for rung in range(TOP_RUNG + 1)}}
    for rung, cases in simulation.watch.highest_rungs().items():
        ladder[str(min(rung, TOP_RUNG))] += cases
        ladder["none"] -= cases
    return ladder


def _weeks(simulation: Simulation) -> list[dict[str, Any]]:
    """Return for each role the letters per person and week: median of weeks with any, most, and when that was."""
    roles: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (address, week), count in simulation.counts.weeks.items():
        roles[_role(simulation.town, address)].append((count, week))
    return [
        {"role": role, "median": median(count for count, _ in weeks), "most": max(weeks)[0], "week": max(weeks)[1]}
        for role, weeks in sorted(roles.items())
    ]


def _role(town: SimulatedTown, address: str) -> str:
    reader = town.readers.get(address)
    if reader is None:
        return CITIZENS
    if reader.unit.startswith(GROUP):
        return "groups"
    return f"desk_{reader.role}" if reader.unit == DESK else reader.role
