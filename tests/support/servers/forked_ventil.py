"""`ventil` as a real process, forked from one that has imported it: to import it takes most of a start's work.

Starting it by its script is tested in tests/trips/test_procfile.py, tests/workers/commands and the guard of the wheel.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

IMPORTED = ["ventil", "web.serving", "workers.processes.embedded", "workers.processes.running"]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(IMPORTED)


class ForkedVentil:
    """A process that runs `ventil`; it is waited for and ended like a `subprocess.Popen`."""

    def __init__(self, words: list[str], environment: Mapping[str, str], folder: Path, *streams: Path) -> None:
        """Start it in this folder; standard output and error are added to the first and the last file of `streams`."""
        for path in streams:
            path.touch()
        self._process = FORKS.Process(target=_run, args=(words, dict(environment), folder, streams))
        self._process.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, negative for the signal that ended it; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has ended; `subprocess.TimeoutExpired` after so many seconds."""
        self._process.join(timeout)
        if (code := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired("ventil", timeout or 0)
        return code

    def send_signal(self, sign: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sign)

    def terminate(self) -> None:
        """Send it SIGTERM."""
        self._process.terminate()

    def kill(self) -> None:
        """Send it SIGKILL."""
        self._process.kill()


def _run(words: list[str], environment: dict[str, str], folder: Path, streams: Sequence[Path]) -> None:
    import ventil

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, streams[0]), (2, streams[-1])):
        with path.open("ab") as stream:
            os.dup2(stream.fileno(), number)
    sys.argv = ["ventil", *words]
    sys.exit(ventil.main())
