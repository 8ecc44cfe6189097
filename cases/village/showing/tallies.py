"""Tallies: how many items of a plan are done, under way, planned, late, or resting."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cases.states import State
from cases.village.plans.reading.shown import PlanItemShown


class ItemStanding(StrEnum):
    """How an item of a plan stands, in the order in which it is told."""

    DONE = "done"
    UNDER_WAY = "under_way"
    PLANNED = "planned"
    LATE = "late"
    RESTING = "resting"  # on hold, or ended without being done


STANDINGS = {
    State.RECEIVED: ItemStanding.PLANNED,
    State.ASSIGNED: ItemStanding.PLANNED,
    State.PLANNED: ItemStanding.PLANNED,
    State.IN_PROGRESS: ItemStanding.UNDER_WAY,
    State.WAITING: ItemStanding.UNDER_WAY,
    State.DONE: ItemStanding.DONE,
    State.CLOSED: ItemStanding.DONE,
    State.PARKED: ItemStanding.RESTING,
    State.DECLINED: ItemStanding.RESTING,
    State.MERGED: ItemStanding.RESTING,
}


@dataclass(frozen=True)
class PlanTally:
    """How many items stand how; all of them together are `total`."""

    counts: Counter[ItemStanding] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """The number of items."""
        return self.counts.total()

    @property
    def done(self) -> int:
        """The number of items that are done."""
        return self.counts[ItemStanding.DONE]

    @property
    def late(self) -> int:
        """The number of items that are late."""
        return self.counts[ItemStanding.LATE]

    @property
    def percent_done(self) -> int:
        """The share of the items that are done, rounded to whole percent; 100 only when all are, 0 without items."""
        if self.done == self.total:
            return 100 if self.total else 0
        return min((200 * self.done + self.total) // (2 * self.total), 99)

    def parts(self) -> list[tuple[ItemStanding, int, float, float]]:
        """Return (standing, count, left edge, width) of each standing that occurs; the edges are in percent."""
        found, before = [], 0
        for standing in ItemStanding:
            if count := self.counts[standing]:
                found.append((standing, count, 100 * before / self.total, 100 * count / self.total))
                before += count
        return found


def standing(state: State | None, *, is_late: bool) -> ItemStanding:
    """Return how an item stands whose case is in this state."""
    if is_late:
        return ItemStanding.LATE
    return STANDINGS[state] if state is not None else ItemStanding.PLANNED


def standing_of(item: PlanItemShown) -> ItemStanding:
    """Return how this item stands."""
    return standing(item.state, is_late=item.is_late)


def tally(items: Iterable[PlanItemShown]) -> PlanTally:
    """Return how many of these items stand how."""
    return PlanTally(Counter(standing_of(item) for item in items))
