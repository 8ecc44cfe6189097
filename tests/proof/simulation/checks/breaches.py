"""Breaches: what is found wrong while the story goes on, one line each."""

from dataclasses import dataclass, field

MOST_LINES = 50  # kept; more of them say nothing new


@dataclass
class Breaches:
    """What was found, in order, each once."""

    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, invariant: str, sentence: str) -> None:
        """Note that the invariant does not hold, and how."""
        line = f"{invariant}: {sentence}"
        if line not in self.lines:
            self.count += 1
            if len(self.lines) < MOST_LINES:
                self.lines.append(line)
