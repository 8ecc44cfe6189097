"""Gathering: many acts in one transaction are written with few statements, and what they look up is found once.

An import replays thousands of acts. Inside `gathered` an entry is numbered and chained at once and written at the end
with all others; units, policies and names are remembered, and so is the last reference of each year.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.orm import Session

GATHERING = "gathering"
Found = TypeVar("Found")


@dataclass
class Gathering:
    """What a session has put off, and what it remembers."""

    entries: list[Any] = field(default_factory=list)  # of `cases.history`: numbered, to be written at the end
    references: dict[int, int] = field(default_factory=dict)  # year -> the last number given out
    memory: dict[Hashable, Any] = field(default_factory=dict)


def gathering_of(session: Session) -> Gathering | None:
    """Give what the session gathers; None when it writes as it goes."""
    found: Gathering | None = session.info.get(GATHERING)
    return found


@contextmanager
def gathered(session: Session) -> Iterator[Gathering]:
    """Put off what is written until the block ends. Nothing may read what the block writes."""
    gathering = session.info[GATHERING] = Gathering()
    try:
        yield gathering
    finally:
        del session.info[GATHERING]


def remembered(session: Session, key: Hashable, find: Callable[[], Found]) -> Found:
    """Give what `find` finds, once in a session that gathers; there it must not change meanwhile."""
    gathering = gathering_of(session)
    if gathering is None:
        return find()
    if key not in gathering.memory:
        gathering.memory[key] = find()
    kept: Found = gathering.memory[key]
    return kept
