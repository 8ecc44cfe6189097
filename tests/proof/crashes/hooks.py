"""Hooks that make boundaries of what Ventil uses: commits, broker, files. No line of Ventil knows of them."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, tzinfo
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine

from cases.demo.moving_clock import MovingClock
from proof.crashes.boundaries import Boundaries
from workers.queue.broker import OurBroker

LASTING = ("fsync", "rename", "replace", "unlink")  # the calls of the system by which a file becomes lasting
THE_DRIVER = "hypothesis"  # it keeps files of its own, and chooses while the house runs
WALL_CLOCKS = (
    "cases.ladder.sweep.datetime",
    "web.current.datetime",
)  # where Ventil reads this machine's clock


@contextmanager
def watched_commits(engine: Engine, boundaries: Boundaries) -> Iterator[None]:
    """Make each commit of this engine a boundary while the block runs, except those of read-only connections."""
    plain = engine.dialect.do_commit
    watched = boundaries.watched("database: commit", plain)

    def commit(connection: Any) -> None:
        only_read = getattr(connection, "read_only", None)
        (plain if only_read else watched)(connection)

    with patch.object(engine.dialect, "do_commit", commit):
        yield


def watch_messages(broker: OurBroker, boundaries: Boundaries) -> None:
    """Make each message that is sent to the broker a boundary."""
    broker.enqueue = boundaries.watched("broker: send", broker.enqueue)  # type: ignore[method-assign]


@contextmanager
def watched_files(boundaries: Boundaries) -> Iterator[None]:
    """Make each fsync, rename, replace and unlink of Ventil's a boundary while the block runs."""
    with ExitStack() as stack:
        for name in LASTING:
            plain = getattr(os, name)
            act = _but_not_of(THE_DRIVER, plain, boundaries.watched(f"file: {name}", plain))
            stack.enter_context(patch.object(os, name, act))
        yield


def _but_not_of(package: str, plain: Callable[..., Any], watched: Callable[..., Any]) -> Callable[..., Any]:
    def act(*given: Any, **named: Any) -> Any:
        caller = sys._getframe(1).f_globals["__name__"].partition(".")[0]
        return (plain if caller == package else watched)(*given, **named)

    return act


@contextmanager
def wall_clock(clock: MovingClock) -> Iterator[None]:
    """Let Ventil read the moving clock where it reads this machine's, while the block runs."""

    class Wall(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return clock.now.astimezone(tz)

    with ExitStack() as stack:
        for name in WALL_CLOCKS:
            stack.enter_context(patch(name, Wall))
        yield
