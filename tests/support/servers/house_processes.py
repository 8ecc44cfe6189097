"""Worker, relay and clock as real processes for tests, to be killed at any moment."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.servers.forked_process import ForkedProcess, run_ventil


@dataclass
class Processes:
    """The processes that run, by name. `environment` is what a Procfile runner would give each of them."""

    environment: dict[str, str]
    folder: Path
    running: dict[str, ForkedProcess] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Start the processes of these names: "worker", "relay", "clock"; "worker 2" is a second worker."""
        for name in names:
            environment = {"PATH": os.environ["PATH"], **self.environment}
            log = self.folder / f"{name}.log"
            words = ["ventil", name.partition(" ")[0]]
            self.running[name] = ForkedProcess(run_ventil, words, environment, self.folder, log)

    def kill(self, name: str) -> None:
        """Kill the process with SIGKILL."""
        self.end(name, signal.SIGKILL)

    def end(self, name: str, sign: signal.Signals = signal.SIGTERM, patience: float = 30) -> int:
        """Send the process a signal; return its exit code."""
        process = self.running.pop(name)
        process.send_signal(sign)
        return process.wait(patience)

    def said(self, name: str) -> str:
        """Return the process's log."""
        return (self.folder / f"{name}.log").read_text()


@contextmanager
def house_processes(environment: dict[str, str], folder: Path) -> Iterator[Processes]:
    """Yield a set of processes, none of which runs yet; kill those that still run when the block ends."""
    processes = Processes(environment, folder)
    yield processes
    for name in list(processes.running):
        processes.kill(name)
