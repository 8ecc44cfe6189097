"""I27: how it went is asked at most once of a case, not before four weeks after it was closed, and never in some cases.

Never of one of protected identity, and never of what somebody owed. It is answered at most once, by whoever was asked,
and the table of questions says the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from proof.checker.evidence.snapshot import Row, Snapshot
from proof.checker.model.stories import ObservedEvent, ObservedStory

QUESTIONS = "SELECT case_id, whose, grade FROM satisfaction ORDER BY case_id"
ASKED, ANSWERED = "case.satisfaction_asked", "case.satisfaction_answered"
CLOSED, REOPENED, PROTECTION = "case.closed", "case.reopened", "case.protection_changed"
FOUR_WEEKS = timedelta(days=28)


@dataclass
class ObservedQuestions:
    """The rows of the questions how it went by case, of those cases whose stories were not read yet."""

    unread: dict[int, Row] = field(default_factory=dict)

    def read(self, story: ObservedStory) -> Iterator[str]:
        """Yield what is wrong with the question about the case of this story and with its answer."""
        row, asked, answered = self.unread.pop(story.stream, None), _of(story, ASKED), _of(story, ANSWERED)
        for event in asked[1:]:
            yield f"{story.name}: was asked about again ({event.seq})"
        for event in answered[1:]:
            yield f"{story.name}: was answered again ({event.seq})"
        for event in asked:
            yield from (f"{story.name}: was asked about ({event.seq}) {why}" for why in _reasons_against(story, event))
        told = [event.facts["grade"] for event in answered] or [None]
        whose = {event.facts["whose"] for event in (*asked, *answered)}
        if (row is not None) is not bool(asked):
            yield f"{story.name}: its question is not that of its events"
        elif row is not None and ([row["grade"]] != told or whose != {row["whose"]}):
            yield f"{story.name}: the answer is {row['grade']} of {row['whose']}, its events say {told} of {whose}"


def read_questions(snapshot: Snapshot) -> ObservedQuestions:
    """Read the questions of all cases."""
    return ObservedQuestions({row["case_id"]: row for row in snapshot.rows(QUESTIONS)})


def _of(story: ObservedStory, type_: str) -> list[ObservedEvent]:
    return [event for event in story.events if event.type == type_]


def _reasons_against(story: ObservedStory, asked: ObservedEvent) -> Iterator[str]:
    closed_at: datetime | None = None
    for event in story.events[: story.events.index(asked)]:
        closed_at = event.at if event.type == CLOSED else None if event.type == REOPENED else closed_at
    if closed_at is None:
        yield "and was not closed"
    elif asked.at - closed_at < FOUR_WEEKS:
        yield f"{asked.at - closed_at} after it was closed"
    if _was_protected(story, asked):
        yield "and is one of protected identity"
    if story.owner is not None and story.owner["obligation"] is not None:
        yield "and is something that was owed"


def _was_protected(story: ObservedStory, asked: ObservedEvent) -> bool:
    """Return whether the person who asked was under protection then: as now, unless that has changed since."""
    changes = [event for event in _of(story, PROTECTION) if event.seq > asked.seq]
    if changes:
        return not changes[0].facts["protected"]
    return story.owner is not None and bool(story.owner["asker_protected"])
