"""Recounting: what the story counted itself must be what the database says; and what it numbered has no gaps."""

from collections.abc import Iterator

from proof.simulation.checks.breaches import Breaches
from proof.simulation.checks.counting import EVENT_OF, StoryCounts
from proof.simulation.checks.history_figures import Statistics


def recount(counts: StoryCounts, found: Statistics, breaches: Breaches) -> None:
    """Note every number in which the two differ, and every gap in the references."""
    for what, counted, there in _pairs(counts, found):
        if counted != there:
            breaches.add("recount", f"{what}: counted {counted}, in the database {there}")
    for year in found.references:
        if (year.least, year.most) != (1, year.there):
            breaches.add("references", f"{year.year}: {year.there} cases, numbered {year.least} to {year.most}")


def _pairs(counts: StoryCounts, found: Statistics) -> Iterator[tuple[str, object, object]]:
    yield "handed in", counts.handed_in, found.types["case.received", False]
    yield "cases", counts.handed_in + found.types["case.received", True], found.cases
    for type_ in sorted(set(EVENT_OF.values())):
        yield type_, counts.acts[type_], found.types[type_, False]
    yield "rungs", counts.rungs, found.rungs
    yield "rungs told", counts.rungs, found.types["case.escalated", True]
    for unit, on_time in sorted(counts.kept_days.keys() | found.kept_days.keys()):
        name = f"{unit}, {'on time' if on_time else 'late'}"
        yield name, counts.kept_days[unit, on_time], found.kept_days[unit, on_time]
    for address in sorted(counts.letters.keys() | found.sent.keys()):
        yield f"letters to {address}", counts.letters[address], found.sent.get(address, 0)
