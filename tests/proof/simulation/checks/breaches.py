"""The breaches that are found while a simulation runs and at its end, one line each."""

from dataclasses import dataclass, field

MOST_LINES = 50  # further breaches are only counted


@dataclass
class Breaches:
    """The distinct breaches in the order in which they were found, and how many there are."""

    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, invariant: str, sentence: str) -> None:
        """Add a breach: the invariant that does not hold, and a sentence that says how."""
        line = f"{invariant}: {sentence}"
        if line not in self.lines:
            self.count += 1
            if len(self.lines) < MOST_LINES:
                self.lines.append(line)
