"""Gathering: many acts in one transaction are written with few statements, and what they look up is found once.

An import replays thousands of acts. Inside `gathered` an entry is numbered and chained at once and written at the end
with all others, and so are new cases and their reporters, which get their ids at once; units, policies and names are
remembered, and so is the last reference of each year.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from cases.database import Base
from cases.records.bulk import fresh_ids

GATHERING = "gathering"
Found = TypeVar("Found")


@dataclass
class Gathering:
    """What a session has put off, and what it remembers."""

    entries: list[Any] = field(default_factory=list)  # of `cases.records.history`: numbered, to be written at the end
    references: dict[int, int] = field(default_factory=dict)  # year -> the last number given out
    memory: dict[Hashable, Any] = field(default_factory=dict)
    rows: dict[type[Base], list[Base]] = field(default_factory=dict)  # new ones, to be inserted at the end
    ids: dict[type[Base], Iterator[int]] = field(default_factory=dict)


def gathering_of(session: Session) -> Gathering | None:
    """Give what the session gathers; None when it writes as it goes."""
    found: Gathering | None = session.info.get(GATHERING)
    return found


@contextmanager
def gathered(session: Session, memory: dict[Hashable, Any] | None = None) -> Iterator[Gathering]:
    """Put off what is written until the block ends. Nothing may read what the block writes.

    `memory` is what earlier blocks have found, if that still holds.
    """
    gathering = session.info[GATHERING] = Gathering(memory={} if memory is None else memory)
    try:
        yield gathering
    finally:
        del session.info[GATHERING]


def add_new(session: Session, row: Base) -> None:
    """Add a new row; in a session that gathers it has its id from here on."""
    gathering = gathering_of(session)
    if gathering is None:
        session.add(row)
        return
    model = type(row)
    if model not in gathering.ids:
        gathering.ids[model] = fresh_ids(session, model)
    row.id = next(gathering.ids[model])  # type: ignore[attr-defined]
    gathering.rows.setdefault(model, []).append(row)


def remembered(session: Session, key: Hashable, find: Callable[[], Found]) -> Found:
    """Give what `find` finds, once in a session that gathers; there it must not change meanwhile."""
    gathering = gathering_of(session)
    if gathering is None:
        return find()
    if key not in gathering.memory:
        gathering.memory[key] = find()
    kept: Found = gathering.memory[key]
    return kept
