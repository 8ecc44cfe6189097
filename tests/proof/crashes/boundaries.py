"""Boundaries: the places where something of the house becomes lasting, and the crash that can be put beside each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from traceback import walk_stack
from typing import ParamSpec, TypeVar

Place = tuple[tuple[str, int], ...]  # function and line of each caller, the innermost first
Given = ParamSpec("Given")
Gives = TypeVar("Gives")


class Crash(BaseException):
    """The process dies here. It is no `Exception`, so that nothing in the house may catch it and go on."""


class BoundarySide(StrEnum):
    """On which side of a boundary a process dies: it has not become lasting yet, or nobody heard that it has."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Point:
    """One place to die at: the number of the boundary, from 1, and the side of it."""

    number: int
    side: BoundarySide

    def __str__(self) -> str:
        return f"{self.side} {self.number}"


@dataclass
class Boundaries:
    """The boundaries that one process crosses, in order, and the point at which it dies, if it is to."""

    dies_at: Point | None = None
    crossed: list[str] = field(default_factory=list)  # and come to: the last one, where the process died before it
    places: list[Place] = field(default_factory=list)  # of the code, from which each was crossed
    is_dead: bool = False

    @contextmanager
    def crossing(self, what: str) -> Iterator[None]:
        """Cross a boundary; `Crash` beside the one where the process dies, and at every one that it comes to dead."""
        if self.is_dead:
            raise Crash(what)
        self.crossed.append(what)
        self.places.append(_place())
        number = len(self.crossed)
        self._die_at(Point(number, BoundarySide.BEFORE))
        yield
        self._die_at(Point(number, BoundarySide.AFTER))

    def watched(self, what: str, act: Callable[Given, Gives]) -> Callable[Given, Gives]:
        """Give the act as one that crosses a boundary each time."""

        @wraps(act)
        def crossing(*given: Given.args, **named: Given.kwargs) -> Gives:
            with self.crossing(what):
                return act(*given, **named)

        return crossing

    def lasting(self, kinds: tuple[str, ...]) -> list[str]:
        """Give those of these kinds that were crossed, in order."""
        came_back = self.crossed[: -1 if self.dies_at and self.dies_at.side is BoundarySide.BEFORE else None]
        return [what for what in came_back if what in kinds]

    def _die_at(self, point: Point) -> None:
        if point == self.dies_at:
            self.is_dead = True
            raise Crash(f"{point}: {self.crossed[-1]}")


def _place() -> Place:
    return tuple((frame.f_code.co_qualname, line) for frame, line in walk_stack(None))
