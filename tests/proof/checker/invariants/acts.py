"""I5: the events of an act stand together, and no other event stands among them.

An act is one moment, one who acted and one sweep; only its first event says what the act has changed. So an event that
only ever goes with another never begins an act, and one that says what has changed always does.
"""

from collections.abc import Iterator

from proof.checker.model.stories import ObservedEvent, ObservedStory

GOES_WITH_ANOTHER = frozenset({"case.promised", "case.planned", "case.put_on_agenda"})


def acts_hold_together(story: ObservedStory) -> Iterator[str]:
    """Return a sentence for each event that names an act to which it cannot belong."""
    before = None
    for happened in story.events:
        if wrong := _wrong(happened, before):
            yield f"{story.name}: {happened.type} ({happened.seq}) {wrong}"
        before = happened


def _wrong(happened: ObservedEvent, before: ObservedEvent | None) -> str | None:
    """Return what is wrong with the act of this event, by the event before it; None when it may be so."""
    if happened.act == happened.seq:
        return "stands alone, and goes with another" if _needs_another(happened) else None
    if before is None or before.act != happened.act:
        return f"is of the act {happened.act}, of which nothing stands before it"
    if _who_and_when(before) != _who_and_when(happened):
        return f"is of the act {happened.act}, which was another's"
    return f"is of the act {happened.act}, and begins one" if happened.changes else None


def _needs_another(happened: ObservedEvent) -> bool:
    is_chosen = happened.facts.get("why") == "chosen"  # by a person, for its own sake
    return happened.type in GOES_WITH_ANOTHER and not happened.changes and not is_chosen


def _who_and_when(happened: ObservedEvent) -> tuple[object, ...]:
    return (happened.at, happened.actor, happened.person_id, happened.tick_id)
