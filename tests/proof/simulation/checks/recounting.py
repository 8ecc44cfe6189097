"""Compare the counts of a simulation with the database, and look for gaps in the references of cases."""

from collections.abc import Iterator

from proof.simulation.checks.breaches import Breaches
from proof.simulation.checks.counting import ALSO_OF_THE_VILLAGE, EVENT_OF, OF_THE_VILLAGE, StoryCounts
from proof.simulation.checks.history_figures import Statistics


def recount(counts: StoryCounts, statistics: Statistics, breaches: Breaches) -> None:
    """Add a breach for every number in which counts and database differ, and for every gap in a year's references."""
    for label, counted, stored in _pairs(counts, statistics):
        if counted != stored:
            breaches.add("recount", f"{label}: counted {counted}, in the database {stored}")
    for year in statistics.references:
        if (year.least, year.most) != (1, year.there):
            breaches.add("references", f"{year.year}: {year.there} cases, numbered {year.least} to {year.most}")


def _pairs(counts: StoryCounts, statistics: Statistics) -> Iterator[tuple[str, object, object]]:
    yield "handed in", counts.received, statistics.types["case.received", False]
    yield "cases", counts.received + statistics.types["case.received", True], statistics.cases
    for type_ in sorted({*EVENT_OF.values(), *OF_THE_VILLAGE.values(), *ALSO_OF_THE_VILLAGE}):
        yield type_, counts.acts[type_], statistics.types[type_, False]
    yield "items postponed", counts.figures["postponed"], statistics.postponed
    yield "rungs", counts.rungs, statistics.rungs
    yield "rungs told", counts.rungs, statistics.types["case.escalated", True]
    for unit, on_time in sorted(counts.kept_days.keys() | statistics.kept_days.keys()):
        label = f"{unit}, {'on time' if on_time else 'late'}"
        yield label, counts.kept_days[unit, on_time], statistics.kept_days[unit, on_time]
    for address in sorted(counts.letters.keys() | statistics.sent.keys()):
        yield f"letters to {address}", counts.letters[address], statistics.sent.get(address, 0)
