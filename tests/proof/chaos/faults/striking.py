"""Making the faults of a schedule, each at its time and in a thread of its own."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from proof.chaos.faults.fault import Fault, FaultScene
from proof.chaos.faults.schedule import Planned
from proof.checker import Window

BEFORE, AFTER = timedelta(seconds=3), timedelta(seconds=6)  # added to the time in which a fault may show
PATIENCE = 90.0


@dataclass
class StruckFaults:
    """The faults that were made: their names, and the times in which their effects may show."""

    windows: list[Window] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # why others could not be made: what they strike was down


def strike(scene: FaultScene, deck: Mapping[str, Fault], planned: Sequence[Planned]) -> StruckFaults:
    """Make every planned fault; return when all are over, or 90 seconds after they should have been."""
    struck, start = StruckFaults(), time.monotonic()
    threads = [
        threading.Thread(
            target=_strike_one, args=(scene, deck[fault.name], fault, start, struck), name=fault.name, daemon=True
        )
        for fault in planned
    ]
    for thread in threads:
        thread.start()
    end = start + max((fault.ends for fault in planned), default=0.0) + PATIENCE
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    struck.failed += [f"{thread.name}: it came to no end" for thread in threads if thread.is_alive()]
    return struck


def _strike_one(scene: FaultScene, fault: Fault, planned: Planned, start: float, struck: StruckFaults) -> None:
    time.sleep(max(0.0, start + planned.at - time.monotonic()))
    begun = datetime.now(UTC)
    try:
        with fault.act(scene, planned.which):
            time.sleep(planned.lasts)
        struck.names.append(planned.name)
    except Exception as error:  # another fault was in the way: reported, and the run goes on
        struck.failed.append(f"{planned.name}: {type(error).__name__}: {error}")
    if fault.far_from_letters:
        return
    struck.windows.append(Window(planned.name, begun - BEFORE, datetime.now(UTC) + AFTER))
