"""Processes of the house for tests: worker, relay and clock on real servers, to be killed at any moment."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = "import sys; from cases.settings import read_settings; from workers.processes import running; \
getattr(running, 'run_' + sys.argv[1])(read_settings())"


@dataclass
class Processes:
    """What runs, by name. `environment` is what a Procfile runner would give each of them."""

    environment: dict[str, str]
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Start each of "worker", "relay" and "clock" that is named; a number makes it another one: "worker 2"."""
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-c", PROGRAM, name.partition(" ")[0]],
                    env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.environment},
                    cwd=self.folder,
                    stdout=log,
                    stderr=log,
                )

    def kill(self, name: str) -> None:
        """End it without any good-bye."""
        self.end(name, signal.SIGKILL)

    def end(self, name: str, sign: signal.Signals = signal.SIGTERM, patience: float = 30) -> int:
        """End it; give its exit code."""
        process = self.running.pop(name)
        process.send_signal(sign)
        return process.wait(patience)

    def said(self, name: str) -> str:
        """Give what it has written."""
        return (self.folder / f"{name}.log").read_text()


@contextmanager
def house_processes(environment: dict[str, str], folder: Path) -> Iterator[Processes]:
    """Give processes, and end those that still run."""
    processes = Processes(environment, folder)
    yield processes
    for name in list(processes.running):
        processes.kill(name)
