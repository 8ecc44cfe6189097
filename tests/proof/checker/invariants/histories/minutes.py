"""I20: a meeting has come as far as the events in its case say, and its items stand as their latest events say.

An item is settled once; every later event of its settling says that it corrects.

An import tells of what was settled elsewhere, and takes no meetings along. A meeting whose case does not tell that it
was called is older than the case.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from proof.checker.evidence.snapshot import Row, Snapshot
from proof.checker.model.stories import ObservedEvent, ObservedStory

MEETINGS = "SELECT * FROM meeting WHERE case_id IS NOT NULL"
ITEMS = """
    SELECT meeting_id, number, settled_how FROM agenda_item
    WHERE meeting_id IS NOT NULL AND number IS NOT NULL AND settled_how IS NOT NULL"""
STAGES = {
    "meeting.agenda_sent": "agenda_sent_on", "meeting.held": "closed_on", "minutes.adjusted": "adjusted_on",
    "meeting.cancelled": "cancelled_on",
}  # fmt: skip
CALLED, SETTLED = "meeting.called", "case.settled_on_agenda"
TOLD_ALWAYS = frozenset({"resolved", "postponed"})  # what was noted or withdrawn may have left the agenda by itself
ItemPlace = tuple[int, int]  # number of the meeting, and of the item on its agenda


@dataclass
class ObservedMinutes:
    """The meetings by the ids of their cases, and how each item was settled; those of which no event was met yet."""

    meetings: dict[int, Row] = field(default_factory=dict)
    settled: dict[ItemPlace, str] = field(default_factory=dict)
    untold: set[ItemPlace] = field(default_factory=set)

    def read(self, story: ObservedStory) -> Iterator[str]:
        """Yield a sentence for each stage and each item in which this story and the rows differ."""
        if (meeting := self.meetings.get(story.stream)) is not None:
            yield from _stages(meeting, story)
        latest: dict[ItemPlace, ObservedEvent] = {}
        for event in story.events:
            if event.type != SETTLED or event.actor == "import":
                continue
            place = (event.facts["meeting"], event.facts["item"])
            if place in latest and not event.facts.get("corrects"):
                yield f"{story.name}: {event.type} ({event.seq}) settles item {place[1]} again, and corrects nothing"
            latest[place] = event
        for place, event in latest.items():
            yield from self._item(place, event, story)

    def left(self) -> Iterator[str]:
        """Yield a sentence for each item that was settled and of which no event tells."""
        for meeting, number in sorted(self.untold):
            yield f"item {number} of meeting {meeting} was {self.settled[meeting, number]}, and no event says so"

    def _item(self, place: ItemPlace, event: ObservedEvent, story: ObservedStory) -> Iterator[str]:
        how = event.facts["how"]
        self.untold.discard(place)
        if self.settled.get(place) != how:
            yield f"{story.name}: {event.type} ({event.seq}) says {how}, the item says {self.settled.get(place)}"


def read_minutes(snapshot: Snapshot) -> ObservedMinutes:
    """Read the rows of all meetings that have a case, and of all items that are settled."""
    minutes = ObservedMinutes({row["case_id"]: row for row in snapshot.rows(MEETINGS)})
    for row in snapshot.rows(ITEMS):
        minutes.settled[row["meeting_id"], row["number"]] = row["settled_how"]
    minutes.untold = {place for place, how in minutes.settled.items() if how in TOLD_ALWAYS}
    return minutes


def _stages(meeting: Row, story: ObservedStory) -> Iterator[str]:
    types = {event.type for event in story.events if event.actor != "import"}
    for type_, column in STAGES.items():
        if type_ in types and meeting[column] is None:
            yield f"{story.name}: {type_} stands there, and meeting {meeting['id']} has no {column}"
        if CALLED in types and type_ not in types and meeting[column] is not None:
            yield f"{story.name}: meeting {meeting['id']} has {column}, and no {type_} stands there"
