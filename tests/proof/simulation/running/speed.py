"""Speed: how long a tick took, year by year. It is of the machine, so it stands beside the report, never in it."""

from dataclasses import dataclass, field
from statistics import mean


@dataclass
class Speed:
    """CPU seconds of the first clock's sweeps that fired something, by year."""

    ticks: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    def ticked(self, year: int, seconds: float, rungs: int) -> None:
        """Note one sweep and how many rungs it fired."""
        if rungs:
            self.ticks.setdefault(year, []).append((seconds, rungs))

    def by_year(self) -> dict[int, tuple[float, float]]:
        """Give for each year the milliseconds of a tick, and of one rung in it."""
        return {
            year: (mean(s for s, _ in ticks) * 1000, sum(s for s, _ in ticks) * 1000 / sum(r for _, r in ticks))
            for year, ticks in sorted(self.ticks.items())
        }

    def growth(self) -> float:
        """Give what a rung cost in the last year, as a share of what it cost in the first."""
        years = list(self.by_year().values())
        return years[-1][1] / years[0][1] if years else 1.0
