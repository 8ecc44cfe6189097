"""Striking: each fault of the schedule at its time, and the times in which it may have shown."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from proof.chaos.faults.fault import Fault, FaultScene
from proof.chaos.faults.schedule import Planned
from proof.checker import Window

BEFORE, AFTER = timedelta(seconds=3), timedelta(seconds=6)
PATIENCE = 90.0


@dataclass
class Struck:
    """What was done to the house."""

    windows: list[Window] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # faults that could not be made: their own ground was away


def strike(scene: FaultScene, deck: Mapping[str, Fault], planned: Sequence[Planned]) -> Struck:
    """Let every planned fault happen, and return when all are over, or should have been long ago."""
    struck, start = Struck(), time.monotonic()
    threads = [
        threading.Thread(target=_one, args=(scene, deck[one.name], one, start, struck), name=one.name, daemon=True)
        for one in planned
    ]
    for thread in threads:
        thread.start()
    end = start + max((one.ends for one in planned), default=0.0) + PATIENCE
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    struck.failed += [f"{thread.name}: it came to no end" for thread in threads if thread.is_alive()]
    return struck


def _one(scene: FaultScene, fault: Fault, planned: Planned, start: float, struck: Struck) -> None:
    time.sleep(max(0.0, start + planned.at - time.monotonic()))
    begun = datetime.now(UTC)
    try:
        with fault.act(scene, planned.which):
            time.sleep(planned.lasts)
        struck.names.append(planned.name)
    except Exception as error:  # another fault was in the way: it is told, and the run goes on
        struck.failed.append(f"{planned.name}: {type(error).__name__}: {error}")
    struck.windows.append(Window(planned.name, begun - BEFORE, datetime.now(UTC) + AFTER))
