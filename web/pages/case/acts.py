"""What one act has written, as one line of a timeline: a day that a step promises is told with the step."""

from collections.abc import Iterable
from dataclasses import dataclass

from cases.reading.timeline import TimelineEntry
from cases.states import SETS_STATE

PROMISED = "case.promised"


@dataclass(frozen=True)
class PromisesOfSteps:
    """The entries that tell of a promise which a step made, by the number of the step's event in the case."""

    by_step: dict[int, TimelineEntry]

    @classmethod
    def among(cls, lines: Iterable[TimelineEntry]) -> "PromisesOfSteps":
        """Find the promises whose step is among these entries too. Entries of an older version have no act."""
        found = list(lines)
        steps = {line.event.act_seq: line.event.seq for line in found if line.event.type in SETS_STATE}
        promises = [line for line in found if line.event.type == PROMISED and line.event.act_seq is not None]
        return cls({steps[line.event.act_seq]: line for line in promises if line.event.act_seq in steps})

    def left_out(self, lines: list[TimelineEntry]) -> list[TimelineEntry]:
        """Return the entries without those promises, which are told with their steps."""
        told = {line.event.seq for line in self.by_step.values()}
        return [line for line in lines if line.event.seq not in told]

    def with_step(self, line: TimelineEntry) -> TimelineEntry | None:
        """Return the promise that the step made; None for none, and for that of the day which the step itself names."""
        made = self.by_step.get(line.event.seq)
        if made is None:
            return None
        facts = made.event.facts
        is_said = not facts.get("was") and facts["promised_on"] == line.event.facts.get("due_on")
        return None if is_said else made
