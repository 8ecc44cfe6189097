"""I5: numbers without gaps, the version is the last of them, and the case is what its events add up to.

The life of a case is written down here a second time, from section 4 of the design: which event leads from where to
where, and what it says of the unit that is responsible.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from proof.checker.evidence.snapshot import Row, as_moment
from proof.checker.model.stories import ObservedEvent, ObservedStory

AT_WORK = ("assigned", "planned", "in_progress", "waiting")
BEFORE_THE_END = ("received", *AT_WORK)
LEADS: dict[str, tuple[tuple[str, ...], str]] = {
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
TOLD_BY_EVENTS = (
    "kind", "origin", "channel", "responsible_id", "officer_id", "group_id", "category_id", "place_id", "policy_id",
    "due_at", "next_at", "cycle", "rung", "rung_at", "life_due_at", "life_cycle", "life_rung", "life_at", "raised_on",
    "statutory_due_at", "statutory_cycle", "statutory_rung", "statutory_at", "promised_on", "promise_breaks_at",
    "waiting_for", "waiting_unit_id", "waiting_from", "waiting_from_due_at", "merged_into_id", "duty_on",
    "every_months", "quick_win", "published_at", "highest_rung", "ended_at",
)  # fmt: skip
COUNTED_AS_SENT_BACK = "case.sent_back"


def numbers_and_states(story: ObservedStory) -> Iterator[str]:
    """Give what is wrong with the story's numbers, its steps, and with the case that it should add up to."""
    yield from _gaps(story)
    if story.owner is None:
        yield f"{story.name}: events of a case that is not there"
    elif not story.events:
        yield from [f"{story.name}: a case without a history"] if story.is_of_a_case else []
    else:
        yield from _wrong_version(story, story.owner)
        yield from _not_its_life(story, story.owner) if story.is_of_a_case else ()


def _wrong_version(story: ObservedStory, owner: Row) -> Iterator[str]:
    last = story.events[-1].seq
    if owner["version"] != last:
        yield f"{story.name}: has version {owner['version']}, its last event is {last}"


def _not_its_life(story: ObservedStory, case: Row) -> Iterator[str]:
    yield from _wrong_steps(story, case)
    yield from _differing(story, case)


def _gaps(story: ObservedStory) -> Iterator[str]:
    for expected, happened in enumerate(story.events, 1):
        if happened.seq != expected:
            yield f"{story.name}: event {expected} is missing"
            return


def _wrong_steps(story: ObservedStory, case: Row) -> Iterator[str]:
    state = None
    for happened in story.events:
        reached = _reached(state, happened)
        if reached is None:
            yield f"{story.name}: {happened.type} ({happened.seq}) cannot follow upon {state}"
            return
        state = reached
    if state != case["state"]:
        yield f"{story.name}: is {case['state']}, its events lead to {state}"


def _reached(state: str | None, happened: ObservedEvent) -> str | None:
    """Give the state after the event; None when it cannot happen in this one."""
    if state is None or happened.type == "case.received":
        return "received" if state is None and happened.type == "case.received" else None
    if happened.type == "case.answered":
        return str(happened.facts["to"]) if state == "waiting" else None
    sources, to = LEADS.get(happened.type, ((state,), state))
    return to if state in sources else None


def _differing(story: ObservedStory, case: Row) -> Iterator[str]:
    added: dict[str, Any] = {}
    for happened in story.events:
        added |= happened.changes
    for name in TOLD_BY_EVENTS:
        if (case[name] is not None or name in added) and not _is_same(case[name], added.get(name)):
            yield f"{story.name}: {name} is {_plain(case[name])}, its events add up to {added.get(name)}"
    sent_back = sum(happened.type == COUNTED_AS_SENT_BACK for happened in story.events)
    if case["sent_back_count"] != sent_back:
        yield f"{story.name}: was sent back {sent_back} times, and says {case['sent_back_count']}"


def _is_same(column: Any, told: Any) -> bool:
    if isinstance(told, bool):
        return bool(column) is told
    if isinstance(told, str) and len(told) > 10 and told[10] == "T":
        return as_moment(column) == as_moment(told)
    return str(_plain(column)) == str(told)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
