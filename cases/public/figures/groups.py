"""What a figure is about: a group of cases by year, unit, topic and place; and the figures that there are."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from cases.states import State

ALL = "*"  # stands for every year, unit, topic or place; no slug looks like it
NOT_GIVEN = ""  # stands for the cases without a topic, a place, or a perspective
MOST_NARROWED = 2  # three of unit, topic and place together leave groups too small to tell of
Members = Mapping[str, Sequence[str]]  # by dimension: the years, and the slugs of units, topics, places, perspectives
YEARS = ("year", "ended")  # the dimensions of time: of receipt, and of the end; a group has at most one of them


class CaseGroup(NamedTuple):
    """The cases received in this year, of this unit, topic, place and perspective (slugs): all that are not `ALL`.

    The unit is the one that is responsible now or was when the case ended. With `ended`, a year, the group holds those
    that have ended in that year, whenever they were received.
    """

    year: str = ALL
    unit: str = ALL
    topic: str = ALL
    place: str = ALL
    ended: str = ALL
    perspective: str = ALL

    @property
    def all_of_it(self) -> "Figure":
        """The figure that counts all cases of the group."""
        return Figure.RECEIVED if self.ended == ALL else Figure.ENDED

    @property
    def figures(self) -> tuple["Figure", ...]:
        """The figures that are told of the group."""
        return tuple(Figure) if self.ended == ALL else OF_ENDED

    @property
    def sums(self) -> tuple[tuple["Figure", tuple["Figure", ...]], ...]:
        """The figures of the group that are the sum of others, each with these."""
        return (ENDED_IS,) if self.ended != ALL else ((Figure.RECEIVED, PARTS), ENDED_IS, RECEIVED_IS)

    @property
    def narrowed(self) -> int:
        """By how many of unit, topic, place and perspective the group is narrowed: 0 for the whole municipality."""
        return sum(getattr(self, name) != ALL for name in ("unit", "topic", "place", "perspective"))

    @property
    def is_too_narrow(self) -> bool:
        """Whether nothing is told of the group, however many cases it has. A perspective is told by itself alone."""
        return self.narrowed > (MOST_NARROWED if self.perspective == ALL else 1)

    def within(self, dimension: str, member: str) -> "CaseGroup":
        """Return the group narrowed by a dimension, such as "place", to one of its members."""
        return self._replace(**{dimension: member})


class Figure(StrEnum):
    """The counts that are told of a group. All but the first are of those received; late ones are in two counts.

    `ENDED` is the sum of those that are done, declined and merged.
    """

    RECEIVED = "received"
    WITH_DESK = "with_desk"
    UNDER_WAY = "under_way"
    PARKED = "parked"
    DONE = "done"
    DECLINED = "declined"
    MERGED = "merged"
    ENDED = "ended"
    LATE = "late"


class Span(StrEnum):
    """What is measured in days from receipt: until the first answer, and until the end."""

    FIRST_ANSWER = "first_answer"
    END = "end"


FIGURE_OF: Mapping[State, Figure] = {
    State.RECEIVED: Figure.WITH_DESK,
    State.ASSIGNED: Figure.UNDER_WAY,
    State.PLANNED: Figure.UNDER_WAY,
    State.IN_PROGRESS: Figure.UNDER_WAY,
    State.WAITING: Figure.UNDER_WAY,
    State.PARKED: Figure.PARKED,
    State.DONE: Figure.DONE,
    State.CLOSED: Figure.DONE,
    State.DECLINED: Figure.DECLINED,
    State.MERGED: Figure.MERGED,
}
PARTS = tuple(dict.fromkeys(FIGURE_OF.values()))  # each case is in exactly one of them
HAS_ENDED = (Figure.DONE, Figure.DECLINED, Figure.MERGED)
ENDED_IS = (Figure.ENDED, HAS_ENDED)
RECEIVED_IS = (Figure.RECEIVED, (*(part for part in PARTS if part not in HAS_ENDED), Figure.ENDED))
OF_RECEIVED = tuple(figure for figure in Figure if figure is not Figure.ENDED)  # as pages show them
OF_ENDED = (Figure.ENDED, *HAS_ENDED)

Key = tuple[CaseGroup, Figure]  # which count: the figure of the group
