"""I20: what is owed is owed once at every moment, and ends as done only with what it owes.

What an obligation owes is written here a second time: RECORDS gives, for each, the types of the events that may stand
beside `case.done`. One without any is never done: it is planned anew. An import tells of what ended elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from proof.checker.model.stories import ObservedEvent, ObservedStory

RECORDS: dict[str, tuple[str, ...]] = {
    "plan": ("plan.adopted",),
    "contact": (),
    "meeting": ("meeting.called",),
    "agenda": (),  # its case goes on as that of the minutes
    "minutes": ("minutes.adjusted",),
}
Owes = tuple[str, str]  # obligation and subject
Span = tuple[int, int | None, str]  # the ids of the events from which and until which it was owed, and the case


@dataclass
class OwedSpans:
    """From when until when each thing was owed, by the events of the stories that were read."""

    spans: dict[Owes, list[Span]] = field(default_factory=dict)

    def read(self, story: ObservedStory) -> Iterator[str]:
        """Take note of what the case of this story owed; yield a sentence for each time it was done with nothing given.

        A case owes while its columns name an obligation and a due moment.
        """
        columns: dict[str, object] = {}
        owes, begun = None, 0
        for event in story.events if story.is_of_a_case else ():
            columns |= event.changes
            now = _owes(columns)
            if owes is not None and now != owes:
                self._add(owes, (begun, event.id, story.name))
            if now != owes:
                owes, begun = now, event.id
            if owes is not None and (problem := _without_record(owes[0], event, story)):
                yield problem
        if owes is not None:
            self._add(owes, (begun, None, story.name))

    def doubles(self) -> Iterator[str]:
        """Yield a sentence for each time that two cases owed the same."""
        for owes, spans in sorted(self.spans.items()):
            spans.sort()
            for (_, until, one), (begun, _, other) in pairwise(spans):
                if until is None or until > begun:
                    yield f"{other}: owes {' '.join(owes)}, which {one} owed then"

    def _add(self, owes: Owes, span: Span) -> None:
        self.spans.setdefault(owes, []).append(span)


def _owes(columns: dict[str, object]) -> Owes | None:
    obligation, subject, due_at = (columns.get(name) for name in ("obligation", "subject", "due_at"))
    return (str(obligation), str(subject)) if obligation and due_at else None


def _without_record(obligation: str, event: ObservedEvent, story: ObservedStory) -> str | None:
    if event.type != "case.done" or event.actor == "import":
        return None
    beside = {other.type for other in story.events if other.act == event.act}
    if beside & set(RECORDS.get(obligation, ())):
        return None
    return f"{story.name}: owed {obligation} and is done ({event.seq}), and nothing was given"
