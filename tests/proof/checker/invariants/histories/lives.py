"""I5: events are numbered without gaps, the version is the last number, and a case's row equals the sum of its events.

The state machine of a case is written here a second time: TRANSITIONS gives for each event type the states in which it
may happen, and the state to which it leads.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from proof.checker.evidence.snapshot import Row, as_moment
from proof.checker.model.stories import ObservedEvent, ObservedStory

AT_WORK = ("assigned", "planned", "in_progress", "waiting")
BEFORE_THE_END = ("received", *AT_WORK)
TRANSITIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "case.assigned": (BEFORE_THE_END, "assigned"),
    "case.sent_back": (("assigned",), "received"),
    "case.planned": (("received", "assigned", "planned", "in_progress"), "planned"),
    "case.started": (("received", "assigned", "planned", "in_progress"), "in_progress"),
    "case.waiting": (BEFORE_THE_END, "waiting"),
    "case.parked": ((*BEFORE_THE_END, "parked"), "parked"),
    "case.taken_up": (("parked",), "received"),
    "case.done": (BEFORE_THE_END, "done"),
    "case.contested": (("done",), "assigned"),
    "case.reopened": (("done", "closed", "declined", "merged"), "assigned"),
    "case.closed": (("done",), "closed"),
    "case.declined": (BEFORE_THE_END, "declined"),
    "case.merged": (BEFORE_THE_END, "merged"),
}
COLUMNS_SET_BY_EVENTS = (
    "kind", "origin", "channel", "responsible_id", "officer_id", "group_id", "category_id", "place_id", "policy_id",
    "due_at", "next_at", "cycle", "rung", "rung_at", "life_due_at", "life_cycle", "life_rung", "life_at", "raised_on",
    "statutory_due_at", "statutory_cycle", "statutory_rung", "statutory_at", "promised_on", "promise_breaks_at",
    "waiting_for", "waiting_unit_id", "waiting_from", "waiting_from_due_at", "merged_into_id", "duty_on",
    "duty_first_on", "every_months", "obligation", "subject", "contact_id", "perspective", "quick_win",
    "published_at", "highest_rung", "ended_at", "unread_reply", "junk_since",
)  # fmt: skip
SENT_BACK = "case.sent_back"


def history_adds_up(story: ObservedStory) -> Iterator[str]:
    """Yield gaps in the numbers, steps that the state machine forbids, and columns that the events contradict."""
    yield from _gaps(story)
    if story.owner is None:
        yield f"{story.name}: events of a case that is not there"
    elif not story.events:
        yield from [f"{story.name}: a case without a history"] if story.is_of_a_case else []
    else:
        yield from _wrong_version(story, story.owner)
        yield from _wrong_case(story, story.owner) if story.is_of_a_case else ()


def _wrong_version(story: ObservedStory, owner: Row) -> Iterator[str]:
    last = story.events[-1].seq
    if owner["version"] != last:
        yield f"{story.name}: has version {owner['version']}, its last event is {last}"


def _wrong_case(story: ObservedStory, case: Row) -> Iterator[str]:
    yield from _wrong_steps(story, case)
    yield from _differing(story, case)


def _gaps(story: ObservedStory) -> Iterator[str]:
    for expected, event in enumerate(story.events, 1):
        if event.seq != expected:
            yield f"{story.name}: event {expected} is missing"
            return


def _wrong_steps(story: ObservedStory, case: Row) -> Iterator[str]:
    state = None
    for event in story.events:
        next_state = _state_after(state, event)
        if next_state is None:
            yield f"{story.name}: {event.type} ({event.seq}) cannot follow upon {state}"
            return
        state = next_state
    if state != case["state"]:
        yield f"{story.name}: is {case['state']}, its events lead to {state}"


def _state_after(state: str | None, event: ObservedEvent) -> str | None:
    """Return the state after the event; None when the event cannot happen in this state."""
    if state is None or event.type == "case.received":
        return "received" if state is None and event.type == "case.received" else None
    if event.type == "case.answered":
        return str(event.facts["to"]) if state == "waiting" else None
    sources, to = TRANSITIONS.get(event.type, ((state,), state))
    return to if state in sources else None


def _differing(story: ObservedStory, case: Row) -> Iterator[str]:
    columns: dict[str, Any] = {}
    for event in story.events:
        columns |= event.changes
    for name in COLUMNS_SET_BY_EVENTS:
        if (case[name] is not None or name in columns) and not _is_same(case[name], columns.get(name)):
            yield f"{story.name}: {name} is {_plain(case[name])}, its events add up to {columns.get(name)}"
    sent_back = sum(event.type == SENT_BACK for event in story.events)
    if case["sent_back_count"] != sent_back:
        yield f"{story.name}: was sent back {sent_back} times, and says {case['sent_back_count']}"


def _is_same(column: Any, recorded: Any) -> bool:
    if isinstance(recorded, bool):
        return bool(column) is recorded
    if isinstance(recorded, str) and len(recorded) > 10 and recorded[10] == "T":
        return as_moment(column) == as_moment(recorded)
    return str(_plain(column)) == str(recorded)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
