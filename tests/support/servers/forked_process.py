"""Processes of Ventil, forked from one that has imported it: importing is most of the work of a start.

Starting `ventil` as its users do is tested by tests/trips/test_procfile.py, tests/workers/commands and the guard of
the wheel.
"""

import contextlib
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory

IMPORTED = ["ventil", "web.serving", "workers.processes.embedded", "workers.processes.running"]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(IMPORTED)
ONE_AT_A_TIME = threading.Lock()  # two threads that ask for an exit code at once would read it in halves
LOOKS_EVERY = 0.1  # seconds, when another thread has read the end

Output = Path | Connection


class ForkedProcess:
    """A process that runs a function; it is waited for and ended like a `subprocess.Popen`."""

    def __init__(
        self, main: Callable[[], int | None], words: Sequence[str], environment: Mapping[str, str], folder: Path,
        *outputs: Output,
    ) -> None:  # fmt: skip
        """Run `main` in this folder with these words as `sys.argv`; it returns the exit code.

        Standard output goes to the first of `outputs`, standard error to the last: added to a file, or into a pipe.
        """
        for output in outputs:
            if isinstance(output, Path):
                output.touch()
        self._process = FORKS.Process(target=_run, args=(main, words, dict(environment), folder, outputs))
        with ONE_AT_A_TIME:
            self._process.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for the signal that ended it; None while it runs."""
        with ONE_AT_A_TIME:
            return self._process.exitcode

    def poll(self) -> int | None:
        """Return `returncode`."""
        return self.returncode

    def wait(self, timeout: float = math.inf) -> int:
        """Return the exit code when it has ended; `subprocess.TimeoutExpired` after so many seconds."""
        end = time.monotonic() + timeout
        while (code := self.returncode) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            wait([self._process.sentinel], LOOKS_EVERY)
        return code

    def send_signal(self, sign: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sign)

    def terminate(self) -> None:
        """Send it SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send it SIGKILL."""
        self.send_signal(signal.SIGKILL)


@dataclass(frozen=True)
class Finished:
    """A process that has ended: its exit code, and what it wrote to standard output and standard error."""

    code: int
    output: str
    errors: str


def run_to_its_end(
    main: Callable[[], int | None], words: Sequence[str], environment: Mapping[str, str], folder: Path, *,
    patience: float,
) -> Finished:  # fmt: skip
    """Run `main` as `ForkedProcess` does and wait for its end; kill it, and raise, after `patience` seconds."""
    with TemporaryDirectory() as written:
        output, errors = (Path(written, name) for name in ("output", "errors"))
        process = ForkedProcess(main, words, environment, folder, output, errors)
        try:
            code = process.wait(patience)
        finally:
            process.kill()
        return Finished(code, output.read_text(), errors.read_text())


def run_ventil() -> int:
    """Run the command line `ventil` with `sys.argv`; return its exit code."""
    from ventil import main

    return main()


def _run(
    main: Callable[[], int | None], words: list[str], environment: dict[str, str], folder: Path, outputs: list[Output]
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, output in ((1, outputs[0]), (2, outputs[-1])):
        if isinstance(output, Path):
            with output.open("ab") as file:
                os.dup2(file.fileno(), number)
        else:
            os.dup2(output.fileno(), number)
    for output in outputs:
        if isinstance(output, Connection):
            output.close()
    sys.argv = list(words)
    sys.exit(main())
