"""The report: what the years came to, as one JSON value. The same seed gives the same bytes; no time of a machine."""

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from proof.simulation.checks.history_figures import Statistics
from proof.simulation.people.town import DESK, GROUP, SimulatedTown
from proof.simulation.running.running import Simulation

Unit = tuple[tuple[str, ...], str, str, str]  # slugs, name, English name, temper
TOP_RUNG = 5  # shown as "5 and more": there it repeats each week
CITIZENS = "citizens"
INVARIANTS = (
    "nobody's", "passed", "ladder", "due day", "left", "double", "not recorded", "references", "recount", "checker",
)  # fmt: skip


@dataclass(frozen=True)
class DepartmentFigures:
    """One department, or the desk, or all groups together."""

    slug: str
    name: str
    name_en: str
    temper: str
    on_time: int
    late: int
    open: int
    open_late: int
    longest_silence: int  # days


def report_of(simulation: Simulation, found: Statistics) -> dict[str, Any]:
    """Give everything that the report tells."""
    order, counts = simulation.order, simulation.counts
    return {
        "invented": True,
        "municipality": order.scenario.municipality,
        "first": order.first.isoformat(), "last": order.last.isoformat(), "months": order.months, "seed": order.seed,
        "cases": found.cases, "handed_in": counts.handed_in, "letters": sum(counts.letters.values()),
        "rungs": counts.rungs, "sweeps": counts.ticks, "left": counts.left, "calls": counts.calls,
        "bounced": len(simulation.house.post.refused), "refused_acts": counts.refused_acts,
        "departments": [asdict(one) for one in _departments(simulation, found)],
        "months_of": _months(found),
        "ladder": _ladder(simulation, found),
        "weeks": _weeks(simulation),
        "agendas": [{"held_on": one.held_on.isoformat(), **one.items} for one in counts.agendas],
        "promises": found.promises,
        "parked": found.types["case.parked", False], "taken_up": found.types["case.taken_up", True],
        "contested": found.types["case.contested", False], "sent_back": found.types["case.sent_back", False],
        "outages": [
            {"of": one.of, "begins": one.begins.isoformat(), "ends": one.ends.isoformat(), "most_letters": most}
            for one, most in simulation.after_outages().items()
        ],
        "invariants": list(INVARIANTS),
        "breaches": simulation.breaches.lines, "breach_count": simulation.breaches.count,
        "events_sha256": found.digest, "letters_sha256": counts.digest.hexdigest(),
    }  # fmt: skip


def as_json(report: dict[str, Any]) -> str:
    """Give the report as text, the same for the same report."""
    return json.dumps(report, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _departments(simulation: Simulation, found: Statistics) -> list[DepartmentFigures]:
    scenario = simulation.order.scenario
    groups = tuple(GROUP + group.slug for group in scenario.groups)
    units: list[Unit] = [((one.slug,), one.name, one.name_en, one.temper) for one in scenario.departments]
    units += [(groups, "Grupperna", "The groups", ""), ((DESK,), "Kontaktpersonen", "The contact person", "")]
    return [_figures(found, *unit) for unit in units]


def _figures(found: Statistics, slugs: tuple[str, ...], name: str, name_en: str, temper: str) -> DepartmentFigures:
    opened = [found.open.get(slug, (0, 0)) for slug in slugs]
    return DepartmentFigures(
        slugs[0], name, name_en, temper,
        sum(found.kept_days[slug, True] for slug in slugs), sum(found.kept_days[slug, False] for slug in slugs),
        sum(there for there, _ in opened), sum(late for _, late in opened),
        max(found.silence.get(slug, 0) for slug in slugs),
    )  # fmt: skip


def _months(found: Statistics) -> list[dict[str, Any]]:
    months = sorted({month for month, _ in found.months})
    return [{"month": m, **{name: found.months[m, name] for name in ("received", "done")}} for m in months]


def _ladder(simulation: Simulation, found: Statistics) -> dict[str, int]:
    """Give how many cases climbed how high; those that never climbed stand under "none"."""
    ladder = {"none": found.cases, **{str(rung): 0 for rung in range(TOP_RUNG + 1)}}
    for rung, cases in simulation.watch.climbed().items():
        ladder[str(min(rung, TOP_RUNG))] += cases
        ladder["none"] -= cases
    return ladder


def _weeks(simulation: Simulation) -> list[dict[str, Any]]:
    """Give for each role the letters of a person in a week: the median of weeks with any, and the most."""
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
