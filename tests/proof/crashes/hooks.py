"""Hooks that make boundaries of what Ventil uses: commits, broker, files. No line of Ventil knows of them."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, tzinfo
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine

from cases.demo.moving_clock import MovingClock
from proof.crashes.boundaries import Boundaries
from workers.queue.broker import OurBroker

LASTING = ("fsync", "rename", "replace", "unlink")  # the calls of the system by which a file becomes lasting
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
    """Make each fsync, rename, replace and unlink a boundary while the block runs."""
    with ExitStack() as stack:
        for name in LASTING:
            act = boundaries.watched(f"file: {name}", getattr(os, name))
            stack.enter_context(patch.object(os, name, act))
        yield


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
