"""How long a sweep takes, year by year. It differs between machines, so it is no part of the report."""

from dataclasses import dataclass, field
from statistics import mean


@dataclass
class Speed:
    """By year, each sweep that fired any rung: its CPU seconds, and how many rungs it fired."""

    sweeps: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    def record_sweep(self, year: int, seconds: float, rungs: int) -> None:
        """Record one sweep: its CPU seconds and how many rungs it fired."""
        if rungs:
            self.sweeps.setdefault(year, []).append((seconds, rungs))

    def by_year(self) -> dict[int, tuple[float, float]]:
        """Return for each year the mean CPU milliseconds of a sweep, and those per rung."""
        return {
            year: (mean(s for s, _ in sweeps) * 1000, sum(s for s, _ in sweeps) * 1000 / sum(r for _, r in sweeps))
            for year, sweeps in sorted(self.sweeps.items())
        }

    def growth(self) -> float:
        """Return the CPU time of a rung in the last year as a multiple of that in the first; 1.0 without sweeps."""
        years = list(self.by_year().values())
        return years[-1][1] / years[0][1] if years else 1.0
