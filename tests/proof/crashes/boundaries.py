"""Boundaries: the calls after which something is lasting (commit, fsync, DATA), and the crash beside one of them."""

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
    """The process dies here. No `Exception`, so that no `except Exception` in Ventil catches it and goes on."""


class BoundarySide(StrEnum):
    """The side of a boundary on which a process dies: before the call is made, or after it, before it returns."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Point:
    """Where a process is to die: at the boundary of this number in the process, from 1, and on which side of it."""

    number: int
    side: BoundarySide

    def __str__(self) -> str:
        return f"{self.side} {self.number}"


@dataclass
class Boundaries:
    """The boundaries that one process has passed, in order, and the point at which it is to die, if any."""

    dies_at: Point | None = None
    crossed: list[str] = field(default_factory=list)  # names; at the last one the process may have died before the call
    places: list[Place] = field(default_factory=list)  # the call stack at each
    is_dead: bool = False

    @contextmanager
    def crossing(self, what: str) -> Iterator[None]:
        """Run the block as a boundary; raises `Crash` beside the one to die at, and at every later one."""
        if self.is_dead:
            raise Crash(what)
        self.crossed.append(what)
        self.places.append(_place())
        number = len(self.crossed)
        self._die_at(Point(number, BoundarySide.BEFORE))
        yield
        self._die_at(Point(number, BoundarySide.AFTER))

    def watched(self, what: str, act: Callable[Given, Gives]) -> Callable[Given, Gives]:
        """Return the function, made a boundary of this name at each call."""

        @wraps(act)
        def crossing(*given: Given.args, **named: Given.kwargs) -> Gives:
            with self.crossing(what):
                return act(*given, **named)

        return crossing

    def lasting(self, kinds: tuple[str, ...]) -> list[str]:
        """Return the names of the crossed boundaries that are among `kinds`, in order."""
        came_back = self.crossed[: -1 if self.dies_at and self.dies_at.side is BoundarySide.BEFORE else None]
        return [what for what in came_back if what in kinds]

    def _die_at(self, point: Point) -> None:
        if point == self.dies_at:
            self.is_dead = True
            raise Crash(f"{point}: {self.crossed[-1]}")


def _place() -> Place:
    return tuple((frame.f_code.co_qualname, line) for frame, line in walk_stack(None))
