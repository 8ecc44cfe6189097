"""I5: the events that were written by one change have consecutive numbers, with no other event between them.

They share moment, actor and sweep. Only the first one records which columns the change set: an event with changes
begins such a group, and a type that only accompanies others (GOES_WITH_ANOTHER) never begins one.
"""

from collections.abc import Iterator

from proof.checker.model.stories import ObservedEvent, ObservedStory

GOES_WITH_ANOTHER = frozenset(
    {
        "case.promised", "case.planned", "case.put_on_agenda", "meeting.moved", "meeting.cancelled",
        "meeting.agenda_sent", "minutes.adjusted",
    }
)  # fmt: skip
BY_CHOICE = frozenset({"chosen", "parked"})  # why a person puts a case on an agenda, for its own sake


def acts_hold_together(story: ObservedStory) -> Iterator[str]:
    """Yield a sentence for each event whose act (`act_seq`) cannot be the one that it was written in."""
    previous = None
    for event in story.events:
        if problem := _problem(event, previous):
            yield f"{story.name}: {event.type} ({event.seq}) {problem}"
        previous = event


def _problem(event: ObservedEvent, previous: ObservedEvent | None) -> str | None:
    """Return what is wrong with the act of this event, given the event before it; None when nothing is."""
    if event.act == event.seq:
        return "stands alone, and goes with another" if _needs_another(event, previous) else None
    if previous is None or previous.act != event.act:
        return f"is of the act {event.act}, of which nothing stands before it"
    if _moment_and_author(previous) != _moment_and_author(event):
        return f"is of the act {event.act}, which was another's"
    return f"is of the act {event.act}, and begins one" if event.changes else None


def _needs_another(event: ObservedEvent, previous: ObservedEvent | None) -> bool:
    if event.type not in GOES_WITH_ANOTHER or event.changes or event.facts.get("why") in BY_CHOICE:
        return False
    return not _is_put_there_later(event, previous)


def _is_put_there_later(event: ObservedEvent, previous: ObservedEvent | None) -> bool:
    """Return whether an agenda was chosen on which the case is, since it has waited for the body for a while."""
    if event.facts.get("why") != "waits" or previous is None:
        return False
    return _moment_and_author(event) != _moment_and_author(previous)


def _moment_and_author(event: ObservedEvent) -> tuple[object, ...]:
    return (event.at, event.actor, event.person_id, event.unit_id, event.tick_id)
