"""Items of a plan in plain words: how far each has come, when it is to be done, and in which order they are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.states import State
from cases.village.plans.becoming_cases import AT_WORK
from cases.village.plans.due_days import last_day
from cases.village.plans.reading.shown import AreaShown, PlanItemShown
from cases.village.showing.tallies import ItemStanding, standing_of
from web.current import current
from web.language.dates import day_words
from web.language.gettext import gettext
from web.language.village.plan_words import ITEM_KINDS
from web.language.village.village_words import STANDING_COLOURS, STANDING_NAMES

LATE, NO_ANSWER = "late", "no_answer"
PROGRESS: dict[str, LazyString] = {
    State.DONE: _l("Done"),
    State.CLOSED: _l("Done"),
    State.IN_PROGRESS: STANDING_NAMES[ItemStanding.UNDER_WAY],
    State.PLANNED: STANDING_NAMES[ItemStanding.PLANNED],
    State.RECEIVED: _l("Passed on"),
    State.ASSIGNED: _l("Passed on"),
    State.WAITING: _l("Waiting"),
    State.PARKED: _l("Resting"),
    State.DECLINED: _l("Comes to nothing"),
    State.MERGED: _l("Joined with another"),
    LATE: STANDING_NAMES[ItemStanding.LATE],
    NO_ANSWER: _l("The answer is late"),
}
QUARTERS = {1: _l("January–March"), 2: _l("April–June"), 3: _l("July–September"), 4: _l("October–December")}
TO_FINISH = frozenset({State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.WAITING})


@dataclass(frozen=True)
class AreaOfPlan:
    """One area of a plan with its items, by who does the work: the group's own ones first."""

    area: AreaShown
    kinds: tuple[tuple[str, tuple[PlanItemShown, ...]], ...]


def areas_of(areas: Iterable[AreaShown], items: Iterable[PlanItemShown]) -> list[AreaOfPlan]:
    """Return the areas by rank, with their items by kind."""
    listed = list(items)
    return [AreaOfPlan(area, _by_kind([item for item in listed if item.area == area.rank])) for area in areas]


def _by_kind(items: list[PlanItemShown]) -> tuple[tuple[str, tuple[PlanItemShown, ...]], ...]:
    kinds = [(str(words), tuple(item for item in items if item.kind is kind)) for kind, words in ITEM_KINDS.items()]
    return tuple((words, found) for words, found in kinds if found)


def progress_words(item: PlanItemShown) -> tuple[str, str]:
    """Return in plain words how far the item has come, and the colour of that; both "" for one without a case.

    The colour is that of the item's part of the bar above.
    """
    if item.state is None:
        return "", ""
    stands = LATE if item.is_late else NO_ANSWER if item.answer_is_late else item.state
    return str(PROGRESS[stands]), STANDING_COLOURS[standing_of(item)]


def time_words(item: PlanItemShown) -> str:
    """Return when the item is to be done, such as "2027, April–June"; "" when that is not said."""
    if item.year is None or item.quarter is None:
        return str(item.year or "")
    return gettext("%(year)s, %(quarter)s", year=item.year, quarter=str(QUARTERS[item.quarter]))


def planned_words(item: PlanItemShown) -> str:
    """Return when the item is to be done: by its case, and by the plan too when the case has another day by now."""
    written, day = time_words(item), item.due_on
    if not written or day is None or item.state not in AT_WORK or _is_time_of(item, day):
        return written
    if item.is_late:
        return gettext("in the plan: %(time)s", time=written)
    return gettext("now by %(day)s, in the plan: %(time)s", day=day_words(day), time=written)


def has_passed(item: PlanItemShown, today: date) -> bool:
    """Return whether the time that the plan has for this item is over, though it is not done."""
    is_open = item.done_on is None and item.year is not None
    return is_open and last_day(item.year or 0, item.quarter, current().database.calendar) < today


def _is_time_of(item: PlanItemShown, day: date) -> bool:
    return day == last_day(item.year or 0, item.quarter, current().database.calendar)


def may_be_put_right(item: PlanItemShown, unit: str, *, by_contact: bool) -> bool:
    """Return whether whoever writes the plan of the group `unit` may put right what was told of a done item."""
    return item.case is not None and item.done_on is not None and (item.responsible == unit or by_contact)


def may_be_finished(item: PlanItemShown, unit: str, *, by_contact: bool) -> bool:
    """Return whether whoever writes the plan of the group `unit` may say that the item is done, with its case.

    The group says so of what it has itself; the contact person of every item.
    """
    is_theirs = item.responsible == unit or by_contact
    return item.case is not None and item.state in TO_FINISH and is_theirs
