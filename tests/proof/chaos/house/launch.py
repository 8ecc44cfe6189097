"""Start one process of Ventil, with a wrong clock or a letter that kills it, where a fault asks for that.

`launch [--ahead SECONDS] [--brittle] MODULE WORDS...` runs the module with these arguments. Its own code is what runs.
"""

import argparse
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

POISON = "poison"  # letters to addresses that begin so end the process that renders them
LOOKS_EVERY = 1.0
KILLED_BY_A_LETTER = 86


def lead_and_launch() -> None:
    """Become the leader of a new process group, make what is to be wrong so, and run the module, by `sys.argv`."""
    os.setsid()
    asked = _asked()
    threading.Thread(target=_end_with, args=[os.getppid()], name="end", daemon=True).start()
    if asked.ahead:
        _shift_the_clock(timedelta(seconds=asked.ahead))
    if asked.brittle:
        _die_of_poison()
    sys.argv = [asked.module, *asked.words]
    runpy.run_module(asked.module, run_name="__main__")


def _end_with(runner: int) -> None:
    """End this process and its children when its parent is gone: no process outlives its run."""
    while os.getppid() == runner:
        time.sleep(LOOKS_EVERY)
    if os.getpgid(0) == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _shift_the_clock(ahead: timedelta) -> None:
    """Let this process see a time that is ahead of the machine's; time.monotonic() stays right."""
    from time_machine import travel

    travel(datetime.now(UTC) + ahead, tick=True).start()


def _die_of_poison() -> None:
    """Let rendering a letter to an address that begins with POISON end the process, as a crash in C code would."""
    from notifications.letters import rendering
    from notifications.sending import preparing

    render: Callable[..., Any] = rendering.render

    def rendered(session: Any, delivery: Any, letterhead: Any) -> Any:
        letter = render(session, delivery, letterhead)
        if letter.to_email.startswith(POISON):
            os._exit(KILLED_BY_A_LETTER)
        return letter

    preparing.__dict__["render"] = rendered


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="launch")
    parser.add_argument("--ahead", type=float, default=0.0)
    parser.add_argument("--brittle", action="store_true")
    parser.add_argument("module")
    parser.add_argument("words", nargs=argparse.REMAINDER)
    return parser.parse_args()
